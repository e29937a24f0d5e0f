"""To whom each of a session's waiting patients is sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ShareOutForm(forms.Form):
    """One choice for each ticket, proposed and to be changed; empty: stays where it is."""

    def __init__(
        self, *args: Any, proposed: Mapping[str, str], takers: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for code, target in proposed.items():
            self.fields[code] = forms.ChoiceField(
                choices=[("", _("Stays")), *takers], initial=target, required=False
            )

    def targets(self) -> dict[str, str]:
        """The session of each ticket that is sent on."""
        return {code: target for code, target in self.cleaned_data.items() if target}
