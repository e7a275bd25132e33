"""Which form of a 調書 somebody was given, sealed in it: out of whose reach it goes gets back what they typed.

Nobody else can send it, nor for another 調書.
"""

from dataclasses import dataclass

from django.core import signing

from accounts.models import User
from progress import permissions
from progress.models import Evaluation
from progress.workflow import Actor

NAME = "seal"
_SALT = "progress.seal"


@dataclass(frozen=True)
class Seal:
    """Of a 調書 when its form was given: the id of its 課, its version, and the parts in its chain of who got it."""

    department: int
    version: int
    parts: frozenset[Actor]


def sealed(evaluation: Evaluation, *, by: User) -> str:
    """For the hidden field."""
    parts = sorted(part.name for part in permissions.parts_of(by, evaluation))
    content = [evaluation.pk, by.pk, evaluation.department_id, evaluation.version, parts]
    return signing.Signer(salt=_SALT).sign_object(content)


def read_seal(text: str, *, evaluation: int, by: User) -> Seal | None:
    """None for what was not sealed here for this 調書 (its id) and person."""
    try:
        key, person, department, version, parts = signing.Signer(salt=_SALT).unsign_object(text)
    except signing.BadSignature:
        return None
    if (key, person) != (evaluation, by.pk):
        return None
    return Seal(department, version, frozenset(Actor[part] for part in parts))
