"""Who watches which topic, and which revision of each was last seen in the database."""

from collections.abc import Iterator, Mapping

from hospital.common.feeds import Feed, Topics
from hospital.common.sockets import Socket

Watcher = Feed | Socket


class Watchers:
    """Sets by topic; a topic that nobody watches is forgotten."""

    def __init__(self) -> None:
        self._by_topic: dict[str, set[Watcher]] = {}
        self._known: dict[str, int] = {}
        self._told: set[str] = set()

    def looked_at(self) -> tuple[str, ...]:
        """Everything that somebody watches, for a look at the database that begins now."""
        self._told.clear()
        return tuple(self._by_topic)

    def of(self, topic: str) -> tuple[Watcher, ...]:
        """Who watches this."""
        return tuple(self._by_topic.get(topic, ()))

    def add(self, topic: str, watcher: Watcher) -> None:
        """One more."""
        self._by_topic.setdefault(topic, set()).add(watcher)

    def drop(self, topic: str, watcher: Watcher) -> None:
        """One less."""
        watchers = self._by_topic.get(topic)
        if watchers is not None:
            watchers.discard(watcher)
            if not watchers:
                del self._by_topic[topic]
                self._known.pop(topic, None)

    def move(self, feed: Feed, topics: Topics) -> None:
        """The feed depends on these topics from now on."""
        for topic in feed.topics - topics:
            self.drop(topic, feed)
        for topic in topics - feed.topics:
            self.add(topic, feed)
        feed.topics = topics

    def announced(self, topic: str, revision: object) -> None:
        """Whoever watches the topic was told of this revision: the next look need not find it again."""
        if isinstance(revision, int) and topic in self._by_topic:
            self._known[topic] = max(revision, self._known.get(topic, revision))
            self._told.add(topic)

    def changed(self, found: Mapping[str, int]) -> Iterator[str]:
        """Topics whose revision in the database is another one than when they were last looked at.

        What was announced while the database was read is left to the next look: this one may be older.
        """
        for topic, revision in found.items():
            if topic not in self._told and self._known.get(topic) != revision:
                self._known[topic] = revision
                yield topic
