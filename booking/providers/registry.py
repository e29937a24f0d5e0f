"""Providers by name, as the settings list them."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from booking.providers.interface import PaymentProvider, UnknownProvider


def provider_names() -> list[str]:
    """The ways to pay that this hospital offers online, in the order of the settings."""
    return list(settings.PAYMENT_PROVIDERS)


def provider(name: str) -> PaymentProvider:
    """The provider called ``name``.

    Raises
    ------
    UnknownProvider
        When the settings do not list it.
    """
    if name not in settings.PAYMENT_PROVIDERS:
        raise UnknownProvider
    return _made(name)


@cache
def _made(name: str) -> PaymentProvider:
    options = dict(settings.PAYMENT_PROVIDERS[name])
    made: PaymentProvider = import_string(options.pop("class"))(name=name, **options)
    return made
