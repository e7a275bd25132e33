"""Which form of a 調書 somebody was given, sealed in it: out of whose reach it goes gets back what they typed.

Nobody else can send it, nor for another 調書.
"""

from dataclasses import dataclass

from django.core import signing

from accounts.models import User
from progress.models import Evaluation

NAME = "opened"
_SALT = "progress.opened"


@dataclass(frozen=True)
class Opened:
    """Of a 調書 when its form was given: the id of its 課, and its version."""

    department: int
    version: int


def sealed_opening(evaluation: Evaluation, *, by: User) -> str:
    """For the hidden field."""
    content = [evaluation.pk, by.pk, evaluation.department_id, evaluation.version]
    return signing.Signer(salt=_SALT).sign_object(content)


def opened(text: str, *, evaluation: int, by: User) -> Opened | None:
    """None for what was not sealed here for this 調書 (its id) and person."""
    try:
        key, person, department, version = signing.Signer(salt=_SALT).unsign_object(text)
    except signing.BadSignature:
        return None
    return Opened(department, version) if (key, person) == (evaluation, by.pk) else None
