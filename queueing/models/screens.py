"""Waiting-room screens: what each shows and when it was last alive."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hospital.common.codes import code_8


class Screen(models.Model):
    """One screen. It joins with a token that is kept as a digest only and can be revoked."""

    class Layout(models.TextChoices):
        ROOMS = "rooms", _("rooms")
        ROOM = "room", _("one room")

    code = models.CharField(max_length=8, unique=True, default=code_8)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    place = models.CharField(max_length=60, blank=True)
    place_en = models.CharField(max_length=60, blank=True)
    token_digest = models.BinaryField(unique=True)
    layout = models.CharField(max_length=10, choices=Layout, default=Layout.ROOMS)
    language = models.CharField(max_length=10, default="zh-hans")
    sound = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    revision_shown = models.PositiveBigIntegerField(null=True)
    build = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("screen")
        verbose_name_plural = _("screens")

    def __str__(self) -> str:
        return self.name


class ScreenRoom(models.Model):
    """A room whose calls a screen shows, in this order."""

    screen = models.ForeignKey(Screen, on_delete=models.CASCADE, related_name="rooms")
    room = models.ForeignKey("booking.Room", on_delete=models.CASCADE, related_name="screens")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["screen", "room"], name="one_place_per_screen_and_room")
        ]

    def __str__(self) -> str:
        return f"{self.screen_id} {self.room_id}"
