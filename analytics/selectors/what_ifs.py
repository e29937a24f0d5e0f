"""Questions to the simulator and their answers."""

from analytics.models import QuotaPlan, WhatIf
from hospital.common.errors import NotFound

LATEST = 8


def what_if_by_code(code: str) -> WhatIf:
    """One question with its plan and the plan's slots.

    Raises
    ------
    NotFound
        When there is no such question.
    """
    found = WhatIf.objects.select_related("plan").prefetch_related("plan__slots").filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def what_ifs_of(plan: QuotaPlan) -> list[WhatIf]:
    """The latest questions about a plan, the last first."""
    return list(WhatIf.objects.filter(plan=plan)[:LATEST])
