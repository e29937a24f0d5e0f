"""A printer as managers set it up, and which printer a browser prints to."""

from typing import Any

from django import forms

from queueing.models import Printer


class PrinterForm(forms.ModelForm):  # type: ignore[type-arg]
    """Where the printer is and what it can; the service writes it."""

    class Meta:
        model = Printer
        fields = ("name", "place", "host", "port", "columns", "encoding", "tells_paper", "enabled")

    def values(self) -> dict[str, Any]:
        """As the service takes them."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class PrinterChoiceForm(forms.Form):
    """The printer of this browser; empty: the browser's own."""

    printer = forms.CharField(max_length=8, required=False)
