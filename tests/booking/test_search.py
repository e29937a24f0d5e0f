"""Finding the right expert: what is typed, who is shown, in which order and why."""

from datetime import time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from booking import selectors, services
from booking.domain import errors
from booking.domain.symptoms import Symptom, meant_by, search_words
from booking.models import Department, Expert, SymptomWord
from booking.services import SlotWait
from booking.services.symptoms import Row
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.demo.symptoms import WORDS
from tests.clock import VirtualClock
from tests.factories import Cast, session

pytestmark = pytest.mark.django_db
JOB = Actor.job("test")
EVERY_DAY = {code: range(1, 8) for code in ("N1", "N2")}


def word(
    department: str, text: str, *, weight: int = 9, word_en: str = "", featured: bool = False
) -> SymptomWord:
    row = Row(department, text, word_en, weight, featured)
    return services.symptom_word_save(row=row, actor=JOB, now=clock.now())


def doctor(
    code: str, department: str, name: str, pinyin: str, specialty: str, title: str = "associate"
) -> Expert:
    names = {"neuro": ("神经内科", "Neurology", "shenjingneike"), "ortho": ("骨科", "Orthopaedics", "guke")}
    zh, en, spelt = names[department]
    ward, _made = Department.objects.get_or_create(
        code=department, defaults={"name": zh, "name_en": en, "pinyin": spelt}
    )
    return Expert.objects.create(
        code=code,
        department=ward,
        name=name,
        name_en=pinyin.title(),
        pinyin=pinyin,
        initials="".join(part[0] for part in pinyin.split()),
        title=title,
        specialty=specialty,
        fee_fen=3000,
    )


@pytest.fixture
def hospital(cast: Cast, now: VirtualClock) -> dict[str, Expert]:
    """Three experts; the chief is free in five days, the others tomorrow."""
    made = {
        "chief": doctor("N1", "neuro", "周明远", "zhou mingyuan", "头痛、眩晕", "chief"),
        "sleep": doctor("N2", "neuro", "苏文澜", "su wenlan", "失眠", "attending"),
        "bones": doctor("O1", "ortho", "罗志强", "luo zhiqiang", "骨折"),
    }
    today = clock.local(now()).date()
    for name, days in (("chief", 5), ("sleep", 1), ("bones", 1)):
        session(today + timedelta(days=days), now=now(), doctor=made[name], quotas=[1, 1, 1, 1])
    word("neuro", "头痛", word_en="headache")
    word("ortho", "膝盖痛", word_en="knee pain", featured=True)
    return made


def found(q: str, order: str = "match") -> list[str]:
    return [card.expert.code for card in selectors.experts_for_booking(now=clock.now(), q=q, order=order)]


@pytest.mark.parametrize("q", ["头痛", "头", "toutong", "tt", "TT", "ｔｔ", "headache", "头痛三天了"])
def test_a_symptom_is_found_by_word_pinyin_initials_and_sentence(hospital: dict[str, Expert], q: str) -> None:
    assert found(q) == ["N1", "N2"]


@pytest.mark.parametrize("q", ["苏文澜", "文澜", "suwen", "su wenlan", "sw"])
def test_an_expert_is_found_by_name_pinyin_and_initials(hospital: dict[str, Expert], q: str) -> None:
    assert found(q)[0] == "N2"


@pytest.mark.parametrize("q", ["骨科", "guke", "orthopaedics", "膝盖痛", "knee"])
def test_a_department_is_found_by_its_name_and_by_the_words_that_lead_to_it(
    hospital: dict[str, Expert], q: str
) -> None:
    assert found(q) == ["O1"]


def test_the_orders_answer_different_questions(hospital: dict[str, Expert]) -> None:
    wait = SlotWait(clock.local(clock.now()).isoweekday() % 7 + 5, time(8), 3, 12, 40)
    services.slot_waits_set(waits={"N1": [wait]}, weekdays=EVERY_DAY)
    assert found("头痛", "earliest") == ["N2", "N1"]
    assert found("头痛", "match") == ["N1", "N2"]
    assert found("", "earliest")[-1] == "N1"
    assert found("", "wait")[0] == "N1"
    best = selectors.experts_for_booking(now=clock.now(), q="头痛", order="priority")[0]
    assert (best.expert.code, best.score.total) == ("N1", best.score.fit + best.score.soon + best.score.title)


def test_a_question_takes_the_same_number_of_queries_however_many_experts_there_are(
    hospital: dict[str, Expert], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        doctor(f"X{number}", "neuro", f"周{number}", f"zhou {number}", "头痛")
    with django_assert_num_queries(5):
        found("头痛", "priority")


def test_the_card_says_why_in_words(hospital: dict[str, Expert], client: Client) -> None:
    client.cookies["django_language"] = "en"
    page = client.get("/?q=headache").content.decode()
    assert "Treats headache; free" in page
    assert "Score" not in page
    weighed = client.get("/?q=headache&sort=priority").content.decode()
    assert "of 50, soon" in weighed


def test_words_that_lead_nowhere_propose_a_department_of_similar_words(
    hospital: dict[str, Expert], client: Client
) -> None:
    page = client.get("/?q=膝盖响").content.decode()
    assert "?department=ortho" in page


@pytest.mark.parametrize("q", ["走路困难", "不舒服", "子"])
def test_what_is_not_known_is_no_guess(hospital: dict[str, Expert], client: Client, q: str) -> None:
    word("neuro", "吞咽困难")
    word("ortho", "不长个")
    page = client.get("/", {"q": f"我{q}"}).content.decode()
    assert "?department=" not in page


@pytest.mark.parametrize("q", ["周医生", "周大夫", "周主任", "周主任医师"])
def test_a_surname_with_a_title_finds_the_doctor(hospital: dict[str, Expert], q: str) -> None:
    assert found(q) == ["N1"]


def test_latin_letters_count_from_the_beginning_of_a_word(hospital: dict[str, Expert]) -> None:
    Expert.objects.filter(code="O1").update(specialty_en="fatty tissue")
    assert found("tt") == ["N1", "N2"]
    assert found("fat") == ["O1"]


@pytest.mark.parametrize(
    ("q", "department"),
    [
        ("头疼", "neuro"),
        ("睡不着", "neuro"),
        ("胃疼", "gastro"),
        ("肚子疼", "gastro"),
        ("肚子痛三天了", "gastro"),
        ("拉肚子", "gastro"),
        ("嗓子疼", "resp"),
        ("发热", "resp"),
        ("腰疼", "ortho"),
        ("膝盖疼", "ortho"),
        ("血压高", "cardio"),
        ("心口疼", "cardio"),
        ("皮疹", "paed"),
        ("宝宝发热", "paed"),
    ],
)
def test_the_words_of_the_demo_lead_everyday_words_to_their_department(q: str, department: str) -> None:
    table = [Symptom(word, en, "", "", of, weight) for of, rows in WORDS.items() for word, en, weight in rows]
    meant = [one for word in search_words(q) for one in meant_by(word, table)]
    assert max(meant, key=lambda one: one.weight).department == department


def test_chips_of_the_start_page_are_the_featured_words(hospital: dict[str, Expert], client: Client) -> None:
    with translation.override("zh-hans"):
        assert selectors.symptom_words_featured(limit=4) == ["膝盖痛"]
    with translation.override("en"):
        assert selectors.symptom_words_featured(limit=4) == ["knee pain"]
    client.cookies["django_language"] = "zh-hans"
    assert "%E8%86%9D%E7%9B%96%E7%97%9B" in client.get("/").content.decode()


def test_slots_say_what_the_history_knows_of_the_wait(
    hospital: dict[str, Expert], client: Client, now: VirtualClock
) -> None:
    tomorrow = clock.local(now()).date() + timedelta(days=1)
    waits = [SlotWait(tomorrow.isoweekday(), time(9), 7, 21, 33)]
    services.slot_waits_set(waits={"N2": waits}, weekdays=EVERY_DAY)
    code = hospital["sleep"].sessions.get().code
    slots = client.get(f"/api/v1/sessions/{code}/").json()["slots"]
    assert [one["usual_wait"] for one in slots] == [None, {"p20": 5, "p80": 25, "n": 33}, None, None]
    assert "Shortest wait" not in client.get("/experts/N2/").content.decode(), "one alone is no shortest"
    waits.append(SlotWait(tomorrow.isoweekday(), time(11), 1, 9, 33))
    assert services.slot_waits_set(waits={"N2": waits, "gone": waits}, weekdays=EVERY_DAY) == 2
    shown = " ".join(client.get("/experts/N2/").content.decode().split())
    assert '<strong>11:00–12:00</strong> <span class="tag">Shortest wait</span>' in shown
    assert "8 of 10 patients waited no longer" in shown
    services.slot_waits_set(waits={"N2": []}, weekdays={"N2": {tomorrow.isoweekday() % 7 + 1}})
    assert client.get(f"/api/v1/sessions/{code}/").json()["slots"][1]["usual_wait"], "another weekday's"
    services.slot_waits_set(waits={"N2": []}, weekdays=EVERY_DAY)
    assert client.get(f"/api/v1/sessions/{code}/").json()["slots"][1]["usual_wait"] is None


def test_a_manager_adds_changes_and_deletes_a_word(
    hospital: dict[str, Expert], cast: Cast, client: Client
) -> None:
    client.force_login(cast.manager)
    new = {"department": "ortho", "word": "腰痛", "word_en": "back pain", "weight": "8"}
    assert client.post("/manage/symptoms/save/", new).status_code == 302
    made = SymptomWord.objects.get(word="腰痛")
    assert (made.pinyin, made.initials, made.weight) == ("yaotong", "yt", 8)
    again = client.post("/manage/symptoms/save/", new)
    assert again.status_code == 409
    client.post("/manage/symptoms/save/", new | {"word_id": made.pk, "weight": "3", "featured": "on"})
    made.refresh_from_db()
    assert (made.weight, made.featured) == (3, True)
    client.post(f"/manage/symptoms/{made.pk}/delete/")
    assert not SymptomWord.objects.filter(word="腰痛").exists()


def test_a_file_is_taken_in_as_a_whole_or_not_at_all(
    hospital: dict[str, Expert], cast: Cast, client: Client
) -> None:
    before = SymptomWord.objects.count()
    wrong = "department,word,weight\northo,腰痛,8\nnowhere,头痛,5\northo,扭伤,11\n"
    with pytest.raises(errors.WordsRefused) as refused:
        services.symptom_words_import(text=wrong, actor=JOB, now=clock.now())
    assert "3: " in str(refused.value)
    assert "4: " in str(refused.value)
    assert SymptomWord.objects.count() == before
    with pytest.raises(errors.FileUnreadable):
        services.symptom_words_import(
            text=f"department,word\northo,{'x' * 131_073}\n", actor=JOB, now=clock.now()
        )
    right = "department,word,weight\northo,腰痛,8\nneuro,头痛,10\n"
    assert services.symptom_words_import(text=right, actor=JOB, now=clock.now(), dry_run=True) == (1, 1)
    assert SymptomWord.objects.count() == before
    client.force_login(cast.manager)
    file = SimpleUploadedFile("words.csv", right.encode("gb18030"))
    assert client.post("/manage/symptoms/import/", {"file": file}).status_code == 302
    assert SymptomWord.objects.get(word="头痛").weight == 10


def test_what_is_given_out_can_be_taken_in_again_and_is_no_formula(
    hospital: dict[str, Expert], cast: Cast, client: Client
) -> None:
    word("ortho", "=1+1", featured=True)
    client.force_login(cast.manager)
    text = client.get("/manage/symptoms/words.csv").content.decode()
    assert "\northo,'=1+1," in text.replace("\r", "")
    count = SymptomWord.objects.count()
    assert services.symptom_words_import(text=text, actor=JOB, now=clock.now()) == (0, count)
    assert SymptomWord.objects.filter(word="=1+1", featured=True).exists()
