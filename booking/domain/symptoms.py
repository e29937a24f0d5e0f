"""Which symptoms somebody means by what they typed, and where those lead. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from booking.domain.synonyms import plain

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

    Notes
    -----
    Our choice: "ent" shall not find "treatment"; Chinese has no spaces between words.

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

    Notes
    -----
    Our choice: a wrong expert is worse than none, so what is only near counts when nothing fits.

    Examples
    --------
    >>> adult = Symptom("腹泻", "diarrhoea", "fuxie", "fx", "gastro", 8)
    >>> child = Symptom("孩子腹泻", "child's diarrhoea", "haizifuxie", "hzfx", "paed", 9)
    >>> [one.department for one in meant_by("腹泻", [child, adult])]
    ['gastro']
    """
    near = [one for one in symptoms if matches_symptom(word, one)]
    return [one for one in near if plain(one.word) == word] or near


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
