"""What experts are known for, as their profiles list it in both languages."""

from collections.abc import Iterable, Mapping
from typing import Final

from booking.domain.specialties import parts

LONGEST: Final = 60
"""A longer part of a profile is prose, which nobody is registered for."""

Profile = tuple[str, str]
"""An expert's expertise in Chinese and in English."""


def in_english(specialty: str, profile: Profile) -> str:
    """A specialty in English, as the profile lists it.

    Parameters
    ----------
    specialty : str
        Kept with a ticket.
    profile : Profile
        Of an expert.

    Returns
    -------
    str
        As it was, where the profile does not tell.

    Notes
    -----
    The lists are of the same things where they are of the same length (our reading).

    Examples
    --------
    >>> in_english("眩晕", ("头痛、眩晕", "headache, vertigo")), in_english("颈椎", ("腰椎、颈椎", "spine"))
    ('vertigo', '颈椎')
    """
    return _twins(profile).get(specialty, specialty)


def offered(profile: Profile) -> Profile:
    """What a patient may be registered for with an expert.

    Parameters
    ----------
    profile : Profile
        Of the expert.

    Returns
    -------
    Profile
        In Chinese and in English, each joined by a mark; in Chinese where there is no English.

    Examples
    --------
    >>> offered(("头痛, 眩晕", "headache; vertigo")), offered(("失眠", ""))
    (('头痛、眩晕', 'headache、vertigo'), ('失眠', '失眠'))
    """
    chinese, english = ("、".join(part for part in parts(text) if len(part) <= LONGEST) for text in profile)
    return chinese, english or chinese


def specialties_known(profiles: Iterable[Profile]) -> Mapping[str, str]:
    """What a patient of a department may be registered for.

    Parameters
    ----------
    profiles : iterable of Profile
        Of its experts.

    Returns
    -------
    mapping of str to str
        Each in either language, with what is kept: the Chinese where the profile has both.

    Examples
    --------
    >>> specialties_known([("眩晕", "vertigo"), ("腰椎、颈椎", "spine")])
    {'眩晕': '眩晕', 'vertigo': '眩晕', '腰椎': '腰椎', '颈椎': '颈椎', 'spine': 'spine'}
    """
    known: dict[str, str] = {}
    for profile in profiles:
        chinese_of = {english: chinese for chinese, english in _twins(profile).items()}
        for part in (*parts(profile[0]), *parts(profile[1])):
            kept = chinese_of.get(part, part)
            if len(kept) <= LONGEST:
                known.setdefault(part, kept)
    return known


def _twins(profile: Profile) -> dict[str, str]:
    chinese, english = parts(profile[0]), parts(profile[1])
    return dict(zip(chinese, english, strict=True)) if len(chinese) == len(english) else {}
