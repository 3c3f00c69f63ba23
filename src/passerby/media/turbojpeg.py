"""libjpeg-turbo's lossless transform (TurboJPEG API), through ctypes.

A JPEG's coefficients are read, perhaps turned, handed to a visitor a row of blocks at a time,
and coded again without ever becoming pixels. Two generations of the API are served: 3
(`tj3Transform`) and 2.1 (`tjTransform`), which cannot optimise Huffman tables. Layouts and
numbers are those of turbojpeg.h at 2.1.5 and 3.0.0.
"""

from __future__ import annotations

import ctypes
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passerby.errors import CorruptInput
from passerby.media import guard

Blocks = NDArray[np.int16]
"""(columns, 64): the blocks of a row, left to right; coefficients row by row, the constant first,
in units of the component's quantisation table."""

Visitor = Callable[[int, int, Blocks], None]
"""Is handed the component's index, the row's, and its blocks: a view that is valid until it
returns, and that may be written to."""

_MOST_SCANS = 500
_INIT_TRANSFORM = 2
_STOP_ON_WARNING, _SCAN_LIMIT = 0, 13
"""Parameters of the third generation."""
_FLAG_STOP_ON_WARNING, _FLAG_LIMIT_SCANS = 8192, 32768
"""Flags of the second. It counts to 500 scans as well."""
_PERFECT, _NO_OUTPUT, _PROGRESSIVE, _COPY_NONE, _OPTIMISE = 1, 16, 32, 64, 256
"""Options of a transform; the last, of the third generation alone."""
_SMALLEST, _LARGEST = -1024, 1023


class Turn(IntEnum):
    """What is done to the whole picture before it is coded again."""

    NONE = 0
    FLIP_X = 1
    FLIP_Y = 2
    TRANSPOSE = 3
    TRANSVERSE = 4
    ROTATE_90 = 5
    ROTATE_180 = 6
    ROTATE_270 = 7


class Coding(Enum):
    """How coefficients are coded: in one scan with the example tables of T.81, K.3, in one scan
    with tables fitted to the picture, or in scans of growing detail, with fitted tables."""

    STANDARD = "standard"
    OPTIMISED = "optimised"
    PROGRESSIVE = "progressive"


class _Region(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("x", "y", "w", "h")]


_Filter = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    _Region,
    _Region,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_void_p,
)


class _Transform(ctypes.Structure):
    _fields_ = [
        ("region", _Region),
        ("op", ctypes.c_int),
        ("options", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("filter", _Filter),
    ]


class TurboJpeg:
    """A loaded library. Each call has its own instance of the transformer, so that calls from
    several threads do not meet."""

    def __init__(self, library: ctypes.CDLL) -> None:
        """Bind the functions. Raises AttributeError when the library has neither generation."""
        self.generation = 3 if hasattr(library, "tj3Transform") else 2
        self._api = _Third(library) if self.generation == 3 else _Second(library)

    @property
    def optimises(self) -> bool:
        """Whether it can fit Huffman tables to a picture that is not progressive."""
        return self.generation == 3

    def rewrite(self, data: bytes, turn: Turn, visit: Visitor, coding: Coding) -> bytes:
        """Code a JPEG again, with the coefficients as `visit` leaves them, after `turn`.

        The result holds the picture alone, Huffman coded, without restart markers, with the
        library's own JFIF or Adobe segment. Blocks that only fill up the last MCU of a row or
        column are made afresh. Raises CorruptInput for whatever the library refuses or warns
        of, and whatever `visit` raises.
        """
        if coding is Coding.PROGRESSIVE:
            return self._run(data, turn, visit, _COPY_NONE | _PROGRESSIVE)
        if coding is Coding.OPTIMISED and self.optimises:
            return self._run(data, turn, visit, _COPY_NONE | _OPTIMISE)
        return self._run(data, turn, _in_range(visit), _COPY_NONE)

    def visit(self, data: bytes, turn: Turn, visit: Visitor) -> None:
        """Show the coefficients of a JPEG, after `turn`, to `visit`. Raises as `rewrite`."""
        self._run(data, turn, visit, _NO_OUTPUT)

    def _run(self, data: bytes, turn: Turn, visit: Visitor, options: int) -> bytes:
        call = _Call(visit)
        transform = _Transform(
            op=int(turn), options=options | _PERFECT, filter=_Filter(call.on_row)
        )
        with self._api.instance() as handle, self._api.buffer() as buffer:
            size = ctypes.c_size_t(0)
            failed = self._api.transform(handle, data, buffer, size, transform)
            if call.raised is not None:
                raise call.raised
            if failed:
                raise CorruptInput(f"JPEG: {self._api.message(handle)}")
            if any(call.missing.values()):
                raise RuntimeError("libjpeg-turbo left out rows of blocks")
            return ctypes.string_at(buffer, size.value) if buffer else b""


def _in_range(visit: Visitor) -> Visitor:
    """Return a visitor that refuses what no picture of 8 bits has (T.81, F.1.2). The library
    does so itself where it fits tables; with the standard ones it codes it wrongly."""

    def checked(component: int, row: int, blocks: Blocks) -> None:
        visit(component, row, blocks)
        if blocks.max() > _LARGEST or blocks.min() < _SMALLEST:
            raise CorruptInput("JPEG: DCT coefficient out of range")

    return checked


@dataclass(slots=True)
class _Call:
    """One transform on its way. An exception cannot pass through the library: it is kept.

    `missing` holds for each component how many rows are still to come: a row that got lost, as
    when a signal arrives just before its call begins, would be written as it was.
    """

    visit: Visitor
    raised: BaseException | None = None
    missing: dict[int, int] = field(default_factory=dict)

    def on_row(
        self,
        address: int,
        row: _Region,
        plane: _Region,
        component: int,
        _number: int,
        _transform: int,
    ) -> int:
        """Hand a row of blocks on. Rows below the picture that only fill up an MCU are left
        out: they are never written."""
        try:
            if row.y < plane.h:
                self._count(component, row.y // 8, plane.h // 8)
                raw = (ctypes.c_int16 * (8 * row.w)).from_address(address)
                self.visit(component, row.y // 8, np.frombuffer(raw, np.int16).reshape(-1, 64))
        except BaseException as error:
            self.raised = error
            return -1
        return 0

    def _count(self, component: int, row: int, rows: int) -> None:
        if self.missing.setdefault(component, rows) != rows - row:
            raise RuntimeError("libjpeg-turbo's rows do not follow each other")
        self.missing[component] -= 1


_Handle = ctypes.c_void_p
_Buffer = ctypes.POINTER(ctypes.c_ubyte)


class _Api(ABC):
    """What both generations have in common: instances, buffers and messages."""

    def __init__(self, init: Any, destroy: Any, free: Any, message: Any) -> None:
        self._init, self._destroy, self._free, self._message = init, destroy, free, message
        self._init.restype = _Handle
        self._destroy.argtypes = [_Handle]
        self._free.argtypes = [ctypes.c_void_p]
        self._free.restype = None
        self._message.argtypes = [_Handle]
        self._message.restype = ctypes.c_char_p

    @contextmanager
    def instance(self) -> Iterator[int]:
        """Lend a transformer."""
        handle = self._create()
        if not handle:
            raise MemoryError("libjpeg-turbo gives no transformer")
        try:
            yield handle
        finally:
            self._destroy(handle)

    @contextmanager
    def buffer(self) -> Iterator[Any]:
        """Lend a pointer that the library sets to memory of its own, which is freed."""
        buffer = _Buffer()
        try:
            yield buffer
        finally:
            self._free(buffer)

    def message(self, handle: int) -> str:
        """Return what the library says of its last failure, in one line."""
        said = self._message(handle) or b"libjpeg-turbo refuses it"
        return guard.one_line(ValueError(said.decode("utf-8", "replace")))

    @abstractmethod
    def _create(self) -> int | None: ...

    @abstractmethod
    def transform(
        self, handle: int, data: bytes, buffer: Any, size: Any, transform: _Transform
    ) -> bool:
        """Run it; return whether it failed."""


class _Third(_Api):
    """TurboJPEG 3."""

    def __init__(self, library: ctypes.CDLL) -> None:
        super().__init__(
            library.tj3Init, library.tj3Destroy, library.tj3Free, library.tj3GetErrorStr
        )
        self._init.argtypes = [ctypes.c_int]
        self._set = library.tj3Set
        self._set.argtypes = [_Handle, ctypes.c_int, ctypes.c_int]
        self._transform = library.tj3Transform
        self._transform.argtypes = [
            _Handle,
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_int,
            ctypes.POINTER(_Buffer),
            ctypes.POINTER(ctypes.c_size_t),
            ctypes.POINTER(_Transform),
        ]

    def _create(self) -> int | None:
        handle: int | None = self._init(_INIT_TRANSFORM)
        return handle

    def transform(
        self, handle: int, data: bytes, buffer: Any, size: Any, transform: _Transform
    ) -> bool:
        """Run it; return whether it failed."""
        settings = ((_STOP_ON_WARNING, 1), (_SCAN_LIMIT, _MOST_SCANS))
        if any(self._set(handle, number, value) for number, value in settings):
            return True
        failed = self._transform(
            handle, data, len(data), 1, ctypes.byref(buffer), ctypes.byref(size), transform
        )
        return bool(failed)


class _Second(_Api):
    """TurboJPEG 2.1: the same, with flags for parameters, and lengths as unsigned long."""

    def __init__(self, library: ctypes.CDLL) -> None:
        super().__init__(
            library.tjInitTransform, library.tjDestroy, library.tjFree, library.tjGetErrorStr2
        )
        self._transform = library.tjTransform
        self._transform.argtypes = [
            _Handle,
            ctypes.c_char_p,
            ctypes.c_ulong,
            ctypes.c_int,
            ctypes.POINTER(_Buffer),
            ctypes.POINTER(ctypes.c_ulong),
            ctypes.POINTER(_Transform),
            ctypes.c_int,
        ]

    def _create(self) -> int | None:
        handle: int | None = self._init()
        return handle

    def transform(
        self, handle: int, data: bytes, buffer: Any, size: Any, transform: _Transform
    ) -> bool:
        """Run it; return whether it failed."""
        flags = _FLAG_STOP_ON_WARNING | _FLAG_LIMIT_SCANS
        length = ctypes.c_ulong(0)
        failed = self._transform(
            handle, data, len(data), 1, ctypes.byref(buffer), ctypes.byref(length), transform, flags
        )
        size.value = length.value
        return bool(failed)
