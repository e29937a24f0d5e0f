"""The managers' table of symptom words: add, change, delete, take in and give out as a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from booking import selectors, services
from booking.forms import WordForm, WordsFileForm
from booking.forms.addresses import DepartmentAddress
from booking.services.symptoms import Row, symptom_words_csv
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.downloads import CSV, download
from hospital.common.errors import DomainError
from hospital.common.views import manage_page, managers_only, signed_in


@managers_only
@require_safe
def symptoms(request: HttpRequest) -> HttpResponse:
    """All words, or one department's; the one to change is a form."""
    return _page(request, WordForm(initial=DepartmentAddress.read(request.GET)))


@managers_only
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Add a word, or change the one that ``word_id`` names."""
    form = WordForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    given = dict(form.cleaned_data)
    word_id = given.pop("word_id")
    actor = Actor.of(signed_in(request))
    try:
        word = services.symptom_word_save(row=Row(**given), word_id=word_id, actor=actor, now=clock.now())
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, translated(error))
        return _page(request, form, status=error.status)
    messages.success(request, _("“%(word)s” is saved.") % {"word": word.word})
    return redirect(f"{reverse('booking:symptoms')}?department={given['department']}")


@managers_only
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a word out."""
    services.symptom_word_delete(word_id=pk, actor=Actor.of(signed_in(request)), now=clock.now())
    messages.success(request, _("The word is deleted."))
    return redirect("booking:symptoms")


@managers_only
@require_POST
def take_in(request: HttpRequest) -> HttpResponse:
    """Take in a file, or only say what it would change."""
    file, actor = WordsFileForm(request.POST, request.FILES), Actor.of(signed_in(request))
    if not file.is_valid():
        return _page(request, WordForm(), file=file, status=400)
    try:
        added, changed = services.symptom_words_import(
            text=file.cleaned_data["file"],
            dry_run=file.cleaned_data["dry_run"],
            actor=actor,
            now=clock.now(),
        )
    except DomainError as error:
        file.add_error("file", translated(error))
        return _page(request, WordForm(), file=file, status=error.status)
    said = ngettext("%(n)s word new", "%(n)s words new", added) % {"n": added}
    said += _(", ") + ngettext("%(n)s known", "%(n)s known", changed) % {"n": changed}
    if file.cleaned_data["dry_run"]:
        messages.info(request, _("Only checked, nothing changed: ") + said)
    else:
        messages.success(request, said)
    return redirect("booking:symptoms")


@managers_only
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The table as a file that can be taken in again."""
    return download("symptoms.csv", symptom_words_csv(selectors.symptom_words()), CSV)


def _page(
    request: HttpRequest, form: WordForm, *, file: WordsFileForm | None = None, status: int = 200
) -> HttpResponse:
    department = DepartmentAddress.read(request.GET)["department"]
    context = {
        "form": form,
        "file": file or WordsFileForm(),
        "words": selectors.symptom_words(department=department),
        "departments": [one for one, _next, _n in selectors.departments_with_next(now=clock.now())],
        "department": department,
    }
    return manage_page(request, "booking/manage_symptoms.html", "symptoms", context, status=status)
