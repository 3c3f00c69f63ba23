"""Core dumps: what is in the memory of a process that ends badly is not written to the disk."""

from __future__ import annotations

import contextlib
import sys


def forgo_core_dumps() -> None:
    """Have no core dumped of this process from now on, where the system knows such a limit: the
    keys of open records are in its memory."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    # A sandbox may forbid the call: then the limit is what the sandbox made it.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
