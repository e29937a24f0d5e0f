"""What we did not write stays byte for byte what its authors published."""

import hashlib
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
LIBRARIES = sorted(folder for folder in VENDOR.iterdir() if folder.is_dir())


def sums_of(library: Path) -> dict[str, str]:
    lines = (library / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda folder: folder.name)
def test_every_vendored_file_has_the_recorded_hash(library: Path) -> None:
    found = {
        str(path.relative_to(library)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in library.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert found == sums_of(library)


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda folder: folder.name)
def test_every_vendored_library_carries_its_licence_and_version(library: Path) -> None:
    name, _, version = library.name.rpartition("-")
    assert name
    assert version[0].isdigit()
    assert any(path.name.upper().startswith("LICEN") for path in library.iterdir())


def test_nothing_lies_beside_the_libraries() -> None:
    assert [path.name for path in VENDOR.iterdir() if path.is_file()] == []
