"""Words that patients use, and where they lead: an invented hospital's table to begin with."""

from datetime import datetime

from booking.selectors import symptom_words
from booking.services import symptom_word_save
from booking.services.symptoms import Row
from hospital.common.actor import Actor

# fmt: off
WORDS = {
    # department: (word, English, weight), the first of each on the start page
    "cardio": [("胸闷", "chest tightness", 9), ("心慌", "palpitations", 9), ("高血压", "high blood pressure", 9), ("胸痛", "chest pain", 9), ("心跳快", "fast heartbeat", 8), ("气短", "short of breath", 6), ("腿肿", "swollen legs", 5), ("血脂高", "high cholesterol", 8), ("心绞痛", "angina", 10), ("早搏", "extra heartbeats", 9)],
    "neuro": [("头晕", "dizziness", 8), ("头痛", "headache", 9), ("失眠", "sleeplessness", 8), ("手抖", "tremor", 9), ("眩晕", "vertigo", 8), ("手麻", "numb hands", 6), ("偏头痛", "migraine", 9), ("记性差", "forgetfulness", 7), ("面瘫", "facial palsy", 9), ("中风", "stroke", 9), ("抽筋", "cramps", 5), ("多梦", "vivid dreams", 7)],
    "gastro": [("胃痛", "stomach ache", 9), ("反酸", "heartburn", 9), ("腹泻", "diarrhoea", 8), ("便秘", "constipation", 8), ("腹胀", "bloating", 8), ("恶心", "nausea", 7), ("便血", "blood in the stool", 8), ("吞咽困难", "trouble swallowing", 7), ("脂肪肝", "fatty liver", 9), ("腹痛", "tummy ache", 8), ("胃胀", "full stomach", 8), ("打嗝", "hiccups", 7), ("胃口差", "no appetite", 6)],
    "resp": [("发烧", "fever", 7), ("咳嗽", "cough", 9), ("气喘", "wheezing", 9), ("哮喘", "asthma", 9), ("咳痰", "phlegm", 8), ("感冒", "cold", 7), ("喉咙痛", "sore throat", 6), ("打鼾", "snoring", 7), ("肺结节", "lung nodule", 9), ("流鼻涕", "runny nose", 7), ("鼻塞", "blocked nose", 6), ("呼吸困难", "trouble breathing", 9)],
    "ortho": [("关节痛", "joint pain", 9), ("腰痛", "back pain", 9), ("扭伤", "sprain", 9), ("膝盖痛", "knee pain", 9), ("颈椎病", "neck pain", 9), ("肩膀痛", "shoulder pain", 8), ("骨折", "fracture", 10), ("腰腿痛", "back and leg pain", 9), ("手麻", "numb hands", 5), ("脖子痛", "sore neck", 8), ("腿痛", "leg pain", 8), ("脚痛", "foot pain", 8), ("痛风", "gout", 7), ("崴脚", "twisted ankle", 9)],
    "paed": [("孩子发烧", "child's fever", 9), ("孩子咳嗽", "child's cough", 9), ("孩子腹泻", "child's diarrhoea", 9), ("湿疹", "eczema", 8), ("不长个", "slow growth", 8), ("孩子过敏", "child's allergy", 8), ("不爱吃饭", "poor appetite", 6), ("孩子皮疹", "child's rash", 8), ("孩子腹痛", "child's tummy ache", 8)],
}
# fmt: on


def words_ensure(now: datetime) -> None:
    """Write the table once; what managers made of it afterwards stays."""
    if symptom_words().exists():
        return
    for department, words in WORDS.items():
        for number, (word, word_en, weight) in enumerate(words):
            row = Row(department, word, word_en, weight, number == 0)
            symptom_word_save(row=row, actor=Actor.job("demo"), now=now)
