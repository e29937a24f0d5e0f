"""Documents, phones and names: decided right, kept sealed."""

import pytest

from booking.domain.errors import (
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
from hospital.common.actor import Actor
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
