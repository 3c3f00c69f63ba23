from typing import Any

import pytest

from passerby.model.geometry import Grid
from passerby.model.given import Given
from passerby.model.options import Limits, Options

WRONG: list[tuple[Any, dict[str, Any]]] = [
    (Options, {"color": (0, 0, 256)}),
    (Options, {"color": (-1, 0, 0)}),
    (Options, {"color": (0, 0)}),
    (Options, {"min_face": -1}),
    (Options, {"seed": ""}),
    (Options, {"seed": "abc"}),
    (Options, {"seed": "0G"}),
    (Options, {"seed": "00" * 65}),
    (Limits, {"pixels": 0}),
    (Limits, {"memory": -1}),
    (Grid, {"width": 0}),
    (Grid, {"height": 8, "y": 8}),
    (Grid, {"width": 8, "x": -1}),
    (Given, {"sha256": "0" * 64, "decisions": (), "seed": "1"}),
    (Given, {"sha256": "0" * 64, "decisions": (), "size": (0, 1)}),
    (Given, {"sha256": "0" * 64, "decisions": (), "color": (0, 0, 300)}),
]


@pytest.mark.parametrize(("kind", "values"), WRONG)
def test_a_value_out_of_its_range_cannot_be_made(kind: Any, values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected|no grid"):
        kind(**values)
