"""The table of symptom words, and which experts a question leads to."""

from collections.abc import Sequence

from django.db.models import QuerySet

from booking.domain.matching import Fit, Known, fit_of
from booking.domain.symptoms import Symptom, meant_by, search_words
from booking.models import Expert, SymptomWord


def symptom_words(*, department: str = "") -> QuerySet[SymptomWord]:
    """The whole table, or one department's part, in the order in which managers read it."""
    words = SymptomWord.objects.select_related("department")
    if department:
        words = words.filter(department__code=department)
    return words.order_by("department__pinyin", "-featured", "-weight", "pinyin", "word")


def symptom_words_featured(*, limit: int) -> list[str]:
    """Words for the start page in the reader's language, the surest of each department first."""
    featured = list(SymptomWord.objects.filter(featured=True).order_by("-weight", "pinyin"))
    first_of = {one.department_id: one for one in reversed(featured)}
    firsts = [one for one in featured if first_of[one.department_id] is one]
    words = [one.label for one in [*firsts, *featured]]
    return list(dict.fromkeys(words))[:limit]


def symptoms_known() -> list[Symptom]:
    """The table as the search reads it. One query."""
    columns = ("word", "word_en", "pinyin", "initials", "department__code", "weight")
    return [Symptom(*row) for row in SymptomWord.objects.order_by("-weight", "pk").values_list(*columns)]


def fits_of(
    experts: Sequence[Expert], q: str, symptoms: Sequence[Symptom]
) -> list[tuple[Expert, Fit | None]]:
    """The experts to whom a question leads, with the reason; all of them without a question.

    Whoever fits all words comes alone; only when nobody does, whoever fits some of them.
    """
    typed = search_words(q)
    if not typed:
        return [(expert, None) for expert in experts]
    meant = [meant_by(word, symptoms) for word in typed]
    found = [(expert, *fit_of(meant, typed, _known(expert))) for expert in experts]
    whole = [(expert, fit) for expert, fit, hits in found if hits == len(typed)]
    return whole or [(expert, fit) for expert, fit, hits in found if hits]


def _known(expert: Expert) -> Known:
    ward = expert.department
    return Known(
        names=(expert.name, expert.name_en),
        pinyin=expert.pinyin,
        initials=expert.initials,
        specialty=(expert.specialty, expert.specialty_en),
        department=ward.code,
        department_names=(ward.name, ward.name_en),
        department_pinyin=ward.pinyin,
    )
