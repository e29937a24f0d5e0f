"""How well an expert fits what somebody typed. Pure: texts in, points out."""

from collections.abc import Sequence
from dataclasses import dataclass

from booking.domain.symptoms import Symptom, holds
from booking.domain.synonyms import TITLES, plain

_NAME, _TREATS, _SYMPTOM, _DEPARTMENT = "name", "treats", "symptom", "department"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an expert."""

    names: tuple[str, ...]
    pinyin: str
    initials: str
    specialty: tuple[str, ...]
    department: str
    department_names: tuple[str, ...]
    department_pinyin: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How well an expert fits: 0 to 100 points, and for what.

    ``kind``: ``name``, ``treats`` (the expert's own field), ``symptom`` (the department's) or ``department``.
    ``word`` and ``word_en`` name it in both languages.
    """

    points: int
    kind: str
    word: str = ""
    word_en: str = ""


def word_fit(word: str, known: Known, symptoms: Sequence[Symptom]) -> Fit | None:
    """The best reason why one typed word leads to this expert; ``None`` when nothing does.

    Parameters
    ----------
    word : str
        One of :func:`booking.domain.symptoms.search_words`.
    known : Known
        The expert.
    symptoms : sequence of Symptom
        Those that the word means, of all departments.

    Returns
    -------
    Fit or None
        With 6 to 100 points.

    Notes
    -----
    Our choice: 100 for the name (95 for its beginning in pinyin or initials), 70 for the expert's own field and up
    to 30 more as the word leads to the department, 6 a weight for a symptom of the department, 40 for its name.

    Examples
    --------
    >>> zhou = Known(("周以宁", "Zhou Yining"), "zhouyining", "zyn", ("头痛、眩晕", "headache, vertigo"), "neuro",
    ...              ("神经内科", "Neurology"), "shenjingneike")
    >>> headache = Symptom("头痛", "headache", "toutong", "tt", "neuro", 9)
    >>> word_fit("tt", zhou, [headache])
    Fit(points=97, kind='treats', word='头痛', word_en='headache')
    >>> word_fit("zyn", zhou, []).points, word_fit("shenjing", zhou, []).kind, word_fit("骨科", zhou, [])
    (95, 'department', None)
    >>> word_fit("失眠", zhou, [Symptom("失眠", "sleeplessness", "shimian", "sm", "neuro", 8)]).points
    48
    >>> word_fit("周医生", zhou, []), word_fit("医生", zhou, [])
    (Fit(points=100, kind='name', word='', word_en=''), None)
    """
    surname = TITLES.sub("", word)
    if any(
        holds(name, word) or (surname != word and surname and name.startswith(surname))
        for name in known.names
    ):
        return Fit(100, _NAME)
    if word.isascii() and (known.pinyin.replace(" ", "").startswith(word) or known.initials.startswith(word)):
        return Fit(95, _NAME)
    return _field_fit(word, known, symptoms) or _department_fit(word, known, symptoms)


def _field_fit(word: str, known: Known, symptoms: Sequence[Symptom]) -> Fit | None:
    """The expert's own field, called as typed or by a word of the same meaning."""
    weight = max((one.weight for one in symptoms if one.department == known.department), default=0)
    own = next(
        (one for one in symptoms if any(plain(one.word) in plain(text) for text in known.specialty)), None
    )
    if own is not None:
        return Fit(70 + 3 * weight, _TREATS, own.word, own.word_en)
    if any(holds(text, word) for text in known.specialty):
        return Fit(70 + 3 * weight, _TREATS, word, word)
    return None


def _department_fit(word: str, known: Known, symptoms: Sequence[Symptom]) -> Fit | None:
    """A symptom that leads to the department, or its name."""
    here = [symptom for symptom in symptoms if symptom.department == known.department]
    best = max(here, key=lambda symptom: symptom.weight, default=None)
    if best is not None:
        return Fit(6 * best.weight, _SYMPTOM, best.word, best.word_en)
    in_name = any(holds(name, word) for name in known.department_names)
    if in_name or (word.isascii() and len(word) > 1 and known.department_pinyin.startswith(word)):
        return Fit(40, _DEPARTMENT)
    return None


def fit_of(words: Sequence[Sequence[Symptom]], typed: Sequence[str], known: Known) -> tuple[Fit | None, int]:
    """The fit of a whole question, and how many of its words led to the expert.

    Parameters
    ----------
    words : sequence of sequences of Symptom
        For each typed word the symptoms that it means.
    typed : sequence of str
        The words.
    known : Known
        The expert.

    Returns
    -------
    tuple of (Fit or None, int)
        The best word's reason with the mean of the points, words without a match counting 0.

    Notes
    -----
    Our choice: words that nothing matches lower the points; the reason shown is the best word's.

    Examples
    --------
    >>> zhou = Known(("周以宁", "Zhou Yining"), "zhouyining", "zyn", ("头痛",), "neuro", ("神经内科",), "shenjingneike")
    >>> headache = Symptom("头痛", "headache", "toutong", "tt", "neuro", 9)
    >>> fit_of([[headache], []], ["头痛", "骨科"], zhou)
    (Fit(points=48, kind='treats', word='头痛', word_en='headache'), 1)
    """
    found = [word_fit(word, known, meant) for word, meant in zip(typed, words, strict=True)]
    hits = [fit for fit in found if fit is not None]
    if not hits:
        return None, 0
    best = max(hits, key=lambda fit: fit.points)
    points = round(sum(fit.points for fit in hits) / len(typed))
    return Fit(points, best.kind, best.word, best.word_en), len(hits)
