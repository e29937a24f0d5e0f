"""Sealed personal data: unreadable without the key, found again by a keyed digest, tampering noticed."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from hospital.common.crypto import blind_index, seal, unseal

ID = "11010519491231002X"


@given(st.text(max_size=200))
def test_what_is_sealed_is_opened_again(text: str) -> None:
    assert unseal(seal(text)) == text


def test_a_seal_shows_nothing_of_the_text_and_is_never_the_same() -> None:
    first, second = seal(ID), seal(ID)
    assert first != second
    assert ID.encode() not in first
    assert len(first) == 12 + len(ID) + 16, "nonce, text, tag"


def test_a_seal_may_come_as_the_database_gives_it() -> None:
    assert unseal(memoryview(seal("赵㗊"))) == "赵㗊"


@pytest.mark.parametrize("place", [0, 12, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(seal(ID))
    sealed[place] ^= 1
    with pytest.raises(InvalidTag):
        unseal(bytes(sealed))


def test_another_key_opens_nothing(settings: LazySettings) -> None:
    sealed = seal(ID)
    settings.FIELD_KEY = "another key"
    with pytest.raises(InvalidTag):
        unseal(sealed)


def test_equal_texts_have_equal_indexes_within_one_purpose_only() -> None:
    assert blind_index("id", ID) == blind_index("id", ID)
    assert blind_index("id", ID) != blind_index("phone", ID)
    assert blind_index("id", "a") != blind_index("ida", "")
    assert len(blind_index("id", ID)) == 32


def test_the_index_cannot_be_computed_without_its_key(settings: LazySettings) -> None:
    before = blind_index("id", ID)
    settings.INDEX_KEY = "another key"
    assert blind_index("id", ID) != before
