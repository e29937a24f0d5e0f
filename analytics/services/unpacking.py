"""Parts of a zip file, unpacked for as long as the process stays small: a few kilobytes may hold gigabytes.

What becomes of a part in memory nobody can tell from its size: one text, a million empty elements, styles. So it is
the process that is watched while they are read.
"""

from io import RawIOBase
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

GROWTH_MAX = 300_000_000
"""By so many bytes the process may grow while a file is read; a million rows take less than two thirds of it."""
LOOKED_EVERY = 4_000_000
STATM = Path("/proc/self/statm")
PAGE = 4096


class UnpacksTooMuch(Exception):
    """The process has grown too much over this file."""


def resident_bytes() -> int:
    """The memory that this process holds now; 0 where the system does not tell."""
    try:
        return int(STATM.read_text().split()[1]) * PAGE
    except OSError:
        return 0


class Unpacked(ZipFile):
    """A zip file whose parts stop to give when the process has grown too much since it was opened."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._before = resident_bytes()

    def open(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        """A part, watched while it is read."""
        return _Part(super().open(*args, **kwargs), self._before)  # type: ignore[return-value]


class _Part(RawIOBase):
    def __init__(self, packed: IO[bytes], before: int) -> None:
        self._packed, self._before, self._unseen = packed, before, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        found = self._packed.read(len(view))
        view[: len(found)] = found
        self._unseen += len(found)
        if self._unseen >= LOOKED_EVERY:
            self._unseen = 0
            if resident_bytes() - self._before > GROWTH_MAX:
                raise UnpacksTooMuch
        return len(found)

    def close(self) -> None:
        self._packed.close()
        super().close()
