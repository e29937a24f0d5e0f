"""The control of the soak: the product, but every feed stays as it was first built; its pings go on all the same."""

from collections.abc import Callable
from dataclasses import replace

from hospital.asgi import application
from hospital.common.feeds import Content, Source
from hospital.common.hub import Hub
from hospital.common.sockets import Socket

__all__ = ["application"]

_kept: dict[str, Content] = {}
_join = Hub.join


def _always_the_first(source: Source) -> Callable[[], Content]:
    def build() -> Content:
        if source.key not in _kept:
            _kept[source.key] = source.build()
        return _kept[source.key]

    return build


def _join_frozen(hub: Hub, source: Source, socket: Socket) -> None:
    _join(hub, replace(source, build=_always_the_first(source)), socket)


Hub.join = _join_frozen  # type: ignore[method-assign]
