"""The lot: who comes in which place, which number a place gets, and how anybody can check it afterwards.

The seed is fixed before the first request and its digest is public from then on, so that nobody can choose it
after having seen who asked. After the draw the seed is public too, and everybody can sort the codes again.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta


def commitment(seed: str) -> str:
    """What is published before the draw: SHA-256 of the seed (its ASCII characters), in hexadecimal.

    Parameters
    ----------
    seed : str
        64 hexadecimal characters.

    Returns
    -------
    str
        64 hexadecimal characters.

    Notes
    -----
    Our choice (docs/adr/0019): ASCII text, so that any tool reproduces it in one line.

    Examples
    --------
    >>> commitment("00ff")[:16]
    '8909cde2f411a84e'
    """
    return hashlib.sha256(seed.encode("ascii")).hexdigest()


def lot(seed: str, code: str) -> str:
    """The lot of one request: HMAC-SHA-256 of its code under the seed, in hexadecimal.

    Parameters
    ----------
    seed : str
        64 hexadecimal characters; their ASCII characters are the key.
    code : str
        The request's code.

    Returns
    -------
    str
        64 hexadecimal characters, in whose order requests are served.

    Notes
    -----
    Our choice (docs/adr/0019): independent of the time and the order in which requests came.

    Examples
    --------
    >>> lot("0a1b", "AAAA")[:16], lot("0a1b", "BBBB")[:16]
    ('bb2401f617b5719d', 'a6b0a6fa4228c363')
    """
    return hmac.new(seed.encode("ascii"), code.encode("ascii"), hashlib.sha256).hexdigest()


def draw_order(seed: str, codes: Iterable[str]) -> list[str]:
    """The codes in the order of their lots; it depends on the seed and the codes alone.

    Parameters
    ----------
    seed : str
        As for :func:`lot`.
    codes : iterable of str
        The codes of the requests, each once, in any order.

    Returns
    -------
    list of str
        Every code once, the first served first.

    Notes
    -----
    Our choice. When a request came, how often somebody tried and how the codes are listed play no part: each
    order of the codes is equally likely for a random seed.

    Examples
    --------
    >>> draw_order("0a1b", ["AAAA", "BBBB", "CCCC", "DDDD"])
    ['DDDD', 'BBBB', 'AAAA', 'CCCC']
    >>> draw_order("0a1b", ["DDDD", "CCCC", "BBBB", "AAAA"])
    ['DDDD', 'BBBB', 'AAAA', 'CCCC']
    """
    return sorted(codes, key=lambda code: lot(seed, code))


def draw_ends_at(
    *, release_at: datetime, released_at: datetime, walk_in_opens_at: datetime, draw_s: int
) -> datetime | None:
    """Until when requests are collected; ``None``: there is no draw and numbers go to whoever comes first.

    Parameters
    ----------
    release_at, released_at : datetime
        The announced release, and when it really happened: whoever is late with it does not shorten the time.
    walk_in_opens_at : datetime
        The end of booking; a draw that would end there or later is not held.
    draw_s : int
        Seconds of the policy; 0 switches the draw off.

    Returns
    -------
    datetime or None

    Notes
    -----
    Our choice (docs/adr/0019): the time counts from the real release, so that a late one takes nothing from anybody.

    Examples
    --------
    >>> seven, day = datetime(2026, 11, 2, 7), timedelta(days=1)
    >>> draw_ends_at(release_at=seven, released_at=seven, walk_in_opens_at=seven + day, draw_s=60)
    datetime.datetime(2026, 11, 2, 7, 1)
    >>> draw_ends_at(release_at=seven, released_at=seven, walk_in_opens_at=seven + day, draw_s=0) is None
    True
    """
    if draw_s == 0:
        return None
    end = max(release_at, released_at) + timedelta(seconds=draw_s)
    return end if end < walk_in_opens_at else None


def nearest_slot(wished: datetime, left: Mapping[datetime, int]) -> datetime | None:
    """The beginning of the slot that a request gets: the wished one, else the nearest with a number left.

    Parameters
    ----------
    wished : datetime
        When the wished slot begins.
    left : mapping of datetime to int
        Numbers left of each slot of the session by its beginning.

    Returns
    -------
    datetime or None
        Of two equally near the earlier; ``None`` when no number is left.

    Notes
    -----
    Our choice: a number near the wish rather than none; whoever does not want it does not pay.

    Examples
    --------
    >>> eight, nine, ten = (datetime(2026, 11, 2, hour) for hour in (8, 9, 10))
    >>> nearest_slot(nine, {eight: 1, nine: 0, ten: 3}).hour
    8
    >>> nearest_slot(nine, {eight: 0, nine: 0, ten: 0}) is None
    True
    """
    free = [starts_at for starts_at, number in left.items() if number > 0]
    return min(free, key=lambda starts_at: (abs(starts_at - wished), starts_at), default=None)


def draw_faults(*, seed: str, published: str, places: Sequence[tuple[int, str]]) -> list[str]:
    """What is wrong with a published draw, in words; empty when it was held as promised.

    Parameters
    ----------
    seed : str
        As revealed after the draw.
    published : str
        The commitment of before the draw.
    places : sequence of (int, str)
        Place and code of every request that was drawn; places count from 1.

    Returns
    -------
    list of str
        One sentence for each fault.

    Examples
    --------
    >>> fair = [(1, "BBBB"), (2, "AAAA")]
    >>> draw_faults(seed="0a1b", published=commitment("0a1b"), places=fair)
    []
    >>> draw_faults(seed="0a1b", published=commitment("0a1c"), places=[(1, "AAAA"), (2, "BBBB")])
    ['the seed is not the one that was promised', 'place 1 is of AAAA, the lot gives it to BBBB', \
'place 2 is of BBBB, the lot gives it to AAAA']
    """
    faults = [] if commitment(seed) == published else ["the seed is not the one that was promised"]
    listed = sorted(places)
    for expected, ((place, code), drawn) in enumerate(
        zip(listed, draw_order(seed, [code for _, code in listed]), strict=True), 1
    ):
        if place != expected:
            faults.append(f"place {expected} is missing")
        elif code != drawn:
            faults.append(f"place {place} is of {code}, the lot gives it to {drawn}")
    return faults
