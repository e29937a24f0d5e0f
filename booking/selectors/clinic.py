"""What administrators choose from when they keep experts."""

from django.db.models import Q, QuerySet

from hospital.models import User


def accounts_for_expert(*, code: str) -> QuerySet[User]:
    """Active accounts of the role expert that are nobody's yet, or those of the expert of this code."""
    found = User.objects.filter(role=User.Role.EXPERT, is_active=True)
    return found.filter(Q(expert=None) | Q(expert__code=code)).order_by("username")
