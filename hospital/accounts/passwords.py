"""What a password of the staff must be. Django's rules in the site's own words: its catalogue lacks some of them."""

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """So many characters, of any kind."""

    def get_error_message(self) -> str:
        """What is wrong."""
        text = ngettext(
            "This password is too short: at least %(n)s character.",
            "This password is too short: at least %(n)s characters.",
            self.min_length,
        )
        return text % {"n": self.min_length}

    def get_help_text(self) -> str:
        """What is asked for."""
        text = ngettext("At least %(n)s character.", "At least %(n)s characters.", self.min_length)
        return text % {"n": self.min_length}


class Uncommon(CommonPasswordValidator):
    """None that everybody tries first."""

    def get_help_text(self) -> str:
        """What is asked for."""
        return _("No password that many people use.")


class Unlike(UserAttributeSimilarityValidator):
    """Not the user name again."""

    def get_error_message(self) -> str:
        """What is wrong."""
        return _("This password is too similar to your %(verbose_name)s.")

    def get_help_text(self) -> str:
        """What is asked for."""
        return _("Nothing like your user name or your name.")
