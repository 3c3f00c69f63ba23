"""A network's graph is edited in memory, and the edited network gives the same answers."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from passerby.errors import FinderError, ModelError
from passerby.find import wire
from passerby.find.catalogue import load_weights
from passerby.find.graph import free_shape
from passerby.find.runtime import Network, providers


def session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize(
    ("name", "side", "outputs"),
    [
        ("centerface", 32, ("537", "538", "539")),
        ("yunet", 640, ("cls_8", "obj_8", "bbox_8", "cls_32", "obj_32", "bbox_32")),
    ],
)
def test_the_edited_network_answers_as_the_published_one(
    name: str, side: int, outputs: tuple[str, ...]
) -> None:
    published, _ = load_weights(name)
    batch = 10 if name == "centerface" else 1
    image = np.random.default_rng(1).uniform(0, 255, (1, 3, side, side)).astype(np.float32)
    before = session(published)
    (first, *_) = before.get_inputs()
    expected = before.run(list(outputs), {first.name: np.repeat(image, batch, axis=0)})
    edited = Network(free_shape(published, outputs), 2)
    for one, two in zip(expected, edited.run(outputs, {first.name: image}), strict=True):
        np.testing.assert_allclose(one[:1], two, rtol=1e-3, atol=1e-4)


def test_any_multiple_of_32_is_a_size() -> None:
    model, _ = load_weights("centerface")
    network = session(free_shape(model, ("537",)))
    (image,) = network.get_inputs()
    assert [output.name for output in network.get_outputs()] == ["537"]
    for height, width in ((32, 96), (160, 64)):
        (heat,) = network.run(None, {image.name: np.zeros((1, 3, height, width), np.float32)})
        assert heat.shape == (1, 1, height // 4, width // 4)


def test_weights_are_off_the_inputs() -> None:
    model, _ = load_weights("centerface")
    (graph,) = [
        value for n, value, _ in wire.fields(free_shape(model, ("537",))) if n == wire.GRAPH
    ]
    assert sum(n == wire.INPUT for n, _, _ in wire.fields(graph)) == 1


@pytest.mark.parametrize("data", [b"", b"not a network", b"\xff" * 40, b"\x3a\x10abc"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(ModelError):
        Network(free_shape(data, ("537",)), 1)


def test_truncated_weights_are_refused() -> None:
    model, _ = load_weights("yunet")
    with pytest.raises(ModelError):
        Network(free_shape(model[: len(model) // 2], ("cls_8",)), 1)


def test_runtime_errors_are_translated() -> None:
    model, _ = load_weights("yunet")
    network = Network(free_shape(model, ("cls_8",)), 1)
    with pytest.raises(FinderError):
        network.run(("cls_8",), {"input": np.zeros((1, 3, 32, 32), np.float64)})
    with pytest.raises(FinderError):
        network.run(("missing",), {"input": np.zeros((1, 3, 32, 32), np.float32)})


def test_the_cpu_is_named_last(monkeypatch: pytest.MonkeyPatch) -> None:
    assert providers()[-1] == "CPUExecutionProvider"
    present = ["CPUExecutionProvider", "CoreMLExecutionProvider", "AzureExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: present)
    assert providers() == ["CoreMLExecutionProvider", "CPUExecutionProvider"]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_an_answer_that_is_not_finite_is_a_failure_and_not_a_picture_without_faces(
    monkeypatch: pytest.MonkeyPatch, wrong: float
) -> None:
    class Broken:
        def run(self, outputs: list[str], inputs: dict[str, object]) -> list[np.ndarray]:
            answer = np.zeros((1, 1, 4, 4), np.float32)
            answer[0, 0, 1, 2] = wrong
            return [np.zeros((1, 2), np.float32), answer]

    network = Network(free_shape(load_weights("yunet")[0], ("cls_8",)), 1)
    network._session = Broken()
    with pytest.raises(FinderError, match="not finite"):
        network.run(("a", "b"), {})
