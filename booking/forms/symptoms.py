"""Symptom words, one by one and by file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


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
