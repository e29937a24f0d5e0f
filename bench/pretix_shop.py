"""Run by pretix' own Python: a shop with one ticket that never sells out, made once. Prints ``{"token", "item"}``."""

import json
import os
from datetime import timedelta
from decimal import Decimal

ORGANIZER = EVENT = "bench"
PLENTY = 10_000_000


def main() -> dict[str, object]:
    """Make what is missing of the shop."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pretix.settings")
    django.setup()
    from django_scopes import scopes_disabled  # type: ignore[import-not-found]

    with scopes_disabled():
        return _shop()


def _shop() -> dict[str, object]:
    from django.utils import timezone
    from pretix.base.models import Event, Organizer, Team  # type: ignore[import-not-found]

    organizer, _made = Organizer.objects.get_or_create(slug=ORGANIZER, defaults={"name": "Bench"})
    event = Event.objects.filter(organizer=organizer, slug=EVENT).first() or Event.objects.create(
        organizer=organizer,
        slug=EVENT,
        name="Bench",
        currency="CNY",
        live=True,
        date_from=timezone.now() + timedelta(days=300),
    )
    item, _made = event.items.get_or_create(name="Number", defaults={"default_price": Decimal(20)})
    quota, _made = event.quotas.get_or_create(name="Numbers", defaults={"size": PLENTY})
    quota.items.add(item)
    team, _made = Team.objects.get_or_create(
        organizer=organizer,
        name="Bench",
        defaults={"all_events": True, "all_event_permissions": True, "all_organizer_permissions": True},
    )
    token, _made = team.tokens.get_or_create(name="bench")
    return {"token": token.token, "item": item.pk}


print(json.dumps(main()))
