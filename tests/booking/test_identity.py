"""Documents, phones and names: decided right, kept sealed."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import (
    ImpossibleBirthDate,
    ImpossibleIdentity,
    ImpossibleName,
    ImpossiblePhone,
    NameDiffers,
    PatientKnown,
    SelfKnown,
    TooManyPatients,
)
from booking.domain.identity import identity, person_name, phone_number
from booking.models import Patient
from booking.services import account_patient_add, patient_register
from hospital.accounts.services import account_set_phone
from hospital.common.actor import Actor
from hospital.common.errors import DomainError
from tests.clock import VirtualClock
from tests.factories import LIN_ID, Cast, person, resident_id

DESK = Actor.job("test")


@pytest.mark.parametrize(
    "typed", [LIN_ID, LIN_ID.lower(), " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_a_resident_id_is_read_in_every_way_people_type_it(typed: str) -> None:
    assert identity("resident", typed).number == LIN_ID


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "11010519491231002",
        "110105194912310021",
        "11010519490231002X",
        "01010519491231002X",
        "ABCDEF19491231002X",
    ],
)
def test_an_impossible_resident_id_is_refused(wrong: str) -> None:
    with pytest.raises(ImpossibleIdentity):
        identity("resident", wrong)


@pytest.mark.parametrize("serial", range(0, 1000, 37))
def test_changing_any_digit_of_a_resident_id_is_noticed(serial: int) -> None:
    good = resident_id(serial)
    assert identity("resident", good).sex == ("m" if serial % 2 else "f")
    for place in range(17):
        wrong = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]
        with pytest.raises(ImpossibleIdentity):
            identity("resident", wrong)


@pytest.mark.parametrize(("typed", "kept"), [("E12345678", "E12345678"), ("e 1234-5678", "E12345678")])
def test_passports_have_one_form(typed: str, kept: str) -> None:
    assert identity("passport", typed).number == kept


@pytest.mark.parametrize("wrong", ["12", "护照", "ABCDEFG", "A" * 20])
def test_an_impossible_passport_is_refused(wrong: str) -> None:
    with pytest.raises(ImpossibleIdentity):
        identity("passport", wrong)


@pytest.mark.parametrize(
    ("id_type", "typed", "kept"),
    [
        ("hk_macau", "H12345678", "H12345678"),
        ("hk_macau", "m 1234 5678", "M12345678"),
        ("hk_macau", "H12345678-02", "H12345678"),
        ("hk_macau", "Ｈ１２３４５６７８", "H12345678"),
        ("taiwan", "12345678", "12345678"),
        ("taiwan", "0123 4567 1", "01234567"),
        ("taiwan", "1234567802", "12345678"),
    ],
)
def test_a_renewed_permit_is_the_same_permit(id_type: str, typed: str, kept: str) -> None:
    assert identity(id_type, typed).number == kept


@pytest.mark.parametrize(
    ("id_type", "wrong"),
    [
        ("hk_macau", "12345678"),
        ("hk_macau", "T12345678"),
        ("hk_macau", "H1234567"),
        ("hk_macau", "H123456780"),
        ("hk_macau", "H123456780123"),
        ("hk_macau", "H00000000"),
        ("taiwan", "1234567"),
        ("taiwan", "12345678012"),
        ("taiwan", "T1234567"),
        ("taiwan", "00000000"),
        ("driving", "12345678"),
    ],
)
def test_an_impossible_permit_is_refused(id_type: str, wrong: str) -> None:
    with pytest.raises(ImpossibleIdentity):
        identity(id_type, wrong)


@pytest.mark.parametrize(
    "typed", ["13800138000", "+86 138 0013 8000", "0086-138-0013-8000", "１３８００１３８０００"]
)
def test_a_phone_has_one_form(typed: str) -> None:
    assert phone_number(typed) == "+8613800138000"


@pytest.mark.parametrize("wrong", ["", "12", "99999999999", "phone"])
def test_an_impossible_phone_is_refused(wrong: str) -> None:
    with pytest.raises(ImpossiblePhone):
        phone_number(wrong)


@pytest.mark.parametrize("name", ["李", "𠮷田", "买买提·吐尔逊", "Anna-Maria O'Neill", "㐂"])
def test_names_stay_as_they_are_written(name: str) -> None:
    assert person_name(f" {name} ") == name


@pytest.mark.parametrize("wrong", ["", "   ", "李\u202e明", "\u3164", "张三5", "<b>", "王" * 51, "a\x00b"])
def test_names_that_no_document_has_are_refused(wrong: str) -> None:
    with pytest.raises(ImpossibleName):
        person_name(wrong)


HAN = st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF, categories=["Lo"])
RARE = st.sampled_from("𠀀𠮷𡈽𤭢𪚥𫝀𬂩𰻞㐂䶮龦鿕")
CYRILLIC = "аеорсух"


@given(st.lists(st.one_of(HAN, RARE), min_size=1, max_size=25).map("".join), st.sampled_from(["", "·"]))
def test_names_with_rare_characters_and_middle_dots_stay_byte_equal(name: str, dot: str) -> None:
    whole = f"{name}{dot}{name}"[:50]
    assert person_name(whole).encode() == whole.encode()


@given(
    st.text(alphabet=st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Cn", "Co", "So", "Nd"]), min_size=1)
)
def test_no_name_holds_what_shows_nothing_or_turns_the_text_around(hidden: str) -> None:
    stripped = hidden.strip(" \u3000\t")
    if not stripped:
        return
    with pytest.raises(ImpossibleName):
        person_name(f"李{stripped}明")


@given(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), st.sampled_from(CYRILLIC))
def test_letters_that_look_alike_are_not_mixed_in_a_word(latin: str, cyrillic: str) -> None:
    with pytest.raises(ImpossibleName):
        person_name(f"Ann{latin}{cyrillic}")
    assert person_name(f"Ann{latin} {cyrillic}{cyrillic}") == f"Ann{latin} {cyrillic}{cyrillic}"


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_name_as_it_stands_or_refused(text: str) -> None:
    try:
        kept = person_name(text)
    except ImpossibleName:
        return
    assert kept == text.strip(" \u3000\t")
    assert 0 < len(kept) <= 50
    assert not any(unicodedata.category(char).startswith("C") for char in kept)


@pytest.mark.parametrize(
    "wrong", ["\u0301李", "李\u034f明", "Z" + "\u0301" * 5, "李\u200b明", "李\u2066明", "\u17b4"]
)
def test_heaps_of_marks_and_blanks_are_no_names(wrong: str) -> None:
    with pytest.raises(ImpossibleName):
        person_name(wrong)


@pytest.mark.django_db
def test_a_document_belongs_to_one_person(cast: Cast, now: VirtualClock) -> None:
    known = cast.patients["lin"]
    same = patient_register(
        name="林小雨", id_type="resident", id_number=LIN_ID.lower(), phone="", actor=DESK, now=now()
    )
    assert same.pk == known.pk
    with pytest.raises(NameDiffers):
        patient_register(name="林大雨", id_type="resident", id_number=LIN_ID, phone="", actor=DESK, now=now())
    assert Patient.objects.count() == 2


@pytest.mark.django_db
def test_neither_identity_nor_phone_lies_open_in_the_row(cast: Cast) -> None:
    row = Patient.objects.values().get(pk=cast.patients["lin"].pk)
    shown = repr(
        {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}
    )
    assert LIN_ID not in shown
    assert "13800138000" not in shown
    assert cast.patients["lin"].id_number == LIN_ID
    assert cast.patients["lin"].phone == "+8613800138000"


@pytest.mark.django_db
def test_an_account_keeps_at_most_five_patients(cast: Cast, now: VirtualClock) -> None:
    for serial in range(100, 104):
        person(serial, now(), cast.lin)
    with pytest.raises(TooManyPatients):
        person(104, now(), cast.lin)
    assert cast.lin.account_patients.count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "phone"), [("林小雨", ""), ("林小雨", "13900139000"), ("别的人", "13800138000")]
)
def test_knowing_an_id_number_takes_nobody_over(cast: Cast, now: VirtualClock, name: str, phone: str) -> None:
    with pytest.raises(PatientKnown) as refused:
        account_patient_add(
            account_id=cast.chen.pk,
            name=name,
            id_type="resident",
            id_number=LIN_ID,
            phone=phone,
            relation="other",
            actor=Actor.of(cast.chen),
            now=now(),
        )
    assert "8000" not in str(refused.value)
    assert cast.chen.account_patients.count() == 1


@pytest.mark.django_db
def test_whoever_tries_id_numbers_learns_no_name_and_is_stopped_for_an_hour(
    cast: Cast, now: VirtualClock
) -> None:
    def tried(**changed: object) -> str:
        given = {"name": "别的人", "id_number": LIN_ID, "phone": "", "relation": "other", **changed}
        given |= {"id_type": "resident", "account_id": cast.chen.pk, "actor": Actor.of(cast.chen)}
        with pytest.raises(DomainError) as refused:
            account_patient_add(**given, now=now())  # type: ignore[arg-type]
        return f"{refused.value.code} {refused.value.field}"

    assert (
        tried(relation="self") == tried(relation="self", id_number=resident_id(440)) == "self_known relation"
    )
    right_name = {"name": "林小雨", "phone": "13900139000"}
    assert [tried(), tried(**right_name), tried(), tried(), tried()] == ["patient_known id_number"] * 5
    assert tried() == tried(id_number=resident_id(440), name="新人") == "too_many_refused "
    now.advance(hours=1)
    assert tried() == "patient_known id_number"
    now.advance(hours=1)
    for serial in range(100, 104):
        person(serial, now(), cast.chen)
    assert tried() == tried(id_number=resident_id(440)) == "limit_reached "


@pytest.mark.django_db
def test_only_one_of_an_accounts_patients_is_the_person_themself(cast: Cast, now: VirtualClock) -> None:
    with pytest.raises(SelfKnown) as refused:
        account_patient_add(
            account_id=cast.lin.pk,
            name="别的人",
            id_type="resident",
            id_number=resident_id(200),
            phone="",
            relation="self",
            actor=Actor.of(cast.lin),
            now=now(),
        )
    assert (refused.value.code, refused.value.status, refused.value.field) == ("self_known", 409, "relation")
    assert cast.lin.account_patients.count() == 1


@pytest.mark.django_db
def test_family_is_added_with_the_phone_the_hospital_knows(cast: Cast, now: VirtualClock) -> None:
    account_patient_add(
        account_id=cast.chen.pk,
        name="林小雨",
        id_type="resident",
        id_number=LIN_ID,
        phone="138 0013 8000",
        relation="partner",
        actor=Actor.of(cast.chen),
        now=now(),
    )
    assert cast.chen.account_patients.count() == 2


@pytest.mark.django_db
def test_a_person_without_phone_and_guardian_is_added_only_after_the_desk_took_a_phone_down(
    cast: Cast, now: VirtualClock
) -> None:
    who = {"name": "周秀英", "id_type": "resident", "id_number": resident_id(420)}
    known = patient_register(**who, phone="", actor=DESK, now=now())
    add = {**who, "relation": "parent", "account_id": cast.chen.pk, "actor": Actor.of(cast.chen)}
    for phone in ("", "13900139000"):
        with pytest.raises(PatientKnown):
            account_patient_add(**add, phone=phone, now=now())  # type: ignore[arg-type]
    known.refresh_from_db()
    assert (known.phone, cast.chen.account_patients.count()) == ("", 1)
    patient_register(**who, phone="13900139000", actor=DESK, now=now())
    assert account_patient_add(**add, phone="13900139000", now=now()) == known  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize("born", ["20991231", "20261103", "18000101", "00010101"])
def test_a_document_of_somebody_not_born_yet_or_long_dead_is_refused(now: VirtualClock, born: str) -> None:
    who = {"name": "周秀英", "id_type": "resident", "id_number": resident_id(430, born=born), "phone": ""}
    with pytest.raises(ImpossibleIdentity):
        patient_register(**who, actor=DESK, now=now())  # type: ignore[arg-type]
    assert not Patient.objects.exists()


# ---- children, dates of birth, guardians


def child(cast: Cast, now: VirtualClock, account: str = "lin", **changed: object) -> Patient:
    given = {
        "name": "林小小",
        "id_type": "hk_macau",
        "id_number": "H12345678",
        "phone": "",
        "relation": "child",
        "birth_date": date(2020, 2, 29),
        **changed,
    }
    user = getattr(cast, account)
    return account_patient_add(account_id=user.pk, actor=Actor.of(user), now=now(), **given)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_child_has_its_own_document_and_no_phone(cast: Cast, now: VirtualClock) -> None:
    made = child(cast, now)
    assert (made.id_type, made.phone, made.birth_date) == ("hk_macau", "", date(2020, 2, 29))
    renewed = child(cast, now, id_number="H1234567802", birth_date=None)
    assert renewed.pk == made.pk


@pytest.mark.django_db
def test_the_resident_id_tells_the_birthday_and_a_typed_one_must_agree(cast: Cast, now: VirtualClock) -> None:
    known = {"id_type": "resident", "id_number": resident_id(300, born="20200229")}
    with pytest.raises(ImpossibleBirthDate):
        child(cast, now, **known, birth_date=date(2020, 2, 28))
    assert child(cast, now, **known, birth_date=None).birth_date == date(2020, 2, 29)


@pytest.mark.django_db
@pytest.mark.parametrize("born", [date(2026, 11, 3), date(1895, 11, 2)])
def test_nobody_is_born_tomorrow_or_131_years_ago(cast: Cast, now: VirtualClock, born: date) -> None:
    with pytest.raises(ImpossibleBirthDate):
        child(cast, now, birth_date=born)
    assert child(cast, now, birth_date=date(2026, 11, 2)).birth_date == date(2026, 11, 2)


@pytest.mark.django_db
@pytest.mark.parametrize(("phone", "added"), [("13700137000", True), ("13900139000", False), ("", False)])
def test_a_second_guardian_gives_the_first_ones_phone(
    cast: Cast, now: VirtualClock, phone: str, added: bool
) -> None:
    account_set_phone(user=cast.lin, phone="+8613700137000", now=now(), verified=True)
    made = child(cast, now)
    if added:
        assert child(cast, now, "chen", phone=phone).pk == made.pk
    else:
        with pytest.raises(PatientKnown):
            child(cast, now, "chen", phone=phone)
        made.refresh_from_db()
        assert made.phone == "", "a stranger's phone is not kept"
    assert cast.chen.account_patients.count() == 1 + added
