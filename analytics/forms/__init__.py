"""Input of the managers' pages."""

from collections.abc import Iterable, Mapping


def labelled(codes: Iterable[str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Codes with what they are called, for a field to offer."""
    return [(code, names.get(code, code)) for code in codes]
