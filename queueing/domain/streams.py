"""Streams beside the normal line, interleaved by ratios: priority patients and results reviews."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Stream(StrEnum):
    """Which line a waiting patient stands in."""

    NORMAL = "normal"
    PRIORITY = "priority"
    REVIEW = "review"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Ratios:
    """Normal calls before one of the stream: 2 means two normal, then one.

    ``review_full`` is used instead of ``review`` while reviews outnumber first visits.
    """

    priority: int = 2
    review: int = 2
    review_full: int = 1


@dataclass(frozen=True, slots=True)
class Turns:
    """How many normal calls were made since the last one of each stream, and which stream that was."""

    since_priority: int = 0
    since_review: int = 0
    last_beside: Stream = Stream.REVIEW

    def after(self, stream: Stream) -> "Turns":
        """The turns after one more call of ``stream``; emergencies do not count.

        Parameters
        ----------
        stream : Stream
            Of the call.

        Returns
        -------
        Turns

        Examples
        --------
        >>> Turns(since_priority=2, since_review=2).after(Stream.PRIORITY).since_priority
        0
        """
        if stream is Stream.PRIORITY:
            return replace(self, since_priority=0, last_beside=stream)
        if stream is Stream.REVIEW:
            return replace(self, since_review=0, last_beside=stream)
        if stream is Stream.NORMAL:
            return replace(self, since_priority=self.since_priority + 1, since_review=self.since_review + 1)
        return self


def turns_after(streams: Iterable[Stream]) -> Turns:
    """The turns after a queue's calls in turn, oldest first.

    Parameters
    ----------
    streams : iterable of Stream
        Of each call.

    Returns
    -------
    Turns

    Examples
    --------
    >>> turns_after([Stream.NORMAL, Stream.PRIORITY, Stream.NORMAL])
    Turns(since_priority=1, since_review=2, last_beside=<Stream.PRIORITY: 'priority'>)
    """
    turns = Turns()
    for stream in streams:
        turns = turns.after(stream)
    return turns


def next_stream(turns: Turns, ratios: Ratios, *, normal: int, priority: int, review: int) -> Stream:
    """Whose turn it is, from the number of people waiting in each stream.

    Parameters
    ----------
    turns : Turns
        Counted over this queue's calls in turn.
    ratios : Ratios
        The policy.
    normal, priority, review : int
        People waiting; at least one of them is positive.

    Returns
    -------
    Stream
        A stream with somebody in it: an empty stream yields its turn.

    Notes
    -----
    2+1 for priority groups and for reviews, reviews 1+1 when they outnumber first visits: the domain's
    defaults. When both are due, or only these two wait, they alternate (our choice, so that neither can
    starve the other).

    Examples
    --------
    >>> two_normal = turns_after([Stream.NORMAL, Stream.NORMAL])
    >>> next_stream(two_normal, Ratios(), normal=4, priority=1, review=0).value
    'priority'
    >>> next_stream(two_normal, Ratios(), normal=4, priority=0, review=0).value
    'normal'
    """
    review_ratio = ratios.review_full if review > normal + priority else ratios.review
    due = [
        stream
        for stream, people, since, ratio in (
            (Stream.PRIORITY, priority, turns.since_priority, ratios.priority),
            (Stream.REVIEW, review, turns.since_review, review_ratio),
        )
        if people and (not normal or since >= ratio)
    ]
    if not due:
        return Stream.NORMAL
    return next((stream for stream in due if stream is not turns.last_beside), due[0])


def interleaved(
    normal: Sequence[T], priority: Sequence[T], review: Sequence[T], *, turns: Turns, ratios: Ratios
) -> list[T]:
    """One line out of three, each of them kept in its own order.

    Parameters
    ----------
    normal, priority, review : sequence
        Who waits in each line, in its order.
    turns : Turns
        Of the calls made so far.
    ratios : Ratios
        The policy.

    Returns
    -------
    list
        Everybody once.

    Examples
    --------
    >>> interleaved("abcde", "P", "", turns=Turns(), ratios=Ratios())
    ['a', 'b', 'P', 'c', 'd', 'e']
    """
    lines = {Stream.NORMAL: normal, Stream.PRIORITY: priority, Stream.REVIEW: review}
    at = dict.fromkeys(lines, 0)
    merged: list[T] = []
    for _turn in range(sum(map(len, lines.values()))):
        left = {stream: len(line) - at[stream] for stream, line in lines.items()}
        stream = next_stream(
            turns,
            ratios,
            normal=left[Stream.NORMAL],
            priority=left[Stream.PRIORITY],
            review=left[Stream.REVIEW],
        )
        merged.append(lines[stream][at[stream]])
        at[stream] += 1
        turns = turns.after(stream)
    return merged
