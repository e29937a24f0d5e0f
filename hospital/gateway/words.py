"""What the gateway's pages say, in both languages; a process of its own keeps its own words."""

from __future__ import annotations

from hospital.gateway.modes import Mode

ZH, EN = "zh-Hans", "en"

WORDS: dict[str, tuple[str, str]] = {
    "brand": ("沙箱支付", "Sandbox Pay"),
    "notice": ("这是演示用的支付页，不会真的扣款。", "A pay page for demonstration. No money moves."),
    "other_language": ("English", "中文"),
    "pay_to": ("收款方", "Pay to"),
    "item": ("项目", "Item"),
    "order": ("订单号", "Order"),
    "pay_by": ("请在此前付款", "Pay before"),
    "amount": ("应付金额", "Amount"),
    "pay": ("付款", "Pay"),
    "refuse": ("拒付", "Decline"),
    "back": ("返回医院", "Back to the hospital"),
    "paid": ("付款成功", "Paid"),
    "paid_more": (
        "医院会收到通知，请返回查看预约。",
        "The hospital is being told. Go back to see your booking.",
    ),
    "refused": ("付款没有成功", "Not paid"),
    "refused_more": ("没有扣款。请返回医院重新支付。", "Nothing was charged. Go back and try again."),
    "closed": ("订单已关闭", "Order closed"),
    "closed_more": ("付款时间已过，没有扣款。", "The time to pay is over. Nothing was charged."),
    "unknown": ("没有这个订单", "No such order"),
    "unknown_more": ("请从医院的页面重新进入。", "Open the pay page from the hospital's site again."),
    "how": ("怎样让它出错", "How to make it fail"),
    "how_more": (
        "金额的最后两位（分）决定这一单怎样出错，优先于开关；开关对之后的订单有效。",
        "The last two digits of the amount decide how an order fails; the switch decides for all others.",
    ),
    "digits": ("末两位", "Digits"),
    "failure": ("会发生什么", "What happens"),
    "switch": ("开关", "Switch"),
    "switch_now": ("现在", "Now"),
    "seconds": ("延迟秒数", "Delay in seconds"),
    "count": ("次数（空＝一直）", "Uses (empty = until changed)"),
    "set": ("设定", "Set"),
    "orders": ("最近的订单", "Latest orders"),
    "notices": ("最近的通知", "Latest notices"),
    "state": ("状态", "State"),
    "attempts": ("次数", "Attempts"),
    "answer": ("回答", "Answer"),
    "none": ("还没有", "None yet"),
    "number": ("通知号", "Notice"),
}

STATES: dict[str, tuple[str, str]] = {
    "unpaid": ("待付款", "to be paid"),
    "paid": ("已付款", "paid"),
    "closed": ("已关闭", "closed"),
    "refused": ("未付成", "not paid"),
}

MODES: dict[Mode, tuple[str, str]] = {
    Mode.NORMAL: ("正常", "Behaves"),
    Mode.DUPLICATE: ("通知重复三次", "The notice comes three times"),
    Mode.LATE: ("通知晚到", "The notice comes late"),
    Mode.WRONG_AMOUNT: ("通知里的金额多一分", "The notice names one fen too much"),
    Mode.FORGED: ("通知签名是假的，真的不来", "The notice's signature is forged, no true one follows"),
    Mode.REFUSED: ("银行拒付", "The bank declines"),
    Mode.LOST: ("通知丢失", "The notice is lost"),
    Mode.REFUND_TIMEOUT: ("退款已做，回答超时", "The refund is made, its answer times out"),
    Mode.REFUND_FAILED: ("退款失败", "The refund fails"),
    Mode.REFUND_SLOW: ("退款 30 秒后完成", "The refund takes 30 s"),
    Mode.WRONG_MERCHANT: ("通知写着别的商户", "The notice names another merchant"),
    Mode.STALE: ("通知签名是一天前的", "The notice was signed a day ago"),
}


def language_of(asked: str, accepted: str) -> str:
    """`?lang=` first, then the first language of Accept-Language that is known, else Chinese."""
    for text in [asked, *accepted.split(",")]:
        tag = text.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return ZH
        if tag.startswith("en"):
            return EN
    return ZH


def say(pair: tuple[str, str], language: str) -> str:
    """The words of a pair in the language."""
    return pair[1] if language == EN else pair[0]
