"""Everyday Chinese words for the same thing, so that the hospital's table needs each but once."""

import re
import unicodedata

SAME = {
    "疼": "痛",
    "发热": "发烧",
    "高烧": "发烧",
    "拉肚子": "腹泻",
    "拉稀": "腹泻",
    "肚子": "腹",
    "肚脐": "腹",
    "嗓子": "喉咙",
    "咽喉": "喉咙",
    "心口": "胸",
    "胸口": "胸",
    "心悸": "心慌",
    "血压高": "高血压",
    "高血脂": "血脂高",
    "脚肿": "腿肿",
    "睡不着": "失眠",
    "睡不好": "失眠",
    "头昏": "头晕",
    "想吐": "恶心",
    "呕吐": "恶心",
    "打呼噜": "打鼾",
    "膝关节": "膝盖",
    "疹子": "皮疹",
    "小孩子": "孩子",
    "小孩": "孩子",
    "宝宝": "孩子",
    "儿童": "孩子",
}
"""What is said, and the word that it is looked for as; in this order, so a longer word stands before its part."""

TITLES = re.compile("(副?主任医师|医生|大夫|主任|医师|教授|专家)$")
"""What follows a doctor's surname."""


def plain(text: str) -> str:
    """A text as the search compares it: one width, small letters, one word for the same thing.

    Parameters
    ----------
    text : str
        Typed, or of the table.

    Returns
    -------
    str

    Examples
    --------
    >>> [plain(text) for text in ("ＴＴ", "嗓子疼", "拉肚子", "发热", "肚子疼三天了")]
    ['tt', '喉咙痛', '腹泻', '发烧', '腹痛三天了']
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    for said, meant in SAME.items():
        text = text.replace(said, meant)
    return text
