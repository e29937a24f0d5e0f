"""What the pages of screens accept: a new screen, its set-up, a line for the wall, the screen's own address."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hospital.common.forms import AddressForm
from queueing.models import Screen, ScreenRoom
from queueing.selectors.screens import Way

LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]


class ScreenForm(forms.Form):
    """A new waiting-room screen: where it hangs and whose calls it shows."""

    pairing = forms.CharField(
        label=_("Code on the screen"),
        max_length=12,
        required=False,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(label=_("Name"), max_length=60)
    place = forms.CharField(label=_("Place"), max_length=60, required=False)
    room_codes = forms.MultipleChoiceField(
        label=_("Rooms"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one room.")},
    )
    language = forms.ChoiceField(label=_("First language"), choices=LANGUAGES, initial="zh-hans")

    def __init__(self, *args: Any, rooms: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.rooms = list(rooms)
        field = cast("forms.MultipleChoiceField", self.fields["room_codes"])
        field.choices = [
            (room.code, _(", ").join(filter(None, [room.name, room.place_label]))) for room in self.rooms
        ]


class ScreenSetupForm(ScreenForm):
    """How a screen looks and sounds, and what it shows."""

    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    place_en = forms.CharField(label=_("Place in English"), max_length=60, required=False)
    layout = forms.ChoiceField(label=_("Layout"), choices=Screen.Layout.choices)
    department_code = forms.ChoiceField(label=_("Department"), required=False)
    theme = forms.ChoiceField(label=_("Colours"), choices=Screen.Theme.choices)
    sound = forms.ChoiceField(label=_("Sound"), choices=Screen.Sound.choices)
    bilingual = forms.BooleanField(label=_("Both languages"), required=False)
    numbers_only = forms.BooleanField(label=_("Numbers only, no names"), required=False)

    def __init__(self, *args: Any, departments: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["pairing"]
        self.fields["room_codes"].required = False
        field = cast("forms.ChoiceField", self.fields["department_code"])
        field.choices = [("", _("none")), *((one.code, one.label) for one in departments)]
        for room in self.rooms:
            self.fields |= {f"{name}-{room.code}": field for name, field in _of_a_room(room.name)}

    def room_rows(self) -> list[dict[str, Any]]:
        """Each room with its fields, as the page shows them in one line: those on the screen first, in its order."""
        boxes = {box.data["value"]: box for box in self["room_codes"].subwidgets}
        shown = list(self["room_codes"].value() or [])
        return [
            {
                "box": boxes[room.code],
                "fields": [self[f"{name}-{room.code}"] for name in ("place", "arrow", "way", "way_en")],
            }
            for room in sorted(self.rooms, key=lambda room: (_place(shown, room.code), room.code))
        ]

    def setup(self) -> dict[str, Any]:
        """What is wanted, as the service takes it: the rooms in their order, each with its way."""
        data = self.cleaned_data
        plain = {name: value for name, value in data.items() if "-" not in name}
        return {**plain, "room_codes": self._in_order(data), "ways": self._ways(data)}

    def _in_order(self, data: Mapping[str, Any]) -> list[str]:
        codes = data["room_codes"]
        return sorted(codes, key=lambda code: (data[f"place-{code}"] or 99, codes.index(code)))

    def _ways(self, data: Mapping[str, Any]) -> dict[str, Way]:
        return {
            code: Way(data[f"arrow-{code}"], data[f"way-{code}"], data[f"way_en-{code}"])
            for code in data["room_codes"]
        }


def _place(shown: list[str], code: str) -> int:
    return shown.index(code) if code in shown else len(shown)


def _of_a_room(name: str) -> list[tuple[str, forms.Field]]:
    """What is set for each room, each labelled with it for who cannot see the line it stands in."""
    here = {"room": name}
    fields: list[tuple[str, forms.Field]] = [
        ("place", forms.IntegerField(label=_("Order of room %(room)s") % here, min_value=1, max_value=99)),
        (
            "arrow",
            forms.ChoiceField(
                label=_("Direction of room %(room)s") % here, choices=[("", "–"), *ScreenRoom.Arrow.choices]
            ),
        ),
        ("way", forms.CharField(label=_("The way to room %(room)s") % here, max_length=20)),
        ("way_en", forms.CharField(label=_("The way to room %(room)s, in English") % here, max_length=40)),
    ]
    for _name, field in fields:
        field.required = False
    return fields


class NoticeForm(forms.Form):
    """A line for the screens."""

    text = forms.CharField(label=_("Line in Chinese"), max_length=36)
    text_en = forms.CharField(label=_("Line in English"), max_length=72, required=False)
    where = forms.ChoiceField(label=_("Where"), required=False)
    begins_at = forms.DateTimeField(
        label=_("From"), required=False, widget=forms.DateTimeInput({"type": "datetime-local"})
    )
    ends_at = forms.DateTimeField(
        label=_("Until"), required=False, widget=forms.DateTimeInput({"type": "datetime-local"})
    )

    def __init__(self, *args: Any, screens: Iterable[Any], departments: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        field = cast("forms.ChoiceField", self.fields["where"])
        field.choices = [
            ("", _("All screens")),
            (_("Department"), [(f"department {one.code}", one.label) for one in departments]),
            (_("Screen"), [(f"screen {one.code}", one.name) for one in screens]),
        ]

    def wanted(self) -> dict[str, Any]:
        """What is wanted, as the service takes it."""
        data = dict(self.cleaned_data)
        kind, _space, code = data.pop("where").partition(" ")
        return {**data, f"{kind}_code": code} if kind else data


class FleetAddress(AddressForm):
    """Which screens the page lists, and which one it tells more of."""

    q = forms.CharField(max_length=60, required=False, strip=True)
    show = forms.ChoiceField(choices=[("problems", "")], required=False)
    screen = forms.CharField(max_length=8, required=False)


class ScreenAddress(AddressForm):
    """In which language, when not in the screen's own; and which set-up the page was made for."""

    lang = forms.ChoiceField(choices=settings.LANGUAGES)
    setup = forms.IntegerField(required=False, min_value=1)
