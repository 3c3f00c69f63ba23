"""Runs networks on ONNX Runtime: the only module that imports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from passerby.errors import FinderError, ModelError

_PREFERRED = ("CUDAExecutionProvider", "CoreMLExecutionProvider")
_ERRORS_ONLY = 3


def providers() -> list[str]:
    """Return the execution providers to use, best first; the CPU is always the last."""
    present = onnxruntime.get_available_providers()
    return [name for name in _PREFERRED if name in present] + ["CPUExecutionProvider"]


class Network:
    """One loaded network.

    `threads` is the number of threads on the CPU; 0 leaves it to the runtime.
    """

    def __init__(self, model: bytes, threads: int = 0) -> None:
        """Load the network. Raises ModelError if the runtime refuses it."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        # Threads that wait by spinning take the cores from the other networks of a look.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=providers())
        except Exception as error:
            raise ModelError(f"the runtime cannot load the network: {_line(error)}") from error

    def run(
        self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]]
    ) -> list[NDArray[np.float32]]:
        """Return the named outputs. Raises FinderError if the runtime fails, or if what it gives
        is not finite."""
        try:
            results: list[NDArray[np.float32]] = self._session.run(list(outputs), dict(inputs))
        except Exception as error:
            raise FinderError(f"the detector failed: {_line(error)}") from error
        if not all(np.isfinite(result).all() for result in results):
            # No comparison with NaN is true: it would read as a picture without a face.
            raise FinderError("the detector failed: its answer holds numbers that are not finite")
        return results


def _line(error: Exception) -> str:
    """Return the first line of an error's message."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
