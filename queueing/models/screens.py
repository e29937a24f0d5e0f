"""Waiting-room screens: what each shows, what it last said of itself, and the codes by which new ones join."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hospital.common.codes import code_8


class Screen(models.Model):
    """One screen. It joins with a token that is kept as a digest only and can be revoked."""

    class Layout(models.TextChoices):
        ROOMS = "rooms", _("several rooms")
        ROOM = "room", _("one room")
        DEPARTMENT = "department", _("a whole department")
        CORRIDOR = "corridor", _("corridor, the way to each room")

    class Theme(models.TextChoices):
        DARK = "dark", _("dark")
        LIGHT = "light", _("light")
        CONTRAST = "contrast", _("highest contrast")

    class Sound(models.TextChoices):
        VOICE = "voice", _("chime and voice")
        CHIME = "chime", _("chime only")
        OFF = "off", _("no sound")

    code = models.CharField(max_length=8, unique=True, default=code_8)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    place = models.CharField(max_length=60, blank=True)
    place_en = models.CharField(max_length=60, blank=True)
    token_digest = models.BinaryField(unique=True)
    layout = models.CharField(max_length=10, choices=Layout, default=Layout.ROOMS)
    department = models.ForeignKey(
        "booking.Department", on_delete=models.SET_NULL, null=True, related_name="screens"
    )
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.DARK)
    language = models.CharField(max_length=10, default="zh-hans")
    bilingual = models.BooleanField(default=True)
    numbers_only = models.BooleanField(default=False)
    sound = models.CharField(max_length=10, choices=Sound, default=Sound.VOICE)
    setup = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    revision_shown = models.PositiveBigIntegerField(null=True)
    latency_ms = models.PositiveIntegerField(null=True)
    sound_state = models.CharField(max_length=10, blank=True)
    size = models.CharField(max_length=12, blank=True)
    build = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("screen")
        verbose_name_plural = _("screens")

    def __str__(self) -> str:
        return self.name


class ScreenRoom(models.Model):
    """A room whose calls a screen shows, in this order, and the way there from the screen."""

    class Arrow(models.TextChoices):
        AHEAD = "ahead", _("straight ahead")
        LEFT = "left", _("to the left")
        RIGHT = "right", _("to the right")
        BACK = "back", _("behind you")
        UP = "up", _("upstairs")
        DOWN = "down", _("downstairs")

    screen = models.ForeignKey(Screen, on_delete=models.CASCADE, related_name="rooms")
    room = models.ForeignKey("booking.Room", on_delete=models.CASCADE, related_name="screens")
    position = models.PositiveSmallIntegerField(default=0)
    arrow = models.CharField(max_length=10, choices=Arrow, blank=True)
    way = models.CharField(max_length=40, blank=True)
    way_en = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["screen", "room"], name="one_place_per_screen_and_room")
        ]

    def __str__(self) -> str:
        return f"{self.screen_id} {self.room_id}"


class ScreenNotice(models.Model):
    """A line on screens for a time: on one screen, on those of a department, or on all."""

    code = models.CharField(max_length=8, unique=True, default=code_8)
    screen = models.ForeignKey(Screen, on_delete=models.CASCADE, null=True, related_name="notices")
    department = models.ForeignKey(
        "booking.Department", on_delete=models.CASCADE, null=True, related_name="screen_notices"
    )
    text = models.CharField(max_length=60)
    text_en = models.CharField(max_length=120, blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("notice on screens")
        verbose_name_plural = _("notices on screens")
        ordering = ["begins_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(screen=None) | Q(department=None), name="screen_notice_has_one_place"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("begins_at")), name="screen_notice_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class ScreenPairing(models.Model):
    """A code that a new screen shows until a manager types it; the screen's own secret becomes its token."""

    code = models.CharField(max_length=6, unique=True)
    token_digest = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("code of a screen")
        verbose_name_plural = _("codes of screens")

    def __str__(self) -> str:
        return self.code


class ScreenGap(models.Model):
    """A time without any sign of life of a screen, known once it is back."""

    screen = models.ForeignKey(Screen, on_delete=models.CASCADE, related_name="gaps")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("time without a signal")
        verbose_name_plural = _("times without a signal")
        ordering = ["begins_at"]

    def __str__(self) -> str:
        return f"{self.screen_id} {self.begins_at:%H:%M}"
