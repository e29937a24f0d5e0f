"""The columns of a file of recurring periods, and what hospitals call them."""

COLUMNS = (
    "expert",
    "weekday",
    "opens_at",
    "closes_at",
    "walk_in_opens_at",
    "room",
    "slot_minutes",
    "capacity_per_slot",
    "share",
    "fee",
    "every_weeks",
    "valid_from",
    "valid_until",
)
HEADERS = {
    "专家": "expert",
    "星期": "weekday",
    "开始": "opens_at",
    "结束": "closes_at",
    "现场挂号开始": "walk_in_opens_at",
    "诊室": "room",
    "时段分钟": "slot_minutes",
    "时段号数": "capacity_per_slot",
    "预约比例": "share",
    "挂号费": "fee",
    "每几周": "every_weeks",
    "开始日期": "valid_from",
    "结束日期": "valid_until",
}
"""What the columns are called in Chinese; the page lists these."""

ALSO = {
    "从": "opens_at",
    "止": "closes_at",
    "每时段分钟": "slot_minutes",
    "每时段号数": "capacity_per_slot",
    "预约比例 %": "share",
    "每几周一次": "every_weeks",
    "生效日期": "valid_from",
    "失效日期": "valid_until",
}
"""What they may be called besides: the words of the form."""

OPTIONAL = {"fee": "", "every_weeks": "1", "valid_until": ""}


def column_of(name: str) -> str:
    """The column that a header means.

    Parameters
    ----------
    name : str
        As the file calls it.

    Returns
    -------
    str

    Examples
    --------
    >>> [column_of(name) for name in ("开始", " 从 ", "Opens_At", "other")]
    ['opens_at', 'opens_at', 'opens_at', 'other']
    """
    name = name.strip()
    return HEADERS.get(name) or ALSO.get(name) or name.lower()
