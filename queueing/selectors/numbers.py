"""A ticket by the number on its paper, as people say it at the desk."""

import re
from datetime import datetime, timedelta

from queueing.models import Ticket

TODAY = timedelta(hours=18)


def ticket_code_of_number(*, number: str, now: datetime) -> str | None:
    """The code of the newest ticket of the last hours with this number (``A17``); None when there is none."""
    parts = re.fullmatch(r"([A-Z]+)([0-9]+)", number)
    if parts is None:
        return None
    found = Ticket.objects.filter(queue__letter=parts[1], number=int(parts[2]), joined_at__gt=now - TODAY)
    return found.order_by("-joined_at").values_list("code", flat=True).first()
