"""Names as a waiting room may see them."""

import re

STAR = "*"
STARS_MAX = 2
_SPACES = re.compile(r"\s+")


def masked_name(name: str) -> str:
    """Hide the middle of a name; whoever it belongs to still knows it.

    Parameters
    ----------
    name : str
        A full name as registered, Chinese or in Latin letters.

    Returns
    -------
    str
        Names without spaces: first and last character, one star for each character between (two at most, so
        that long names do not tell their length); of two characters only the first. Names with spaces: the
        first letter of every word and two stars.

    Notes
    -----
    The form 张*三 is the default of the domain's rules; two-character, long and Latin names are our choice: a
    name of two characters must not be readable in full, and a Latin word's last letter tells little but costs
    width.

    Examples
    --------
    >>> masked_name("张小三"), masked_name("欧阳文龙"), masked_name("王芳"), masked_name("John Smith")
    ('张*三', '欧**龙', '王*', 'J** S**')
    >>> masked_name("买买提·吐尔逊"), masked_name("王"), masked_name("")
    ('买**逊', '*', '')
    """
    words = _SPACES.split(name.strip())
    if len(words) > 1:
        return " ".join(word[0] + STAR * STARS_MAX for word in words)
    word = words[0]
    if word.isascii() and len(word) > 1:
        return word[0] + STAR * STARS_MAX
    if len(word) <= 1:
        return STAR * len(word)
    if len(word) == 2:
        return word[0] + STAR
    return word[0] + STAR * min(len(word) - 2, STARS_MAX) + word[-1]
