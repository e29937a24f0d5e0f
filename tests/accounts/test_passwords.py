"""What is said of a password, in the reader's language."""

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

from hospital.models import User


def test_the_rules_and_what_is_wrong_are_said_in_chinese() -> None:
    with translation.override("zh-hans"):
        with pytest.raises(ValidationError) as refused:
            validate_password("li-lei", User(username="li-lei"))
        said = [*refused.value.messages, *password_validators_help_texts()]
    assert len(said) == 5
    assert not any("password" in text or "你" in text for text in said)
