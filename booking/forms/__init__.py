"""What pages accept. Forms check the shape; the rules live in the domain and the services."""

from booking.forms.asking import (
    CounterForm,
    DeskCancelForm,
    DeskMoveForm,
    HoldForm,
    JoinForm,
    KeyForm,
    MoveForm,
    PaymentForm,
    SearchForm,
)
from booking.forms.decisions import (
    AccountBanForm,
    AnswerForm,
    AppealForm,
    BanForm,
    DecisionForm,
    MoneyDecisionForm,
    ReasonForm,
)
from booking.forms.patients import (
    SELF,
    DataAnswerForm,
    DataRequestForm,
    FindPersonForm,
    MergeFindForm,
    MergeForm,
    PatientForm,
    PersonForm,
)
from booking.forms.symptoms import WordForm, WordsFileForm

__all__ = [
    "SELF",
    "AccountBanForm",
    "AnswerForm",
    "AppealForm",
    "BanForm",
    "CounterForm",
    "DataAnswerForm",
    "DataRequestForm",
    "DecisionForm",
    "DeskCancelForm",
    "DeskMoveForm",
    "FindPersonForm",
    "HoldForm",
    "JoinForm",
    "KeyForm",
    "MergeFindForm",
    "MergeForm",
    "MoneyDecisionForm",
    "MoveForm",
    "PatientForm",
    "PaymentForm",
    "PersonForm",
    "ReasonForm",
    "SearchForm",
    "WordForm",
    "WordsFileForm",
]
