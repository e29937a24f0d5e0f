"""What patients' pages accept. Forms check the shape; the rules live in the domain and the services."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from booking.domain.errors import ReasonMissing, SelfKnown
from booking.models import AccountPatient, DataRequest, Patient

SELF = AccountPatient.Relation.SELF


def _choices(of: type[TextChoices]) -> list[tuple[str, Any]]:
    """Labels as they stand alone, each in a line of its own."""
    return [(each.value, capfirst(each.label)) for each in of]


class SearchForm(forms.Form):
    """The question of the start page; a wrong value is no reason to refuse the page."""

    SORTS = ("earliest", "priority", "match", "wait")

    q = forms.CharField(required=False, max_length=40, strip=True)
    department = forms.SlugField(required=False, max_length=20)
    sort = forms.ChoiceField(required=False, choices=[(sort, sort) for sort in SORTS])

    def wishes(self) -> dict[str, str]:
        """What can be understood of the question."""
        self.is_valid()
        known = {name: str(self.cleaned_data.get(name) or "") for name in ("q", "department", "sort")}
        return {**known, "sort": known["sort"] or ("match" if known["q"] else "earliest")}


class KeyForm(forms.Form):
    """A button that does something once, however often it is pressed."""

    key = forms.CharField(max_length=64)

    def first_error(self) -> str:
        """What to say first about a form that was not filled in."""
        return next(str(messages[0]) for messages in self.errors.values())


class JoinForm(KeyForm):
    """For whom; an account that looks like a robot's brings a proof of work."""

    patient = forms.CharField(max_length=12, error_messages={"required": _("Choose whom you book for.")})
    proof = forms.CharField(max_length=1000, required=False)


class HoldForm(JoinForm):
    """Which number for whom."""

    slot = forms.CharField(max_length=12, error_messages={"required": _("Choose a time first.")})
    field_order = ["slot", "patient"]


class MoveForm(KeyForm):
    """To which time."""

    slot = forms.CharField(max_length=12, error_messages={"required": _("Choose a time first.")})


class DeskMoveForm(MoveForm):
    """To which time, and why the desk does it."""

    reason = forms.CharField(
        max_length=200, strip=True, error_messages={"required": _(ReasonMissing.message)}
    )


class PaymentForm(forms.Form):
    """By which provider."""

    provider = forms.CharField(max_length=20)
    key = forms.CharField(max_length=64)


class PatientForm(forms.Form):
    """A person under the real name."""

    name = forms.CharField(
        label=_("Name as on the ID"),
        max_length=50,
        error_messages={"required": _("Enter the name as on the ID.")},
    )
    relation = forms.ChoiceField(
        label=_("Who is this to you?"),
        choices=_choices(AccountPatient.Relation),
        error_messages={"required": _("Choose who this is to you.")},
    )
    id_type = forms.ChoiceField(label=_("ID document"), choices=_choices(Patient.IdType))
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=24,
        help_text=_("Children have their own ID number, too."),
        error_messages={"required": _("Enter the ID number.")},
    )
    birth_date = forms.DateField(
        label=_("Date of birth (optional)"),
        required=False,
        widget=forms.DateInput({"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
        help_text=_("Only for documents other than the resident ID card, whose number tells it."),
    )
    phone = forms.CharField(
        label=_("Phone (optional)"),
        max_length=20,
        required=False,
        help_text=_(
            "For messages about this person's visits. Without one, as for children, messages come to your phone."
        ),
    )

    def __init__(self, *args: Any, has_self: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_self = has_self
        if has_self:
            others = [choice for choice in _choices(AccountPatient.Relation) if choice[0] != SELF]
            self.fields["relation"].widget = forms.Select(choices=[("", _("Choose…")), *others])
        self.fields["name"].widget.attrs |= {"autocomplete": "off"}
        self.fields["id_number"].widget.attrs |= {"autocomplete": "off", "autocapitalize": "characters"}
        self.fields["phone"].widget = forms.TextInput(
            {"type": "tel", "autocomplete": "off", "inputmode": "tel"}
        )

    def clean_relation(self) -> str:
        """An account is one person's: only one of its patients can be that person."""
        relation = str(self.cleaned_data["relation"])
        if self.has_self and relation == SELF:
            raise forms.ValidationError(_(SelfKnown.message))
        return relation


class ReasonForm(forms.Form):
    """Why a member of staff decides something."""

    reason = forms.CharField(max_length=200, strip=True)


class DecisionForm(forms.Form):
    """What is decided about the appointments ticked in a list."""

    VERBS = [("confirm", _("No-show")), ("seen", _("Was seen")), ("excused", _("Excused"))]

    verb = forms.ChoiceField(choices=VERBS)
    reason = forms.CharField(max_length=200, required=False, strip=True)
    codes = forms.MultipleChoiceField(error_messages={"required": _("Tick at least one appointment.")})

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        ticked = [code for code in data.getlist("codes") if code.isalnum()][:200]
        cast("forms.MultipleChoiceField", self.fields["codes"]).choices = [(code, code) for code in ticked]


class BanForm(forms.Form):
    """Online booking closed by hand."""

    patient = forms.CharField(
        label=_("ID number or phone"), max_length=40, widget=forms.TextInput({"autocomplete": "off"})
    )
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=730)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, strip=True, error_messages={"required": _("Please give a reason.")}
    )


class AppealForm(forms.Form):
    """What a patient says."""

    text = forms.CharField(
        label=_("What happened?"),
        max_length=500,
        strip=True,
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": _("Say in a few words what happened.")},
    )


class AnswerForm(forms.Form):
    """A manager's answer to an appeal."""

    DECISIONS = [
        ("excused", _("Uphold: excused")),
        ("seen", _("Uphold: was seen")),
        ("lift", _("Uphold: lift the ban")),
        ("reject", _("Reject")),
    ]

    decision = forms.ChoiceField(choices=DECISIONS)
    answer = forms.CharField(
        max_length=500,
        strip=True,
        error_messages={"required": _("Write the answer that the patient gets.")},
    )

    def decided(self) -> dict[str, Any]:
        """As the service asks for it."""
        decision = self.cleaned_data["decision"]
        outcome = decision if decision in {"seen", "excused"} else "excused"
        return {"uphold": decision != "reject", "outcome": outcome, "answer": self.cleaned_data["answer"]}


class MoneyDecisionForm(forms.Form):
    """What is decided about a payment that did not fit, or a refund that failed."""

    ABOUT_REFUND = {"again": "again", "by_hand": "by_hand", "note_refund": "note"}
    ABOUT_PAYMENT = {"accept": "accept", "refund": "refund", "note": "note"}

    decision = forms.ChoiceField(choices=[(word, word) for word in ABOUT_PAYMENT | ABOUT_REFUND])
    reason = forms.CharField(max_length=200, strip=True)

    @property
    def is_about_refund(self) -> bool:
        """Whether the button belongs to a refund."""
        return self.data.get("decision") in self.ABOUT_REFUND

    def clean_decision(self) -> str:
        """The service's word for the button that was pressed."""
        return (self.ABOUT_PAYMENT | self.ABOUT_REFUND)[self.cleaned_data["decision"]]


class MergeFindForm(forms.Form):
    """Two records of one person, each found by document, phone or name."""

    first = forms.CharField(
        label=_("ID number, phone or name"),
        max_length=60,
        strip=True,
        error_messages={"required": _("Enter an ID number, a phone or a name.")},
    )
    second = forms.CharField(
        label=_("Second record, if found by something else"), max_length=60, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}


class MergeForm(forms.Form):
    """Which record goes on and which is merged into it."""

    survivor = forms.CharField(max_length=12)
    duplicate = forms.CharField(max_length=12)
    reason = forms.CharField(max_length=200, required=False, strip=True)


class WordForm(forms.Form):
    """A symptom word and the department that it leads to."""

    word_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    department = forms.SlugField(label=_("Department"), max_length=20)
    word = forms.CharField(label=_("Word"), max_length=30)
    word_en = forms.CharField(label=_("In English"), max_length=60, required=False)
    weight = forms.IntegerField(label=_("Weight"), min_value=1, max_value=10, initial=5)
    featured = forms.BooleanField(label=_("On the start page"), required=False)


class WordsFileForm(forms.Form):
    """A CSV file of words, in UTF-8 or GB18030."""

    MOST_BYTES = 1_000_000

    file = forms.FileField(label=_("CSV file"))
    dry_run = forms.BooleanField(label=_("Only check"), required=False)

    def clean_file(self) -> str:
        """The file's text."""
        data = self.cleaned_data["file"].read(self.MOST_BYTES + 1)
        if len(data) > self.MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return str(data.decode(encoding))
            except UnicodeDecodeError:
                continue
        raise forms.ValidationError(_("The file is neither UTF-8 nor GB18030."))


class DataRequestForm(forms.Form):
    """What a patient asks about the data of one of the family."""

    patient = forms.CharField(max_length=12)
    kind = forms.ChoiceField(choices=DataRequest.Kind.choices)
    text = forms.CharField(max_length=500, required=False, strip=True)


class DataAnswerForm(forms.Form):
    """A manager's answer to such a request; the fields of a correction are those of the record."""

    verb = forms.ChoiceField(choices=[("grant", "grant"), ("refuse", "refuse")])
    answer = forms.CharField(
        max_length=500,
        strip=True,
        error_messages={"required": _("Write the answer that the patient gets.")},
    )
    name = forms.CharField(label=_("Name"), max_length=50, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    birth_date = forms.DateField(label=_("Date of birth"), required=False)

    def corrected(self) -> dict[str, Any]:
        """What the record shall say from now on."""
        return {name: self.cleaned_data[name] for name in ("name", "phone", "birth_date")}


class FindPersonForm(forms.Form):
    """Somebody by document, phone or name."""

    q = forms.CharField(max_length=60, strip=True)


class PersonForm(PatientForm):
    """A person as the desk takes them down; whose family they are plays no part."""

    relation = None  # type: ignore[assignment] # Django leaves such a field out


class CounterForm(KeyForm):
    """A number given at the desk: which, and how it is paid."""

    slot = forms.CharField(max_length=12, error_messages={"required": _("Choose a time first.")})
    payment = forms.ChoiceField(choices=[(way, way) for way in ("cash", "provider", "free")])
    reason = forms.CharField(max_length=200, required=False, strip=True)

    def asked(self) -> dict[str, str]:
        """What the service is asked for."""
        wanted = self.cleaned_data
        return {"slot_code": wanted["slot"], "payment": wanted["payment"], "reason": wanted["reason"]}


class DeskCancelForm(KeyForm):
    """Whose wish it is that the desk gives a number back, why, and, when that is asked, whether the fee goes back."""

    WISHES = [("patient", "patient"), ("hospital", "hospital")]

    wish = forms.ChoiceField(choices=WISHES, error_messages={"required": _("Say whose wish it is.")})
    refund = forms.ChoiceField(
        choices=[("yes", "yes"), ("no", "no")],
        required=False,
        error_messages={"required": _("Decide whether the fee goes back.")},
    )
    reason = forms.CharField(
        max_length=200, strip=True, error_messages={"required": _(ReasonMissing.message)}
    )

    def __init__(self, data: Any, *, asks_refund: bool) -> None:
        super().__init__(data)
        self.fields["refund"].required = asks_refund


class AccountBanForm(forms.Form):
    """For how long and why an account's patients cannot book online."""

    days = forms.IntegerField(min_value=1, max_value=3650)
    reason = forms.CharField(max_length=200, strip=True)
