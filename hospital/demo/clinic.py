"""Six departments and twenty-four experts, all invented, with their weekly periods."""

from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from booking.selectors.schedules import experts_by_code
from booking.services import clinic
from hospital.common.actor import Actor
from hospital.common.transactions import transactional

if TYPE_CHECKING:
    from booking.models import Expert, Room

DEMO = Actor.job("demo")
# fmt: off
DEPARTMENTS = [
    # code, name, English, pinyin, place, English place
    ("neuro", "神经内科", "Neurology", "shenjingneike", "3 楼 A 区", "Floor 3, area A"),
    ("cardio", "心血管内科", "Cardiology", "xinxueguanneike", "3 楼 B 区", "Floor 3, area B"),
    ("resp", "呼吸内科", "Respiratory Medicine", "huxineike", "2 楼 A 区", "Floor 2, area A"),
    ("gastro", "消化内科", "Gastroenterology", "xiaohuaneike", "2 楼 B 区", "Floor 2, area B"),
    ("ortho", "骨科", "Orthopaedics", "guke", "1 楼 A 区", "Floor 1, area A"),
    ("paed", "儿科", "Paediatrics", "erke", "1 楼 B 区", "Floor 1, area B"),
]
# fmt: on

# fmt: off
EXPERTS = [
    # department, code, name, English, pinyin, initials, title, specialty, English specialty, fee in yuan
    ("neuro", "N01", "周明远", "Zhou Mingyuan", "zhoumingyuan", "zmy", "chief", "头痛、眩晕、脑血管病", "headache, vertigo, stroke", 50),
    ("neuro", "N02", "周以宁", "Zhou Yining", "zhouyining", "zyn", "associate", "头痛、眩晕", "headache, vertigo", 30),
    ("neuro", "N03", "苏文澜", "Su Wenlan", "suwenlan", "swl", "associate", "失眠、焦虑", "sleep, anxiety", 30),
    ("neuro", "N04", "邵启航", "Shao Qihang", "shaoqihang", "sqh", "attending", "帕金森病、手抖", "Parkinson's disease, tremor", 20),
    ("cardio", "C01", "陈望舒", "Chen Wangshu", "chenwangshu", "cws", "chief", "冠心病、心力衰竭、高血压", "coronary disease, heart failure, high blood pressure", 50),
    ("cardio", "C02", "方远航", "Fang Yuanhang", "fangyuanhang", "fyh", "associate", "心律失常", "arrhythmia", 30),
    ("cardio", "C03", "沈若谷", "Shen Ruogu", "shenruogu", "srg", "associate", "高血压、血脂异常", "high blood pressure, lipids", 30),
    ("cardio", "C04", "梁晓", "Liang Xiao", "liangxiao", "lx", "attending", "胸闷、心慌", "chest tightness, palpitations", 20),
    ("resp", "R01", "许明远", "Xu Mingyuan", "xumingyuan", "xmy", "chief", "哮喘、慢阻肺", "asthma, COPD", 50),
    ("resp", "R02", "郑宏伟", "Zheng Hongwei", "zhenghongwei", "zhw", "associate", "肺结节、慢性咳嗽", "lung nodules, chronic cough", 30),
    ("resp", "R03", "孙国梁", "Sun Guoliang", "sunguoliang", "sgl", "associate", "肺炎、支气管炎", "pneumonia, bronchitis", 30),
    ("resp", "R04", "叶知秋", "Ye Zhiqiu", "yezhiqiu", "yzq", "attending", "感冒、发烧", "colds, fever", 20),
    ("gastro", "G01", "何嘉木", "He Jiamu", "hejiamu", "hjm", "chief", "胃炎、反流", "gastritis, reflux", 50),
    ("gastro", "G02", "黄建平", "Huang Jianping", "huangjianping", "hjp", "associate", "肠炎、息肉", "colitis, polyps", 30),
    ("gastro", "G03", "温如玉", "Wen Ruyu", "wenruyu", "wry", "associate", "肝病、脂肪肝", "liver disease, fatty liver", 30),
    ("gastro", "G04", "鲁同舟", "Lu Tongzhou", "lutongzhou", "ltz", "attending", "胃痛、腹泻", "stomach ache, diarrhoea", 20),
    ("ortho", "O01", "罗志强", "Luo Zhiqiang", "luozhiqiang", "lzq", "chief", "关节置换、骨关节炎", "joint replacement, arthritis", 50),
    ("ortho", "O02", "欧阳海", "Ouyang Hai", "ouyanghai", "oyh", "associate", "腰椎、颈椎", "spine", 30),
    ("ortho", "O03", "白景行", "Bai Jingxing", "baijingxing", "bjx", "associate", "运动损伤", "sports injuries", 30),
    ("ortho", "O04", "石磊", "Shi Lei", "shilei", "sl", "attending", "扭伤、骨折", "sprains, fractures", 20),
    ("paed", "P01", "韩雪", "Han Xue", "hanxue", "hx", "chief", "小儿哮喘、过敏", "children's asthma, allergies", 50),
    ("paed", "P02", "吴丹", "Wu Dan", "wudan", "wd", "associate", "发烧、咳嗽", "fever, cough", 30),
    ("paed", "P03", "蔡文静", "Cai Wenjing", "caiwenjing", "cwj", "associate", "营养、生长发育", "nutrition, growth", 30),
    ("paed", "P04", "田小满", "Tian Xiaoman", "tianxiaoman", "txm", "attending", "腹泻、湿疹", "diarrhoea, eczema", 20),
]
# fmt: on

RUNNING_EXPERT = "C01"
"""Whose session is running at any time of day; this expert has no weekly periods of their own."""
UNDECIDED_EXPERT = "N01"
"""Whose first plans wait for the manager of the demo; everybody else's are approved by the policy."""
EARLY_DEPARTMENT = "paed"
"""Whose patients are asked to come earlier than others: it has a rule of its own."""
MORNING = (time(8), time(12), time(7))
AFTERNOON = (time(14), time(17), time(13))


@dataclass(frozen=True, slots=True)
class Period:
    """One weekly period: weekday (1 = Monday), opening, closing, walk-in opening."""

    weekday: int
    times: tuple[time, time, time]


def periods(number: int) -> list[Period]:
    """Three half-days a week for the expert of this number, spread over all seven days."""
    return [
        Period((number * 2 + 3 * turn) % 7 + 1, MORNING if (number + turn) % 3 else AFTERNOON)
        for turn in range(3)
    ]


@transactional
def define(expert_user_id: int, now: datetime) -> "dict[str, Expert]":
    """Make the departments, rooms, experts and periods that are missing; what users changed stays as it is."""
    known = experts_by_code()
    wards = {}
    for code, name, name_en, pinyin, place, place_en in DEPARTMENTS:
        wards[code] = clinic.department_define(
            code=code,
            name=name,
            name_en=name_en,
            pinyin=pinyin,
            place=place,
            place_en=place_en,
            actor=DEMO,
            now=now,
        )
    experts = {}
    for number, (
        ward,
        code,
        name,
        name_en,
        pinyin,
        initials,
        title,
        specialty,
        specialty_en,
        fee,
    ) in enumerate(EXPERTS):
        if code in known:
            experts[code] = known[code]
            continue
        experts[code] = clinic.expert_save(
            code=code,
            new=True,
            department=wards[ward],
            user_id=expert_user_id if code == RUNNING_EXPERT else None,
            name=name,
            name_en=name_en,
            pinyin=pinyin,
            initials=initials,
            title=title,
            specialty=specialty,
            specialty_en=specialty_en,
            fee_fen=fee * 100,
            actor=DEMO,
            now=now,
        )
        if code != RUNNING_EXPERT:
            _define_periods(experts[code], number, now)
    return experts


def _define_periods(expert: "Expert", number: int, now: datetime) -> None:
    room = room_of(expert, number, now)
    for period in periods(number):
        opens_at, closes_at, walk_in_opens_at = period.times
        clinic.template_define(
            expert=expert,
            weekday=period.weekday,
            opens_at=opens_at,
            closes_at=closes_at,
            walk_in_opens_at=walk_in_opens_at,
            room=room,
            capacity_per_slot=10,
            appointment_share=Decimal("0.55"),
            actor=DEMO,
            now=now,
        )


def room_of(expert: "Expert", number: int, now: datetime) -> "Room":
    """The expert's room on the department's floor."""
    ward = expert.department
    floor = int(ward.place[0])
    sign = str(floor * 100 + (1 if "A" in ward.place else 5) + number % 4)
    return clinic.room_define(
        code=f"room-{sign}", name=sign, place=ward.place, place_en=ward.place_en, actor=DEMO, now=now
    )


def number_of(code: str) -> int:
    """The expert's number in the list above."""
    return next(number for number, row in enumerate(EXPERTS) if row[1] == code)
