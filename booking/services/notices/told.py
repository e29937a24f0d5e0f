"""A notice never fails what it tells about."""

import logging
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.db import OperationalError, transaction

logger = logging.getLogger(__name__)

P = ParamSpec("P")


def notice(event: Callable[P, None]) -> Callable[P, None]:
    """Keep what goes wrong in ``event`` away from its caller; a lost connection or a deadlock is everybody's."""

    @wraps(event)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with transaction.atomic():
                event(*args, **kwargs)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - a notice is never worth a booking
            place = traceback.extract_tb(error.__traceback__)[-1]  # not its text, which may name a person
            logger.error(
                "notice %s was not written: %s, line %s", event.__name__, type(error).__name__, place.lineno
            )

    return told
