"""What the pages of analytics show, in words, tables and charts, ready for their templates.

The dashboard's cards are each made of one choice; the page, a card's CSV and the workbook take them from here.
"""

from collections.abc import Callable

from analytics.cards.board import Board
from analytics.cards.coming import accuracy_card, week_card
from analytics.cards.effects import effect_card
from analytics.cards.loads import load_card, numbers_card, use_card
from analytics.cards.parts import Card
from analytics.cards.sales import misses_card, sold_card
from analytics.cards.waits import long_card, waits_card, weekdays_card

CARDS: dict[str, Callable[[Board], Card]] = {
    "waits": waits_card,
    "effect": effect_card,
    "long": long_card,
    "load": load_card,
    "weekdays": weekdays_card,
    "use": use_card,
    "numbers": numbers_card,
    "sold": sold_card,
    "misses": misses_card,
    "accuracy": accuracy_card,
    "week": week_card,
}
"""In the order of the page."""

__all__ = ["CARDS", "Board", "Card"]
