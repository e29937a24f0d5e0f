"""Administration pages show; the few that change do so through the services, which keep the rules and the history."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import BinaryField, Model, TextField
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.columns import columns_named
from hospital.common.errors import DomainError
from hospital.common.models import StateChange
from hospital.common.views import signed_in

ADMINISTRATOR = "administrator"
REFUSED = "refused_by_service"
KEPT = "kept"
"""The state of things that have none."""


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """Nobody adds, changes or deletes rows here."""

    def __init__(self, model: type[Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        columns_named(model)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Every state change of the thing: who, from, to, when, why."""
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": str(found),
            "opts": self.opts,
            "object": found,
            "changes": [_in_words(found, change) for change in history.of(found)],
        }
        return TemplateResponse(request, "admin/state_history.html", context)


class RowAdmin(ReadOnlyAdmin):
    """Rows as they are, newest first: the plain columns; links and long texts stand on the row's own page."""

    COLUMNS_MAX = 8
    LEFT_OUT = (BinaryField, TextField)

    ordering = ("-pk",)
    show_full_result_count = False

    def get_list_display(self, request: HttpRequest) -> Any:
        """The first plain columns of the table."""
        plain = [
            field.name
            for field in self.opts.concrete_fields
            if not field.is_relation and not field.primary_key and not isinstance(field, self.LEFT_OUT)
        ]
        return ["row", *plain[: self.COLUMNS_MAX]]

    @admin.display(description=pgettext_lazy("column", "Row"), ordering="pk")
    def row(self, thing: Model) -> Any:
        """Its number in the table."""
        return thing.pk


class _Refused:
    """A form that was right by itself, and that a service has refused."""

    refused: str

    def full_clean(self) -> None:
        """Say why."""
        super().full_clean()  # type: ignore[misc] # of the form beside it
        self.add_error(None, self.refused)  # type: ignore[attr-defined]


class ServiceAdmin(ReadOnlyAdmin):
    """Rows that administrators add and change by a form; a service writes them, and the history with them."""

    def keep(
        self, request: HttpRequest, form: Any, known: Model | None, *, actor: Actor, now: datetime
    ) -> Model:
        """Call the service with what the form says; ``known`` is the row to change."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return _is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return _is_administrator(request)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """The form; what a service refuses is said in it, beside all that was typed, and nothing was changed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            setattr(request, REFUSED, translated(error))
            shown = super().changeform_view(request, object_id, form_url, extra_context)
            shown.status_code = error.status
            return shown

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form; one that a service has refused is wrong in itself when it is looked at again."""
        form = super().get_form(request, obj, change, **kwargs)
        refused = getattr(request, REFUSED, None)
        return form if refused is None else type("Refused", (_Refused, form), {"refused": refused})

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        """Leave the writing to the service."""
        actor = Actor.of(signed_in(request))
        saved = self.keep(request, form, obj if change else None, actor=actor, now=clock.now())
        obj.pk = saved.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The service wrote the history."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The service wrote the history."""


def _in_words(thing: Model, change: StateChange) -> dict[str, Any]:
    """A row of the history with the words of the thing's own states and columns."""
    columns = {field.attname: field for field in thing._meta.concrete_fields}
    states = dict(columns["state"].flatchoices) if "state" in columns else {}
    words = {**states, KEPT: ""}
    after = change.data.get("after", {})
    return {
        "change": change,
        "from_state": words.get(change.from_state, change.from_state),
        "to_state": words.get(change.to_state, change.to_state),
        "values": [
            (
                capfirst(columns[name].verbose_name) if name in columns else name,
                _value(columns.get(name), value),
            )
            for name, value in after.items()
        ],
    }


def _value(column: Any, value: Any) -> Any:
    """What a column was set to, as people say it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return dict(getattr(column, "flatchoices", ())).get(value, value)


def _is_administrator(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.role == ADMINISTRATOR
