"""How well an expert fits what somebody typed, and in which order experts are shown. Pure: texts in, points out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from booking.domain.synonyms import TITLES, plain

FIT_MAX = 50
SOON_MAX = 30
TITLE_POINTS = {"chief": 20, "associate": 14, "attending": 8}
"""The three parts of the priority order; together 100."""

_NAME, _TREATS, _SYMPTOM, _DEPARTMENT = "name", "treats", "symptom", "department"
WORDS_MAX = 5


@dataclass(frozen=True, slots=True)
class Symptom:
    """A word that patients use; ``weight`` (1 to 10) says how surely it leads to ``department``."""

    word: str
    word_en: str
    pinyin: str
    initials: str
    department: str
    weight: int


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


@dataclass(frozen=True, slots=True)
class Score:
    """Points of the priority order and what they are made of."""

    fit: int
    soon: int
    title: int

    @property
    def total(self) -> int:
        """Out of 100."""
        return self.fit + self.soon + self.title


def search_words(q: str) -> list[str]:
    """The words of a question, each as :func:`plain` has it.

    Parameters
    ----------
    q : str
        The question as typed, of any length.

    Returns
    -------
    list of str
        At most five words.

    Examples
    --------
    >>> search_words(" ＴＴ  头疼 ")
    ['tt', '头痛']
    """
    return plain(q).split()[:WORDS_MAX]


def holds(text: str, word: str) -> bool:
    """Whether a typed word stands in a text: a Latin one at the beginning of a word only.

    Parameters
    ----------
    text : str
        What is known.
    word : str
        One of :func:`search_words`.

    Returns
    -------
    bool

    Examples
    --------
    >>> holds("fatty liver", "tt"), holds("Fatty liver", "liv"), holds("发热、咳嗽", "发烧")
    (False, True, True)
    """
    known = plain(text)
    return re.search(rf"\b{re.escape(word)}", known) is not None if word.isascii() else word in known


def matches_symptom(word: str, symptom: Symptom) -> bool:
    """Whether a typed word means a symptom: the word or a part, a sentence around it, its pinyin or initials.

    Parameters
    ----------
    word : str
        One of :func:`search_words`.
    symptom : Symptom
        A row of the table.

    Returns
    -------
    bool

    Examples
    --------
    >>> headache = Symptom("头痛", "headache", "toutong", "tt", "neuro", 9)
    >>> [matches_symptom(word, headache) for word in ("头", "头痛三天", "toutong", "tout", "tt", "headache", "t")]
    [True, True, True, True, True, True, False]
    """
    texts = [text for text in (symptom.word, symptom.word_en) if text]
    if any(plain(text) in word for text in texts):
        return True
    if word.isascii():
        if len(word) < 2:
            return False
        spelt = symptom.pinyin.startswith(word) or symptom.initials == word
        return spelt or (len(word) > 2 and any(holds(text, word) for text in texts))
    return any(holds(text, word) for text in texts)


def meant_by(word: str, symptoms: Sequence[Symptom]) -> list[Symptom]:
    """The symptoms that a typed word means: the very word, and only without one what is near it.

    Parameters
    ----------
    word : str
        One of :func:`search_words`.
    symptoms : sequence of Symptom
        The whole table.

    Returns
    -------
    list of Symptom
        So 腹泻 does not mean a child's.

    Examples
    --------
    >>> adult = Symptom("腹泻", "diarrhoea", "fuxie", "fx", "gastro", 8)
    >>> child = Symptom("孩子腹泻", "child's diarrhoea", "haizifuxie", "hzfx", "paed", 9)
    >>> [one.department for one in meant_by("腹泻", [child, adult])]
    ['gastro']
    """
    near = [one for one in symptoms if matches_symptom(word, one)]
    return [one for one in near if plain(one.word) == word] or near


def word_fit(word: str, known: Known, symptoms: Sequence[Symptom]) -> Fit | None:
    """The best reason why one typed word leads to this expert; ``None`` when nothing does.

    Parameters
    ----------
    word : str
        One of :func:`search_words`.
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


def priority_score(*, points: int | None, hours_until: float | None, horizon_days: int, title: str) -> Score:
    """What the priority order goes by: the patient's needs, weighed.

    Parameters
    ----------
    points : int or None
        Fit, 0 to 100; ``None`` when nothing was asked for, which gives everybody the same.
    hours_until : float or None
        Hours until the next free number; ``None``: nothing is free.
    horizon_days : int
        How many days ahead can be booked.
    title : str
        ``chief``, ``associate`` or ``attending``.

    Returns
    -------
    Score
        0 to 100 in all.

    Notes
    -----
    Our choice: 50 for the fit, 30 for a number soon (falling evenly to 0 at the horizon), 20 for the title.

    Examples
    --------
    >>> priority_score(points=97, hours_until=26, horizon_days=7, title="associate")
    Score(fit=48, soon=25, title=14)
    >>> priority_score(points=None, hours_until=None, horizon_days=7, title="chief").total
    70
    """
    fit = FIT_MAX if points is None else round(points * FIT_MAX / 100)
    part = 0.0 if hours_until is None else max(0.0, 1 - hours_until / (24 * horizon_days))
    return Score(fit, round(SOON_MAX * part), TITLE_POINTS.get(title, 0))


def nearest_departments(q: str, symptoms: Sequence[Symptom]) -> list[str]:
    """Departments to propose when nothing was found: those of words that begin with two characters of the question.

    Parameters
    ----------
    q : str
        The question as typed.
    symptoms : sequence of Symptom
        The whole table.

    Returns
    -------
    list of str
        Codes of at most two departments; empty when none is near: a wrong department is worse than none.

    Notes
    -----
    Chinese words for what hurts begin with the part of the body or with the person: that much has to be the same.

    Examples
    --------
    >>> knee = Symptom("膝盖痛", "knee pain", "xigaitong", "xgt", "ortho", 9)
    >>> swallow = Symptom("吞咽困难", "trouble swallowing", "tunyankunnan", "tykn", "gastro", 7)
    >>> nearest_departments("膝盖响", [swallow, knee]), nearest_departments("走路困难", [swallow, knee])
    (['ortho'], [])
    """
    typed = [word for word in search_words(q) if not word.isascii()]
    near = [one.department for one in symptoms if any(plain(one.word)[:2] in word for word in typed)]
    return list(dict.fromkeys(near))[:2]
