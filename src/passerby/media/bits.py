"""Numbers of any count of bits, the highest first, as video headers have them."""

from __future__ import annotations

from passerby.errors import CorruptInput


class Bits:
    """Reads bits one after another. Raises CorruptInput at the end of the bytes."""

    def __init__(self, data: bytes, what: str) -> None:
        self._value, self._left = int.from_bytes(data, "big"), 8 * len(data)
        self._what = what

    def take(self, count: int) -> int:
        """Return the next bits as a number; 0 for none."""
        if count > self._left:
            raise CorruptInput(f"{self._what}: a header ends too early")
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """Return an unsigned Exp-Golomb number (ITU-T H.265, 9.2), which AV1 calls uvlc()."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise CorruptInput(f"{self._what}: a number in a header is too large")
        return (1 << zeros) - 1 + self.take(zeros)
