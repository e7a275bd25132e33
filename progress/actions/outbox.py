"""Writing mail: rows of the outbox, in the transaction of what they tell of. `sending` sends them later."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import User
from progress.enums import MailKind
from progress.models import OutboxMail

BATCH = 500
SHOWN = 50
_LONGEST_SUBJECT = 200
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Draft:
    """A mail as it will be queued; `key` names what it is about, for one person."""

    key: str
    kind: MailKind
    to: User
    subject: str
    body: str


@dataclass(frozen=True)
class Listed:
    """The first lines of a list that may be long, and how many more there are."""

    lines: list[str]
    more: int

    @classmethod
    def of(cls, lines: Iterable[str], *, total: int | None = None) -> "Listed":
        """`total`: how many there are, where `lines` are the first of them only."""
        every = list(lines)
        shown = every[:SHOWN]
        return cls(shown, (len(every) if total is None else total) - len(shown))


def draft(kind: MailKind, about: str, to: User, *, is_sample: bool, context: Mapping[str, Any]) -> Draft:
    """The mail of `templates/mail/<kind>.txt`, whose first line is the subject, about `about` to one person."""
    text = render_to_string(
        f"mail/{kind.value}.txt",
        {**context, "name": to.name, "is_sample": is_sample, "portal_url": settings.PORTAL_URL},
    )
    subject, _, body = text.lstrip().partition("\n")
    return Draft(
        key=f"{kind.value}:{about}:{to.pk}",
        kind=kind,
        to=to,
        subject=_shortened(" ".join(subject.split())),
        body=_BLANK_LINES.sub("\n\n", body).strip() + "\n",
    )


def queue(drafts: Iterable[Draft]) -> list[Draft]:
    """Put the mails into the outbox, in the transaction of the caller; returns those that were not there before.

    Never sends. A mail whose key is there already, or comes at the same moment
    from another process, is left as it is.
    """
    ordered = sorted(drafts, key=lambda each: each.key)  # in one order everywhere: nobody waits in a circle
    new: list[Draft] = []
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        known = set(OutboxMail.objects.filter(key__in=[each.key for each in batch]).values_list("key", flat=True))
        fresh = [each for each in batch if each.key not in known]
        OutboxMail.objects.bulk_create(
            [
                OutboxMail(
                    key=each.key,
                    kind=each.kind,
                    to=each.to,
                    address=each.to.email,
                    subject=each.subject,
                    body=each.body,
                )
                for each in fresh
            ],
            ignore_conflicts=True,
        )
        new += fresh
    return new


def _shortened(subject: str) -> str:
    return subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 1]}…"
