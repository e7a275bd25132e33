"""config.environment: typed readers that name what is missing or wrong."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.environment import Mode

NAME = "PORTAL_TEST_VALUE"


@pytest.mark.parametrize("value", [None, "", "   "])
def test_missing_or_empty_variable_is_named(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv(NAME, raising=False)
    if value is not None:
        monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured) as raised:
        environment.required(NAME)
    assert str(raised.value) == f"The environment variable {NAME} is missing or empty."


def test_required_value_is_stripped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " value\n")
    assert environment.required(NAME) == "value"


def test_text_falls_back_to_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert environment.text(NAME, "other") == "other"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", True), ("true", True), ("Yes", True), (" on ", True), ("0", False), ("FALSE", False), ("", False)],
)
def test_flag_understands_yes_and_no(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv(NAME, value)
    assert environment.flag(NAME, default=not expected) is expected


def test_flag_that_is_neither_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "perhaps")
    with pytest.raises(ImproperlyConfigured) as raised:
        environment.flag(NAME, default=True)
    assert str(raised.value) == f"{NAME} is 'perhaps'; it must be 1 or 0."


@pytest.mark.parametrize("default", [True, False])
def test_unset_flag_is_its_default(monkeypatch: pytest.MonkeyPatch, default: bool) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert environment.flag(NAME, default=default) is default


def test_integer_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "sixty")
    with pytest.raises(ImproperlyConfigured) as raised:
        environment.integer(NAME, default=1)
    assert str(raised.value) == f"{NAME} is 'sixty'; it must be a whole number."


def test_integer_is_read_or_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " 90 ")
    assert environment.integer(NAME, default=1) == 90
    monkeypatch.setenv(NAME, "")
    assert environment.integer(NAME, default=1) == 1


def test_words_drop_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " a, b ,,c,")
    assert environment.words(NAME) == ["a", "b", "c"]


def test_mode_is_production_when_nobody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_MODE")
    assert environment.mode() is Mode.PRODUCTION


def test_unknown_mode_is_refused_with_the_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_MODE", "prod")
    with pytest.raises(ImproperlyConfigured) as raised:
        environment.mode()
    assert str(raised.value) == "PORTAL_MODE is 'prod'; it must be one of: production, demo, test"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://portal.example.jp", "https://portal.example.jp"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://example.jp/plan/", "https://example.jp/plan"),
        ("", "https://default.example.jp"),
    ],
)
def test_address_has_no_slash_at_its_end(monkeypatch: pytest.MonkeyPatch, value: str, expected: str) -> None:
    monkeypatch.setenv(NAME, value)
    assert environment.address(NAME, default="https://default.example.jp") == expected


@pytest.mark.parametrize("value", ["portal.example.jp", "ftp://example.jp", "https://", "https://*", "https://a b"])
def test_address_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured) as raised:
        environment.address(NAME, default="https://example.jp")
    assert str(raised.value) == f"{NAME} is {value!r}; it must be an address like https://portal.example.jp."
