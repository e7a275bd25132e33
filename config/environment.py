"""Reads the settings that differ between installations from the environment.

Every reader returns a typed value and raises `ImproperlyConfigured` naming the
variable that is missing or wrong, so that a wrong deployment stops at start-up.
"""

import os
import re
from enum import StrEnum

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
_ADDRESS = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?(/[A-Za-z0-9/._~-]*)?")


class Mode(StrEnum):
    """How this process runs. Only DEMO may have demo accounts."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


def mode() -> Mode:
    """`PORTAL_MODE`; production when unset, so that forgetting it is safe."""
    value = os.environ.get("PORTAL_MODE", Mode.PRODUCTION)
    try:
        return Mode(value)
    except ValueError:
        choices = ", ".join(Mode)
        raise ImproperlyConfigured(f"PORTAL_MODE is {value!r}; it must be one of: {choices}") from None


def required(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"The environment variable {name} is missing or empty.")
    return value


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in _TRUE:
        return True
    if value.strip().lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; it must be 1 or 0.")


def integer(name: str, *, default: int) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from None


def address(name: str, default: str) -> str:
    """An http or https address without the slash at its end, to which paths are added."""
    value = text(name) or default
    if not _ADDRESS.fullmatch(value):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be an address like https://portal.example.jp.")
    return value.rstrip("/")


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list; blanks are dropped."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]
