"""Why a slip did not come out, in words that say what to do."""

from django.utils.translation import gettext as _


def why_not_printed(error: str) -> str:
    """By the code that the print job or the printer keeps; empty when nothing is wrong."""
    words = {
        "no_connection": _("The printer does not answer: look whether it is on and connected."),
        "no_paper": _("The printer is out of paper."),
        "broken_off": _("The connection broke while printing: the slip may be incomplete."),
        "interrupted": _("The server was interrupted while printing: the slip may have come out or not."),
        "own_machine": _("This is the address of the server itself, not of a printer."),
        "off": _("The printer was switched off by a manager."),
        "over": _("The number is finished, so its slip was not printed."),
    }
    return words.get(error, "")
