"""The audit trail: putting on record who did what, and proving that the record is whole.

Whoever records calls `record` as the last thing in the transaction that did the
work: the entry is there exactly when the work is, and the lock on the newest
number, which all records of all processes wait for, is held only shortly.
"""

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.db.models import Subquery
from django.http import HttpRequest
from django.utils import timezone

from accounts.enums import AuditKind
from accounts.models import AuditEntry, AuditHead, User
from accounts.models.audit import FIRST_HASH, canonical

LONGEST_TEXT = 300
ROWS_AT_ONCE = 1000
# Where the request comes from that is being answered: deeds know nothing of requests. "" outside of one.
_connected_from: ContextVar[str] = ContextVar("connected_from", default="")


class TrailBroken(Exception):
    """The newest number is lost although there are records: somebody deleted it. Nothing more is recorded."""


@dataclass(frozen=True)
class Verification:
    """What `verify` found: how many records are sound, the last of them, and the first fault ("" for none)."""

    checked: int
    number: int
    hash: str
    fault: str

    @property
    def is_sound(self) -> bool:
        return not self.fault


@transaction.atomic(savepoint=False)
def record(
    kind: AuditKind,
    *,
    by: User | AnonymousUser | None,
    about: str = "",
    path: str = "",
    client: str = "",
    details: Mapping[str, object] | None = None,
    at: datetime.datetime | None = None,
) -> AuditEntry:
    """Put one deed on record, in the caller's transaction if there is one; call it last in there.

    `details`: Japanese label → text, whole number, truth, None, or lists of these; anything else is
    kept as its text. Never a password, a code or a token. `client` is where the request being
    answered comes from, unless it is given. Effects, in order: (1) the row of
    `AuditHead` is locked to the end of the transaction; (2) an entry with the next number is added;
    (3) the head names it. Raises TrailBroken when the head is missing though there are entries.
    """
    head = _locked_head()
    person = by if isinstance(by, User) else None
    entry = AuditEntry(
        number=head.number + 1,
        at=at or timezone.now(),
        person=person,
        person_name=_text(person.name) if person else "",
        staff_number=_text(person.staff_number) if person else "",
        kind=AuditKind(kind),
        about=_text(about)[:LONGEST_TEXT],
        path=_text(path)[:LONGEST_TEXT],
        client=client or _connected_from.get(),
        details=canonical(_plain(details or {})),
        previous_hash=head.hash,
    )
    entry.hash = entry.computed_hash()
    entry.save()
    head.number, head.hash = entry.number, entry.hash
    head.save()
    return entry


def record_request(
    request: HttpRequest,
    kind: AuditKind,
    *,
    by: User | AnonymousUser | None = None,
    about: str = "",
    path: str = "",
    details: Mapping[str, object] | None = None,
) -> AuditEntry:
    """`record` with what the request tells: who is logged in (unless `by` says who), the address, the client."""
    return record(
        kind,
        by=by or getattr(request, "user", None),
        about=about,
        path=path or request.path,
        client=client_address(request),
        details=details,
    )


@contextmanager
def connected_from(address: str) -> Iterator[None]:
    """What is recorded inside came from this address."""
    before = _connected_from.set(address)
    try:
        yield
    finally:
        _connected_from.reset(before)


def record_export(request: HttpRequest, about: str, *, rows: int, conditions: str = "") -> AuditEntry:
    """A file that somebody who is logged in took away: what it is, how many rows, chosen by which conditions."""
    details: dict[str, object] = {"件数": rows}
    if conditions:
        details["条件"] = conditions
    return record_request(request, AuditKind.EXPORTED, about=about, details=details)


def client_address(request: HttpRequest) -> str:
    """The client's IP address, as the rate limits see it: behind TRUSTED_PROXY_COUNT proxies. "" where unknown."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""
    except ImproperlyConfigured:  # came past the proxies
        return str(request.META.get("REMOTE_ADDR", ""))


def verify(known: tuple[int, str] | None = None) -> Verification:
    """Check the whole chain, in constant memory; reads only.

    `known`: a number and its hash as noted down earlier, outside the database. Only that shows a
    chain that was rewritten from some record on, hashes and all.
    """
    head = AuditHead.objects.filter(id=1).first()
    if head is None:
        return Verification(0, 0, FIRST_HASH, _fault_without_head() or _contradicts_known(0, "", known))
    checked, last_hash = 0, FIRST_HASH
    entries = AuditEntry.objects.filter(number__lte=head.number).order_by("number")
    for entry in entries.iterator(chunk_size=ROWS_AT_ONCE):
        fault = _fault_of(entry, checked + 1, last_hash, known)
        if fault:
            return Verification(checked, checked, last_hash, fault)
        checked, last_hash = entry.number, entry.hash
    return Verification(checked, checked, last_hash, _fault_at_end(head, checked, last_hash, known))


def _fault_without_head() -> str:
    if AuditEntry.objects.exists():
        return "最後の番号とハッシュ値の控えがなくなっています。"
    if User.objects.filter(last_login__isnull=False).exists():
        return "ログインした利用者がいるのに、記録が1件もありません。"
    return ""


def _fault_of(entry: AuditEntry, expected: int, previous_hash: str, known: tuple[int, str] | None) -> str:
    """What is wrong with one record, met where number `expected` should stand; "" for nothing."""
    if entry.number != expected:
        return f"番号{expected}の記録がなくなっています（次にあるのは番号{entry.number}です）。"
    if entry.computed_hash() != entry.hash:
        return f"番号{expected}の記録が書き換えられています（内容とハッシュ値が合いません）。"
    if entry.previous_hash != previous_hash:
        return f"番号{expected}の記録が、その前の記録とつながっていません。"
    return _contradicts_known(expected, entry.hash, known) if known and known[0] == expected else ""


def _fault_at_end(head: AuditHead, last: int, last_hash: str, known: tuple[int, str] | None) -> str:
    if last < head.number:
        return f"末尾の記録がなくなっています（番号{head.number}まであるはずですが、番号{last}で終わっています）。"
    if last_hash != head.hash:
        return f"番号{last}の記録が、最後の番号とハッシュ値の控えに合いません。"
    # Head and entry in one statement: what others record meanwhile is no fault.
    newest = AuditHead.objects.filter(id=1).values("number")
    beyond = AuditEntry.objects.filter(number__gt=Subquery(newest)).order_by("number")
    if extra := beyond.first():
        return f"番号{extra.number}の記録は、正しい手順で加えられたものではありません。"
    return _contradicts_known(last, "", known) if known and known[0] > last else ""


def _contradicts_known(number: int, found: str, known: tuple[int, str] | None) -> str:
    if known is None or (known[0] == number and known[1] == found):
        return ""
    if known[0] > number:
        return f"控えておいた番号{known[0]}の記録がありません（番号{number}で終わっています）。"
    return f"番号{number}の記録が、控えておいたハッシュ値に合いません。"


def _locked_head() -> AuditHead:
    """The row that names the newest record, locked; made for the first record of all."""
    head = AuditHead.objects.select_for_update().filter(id=1).first()
    if head is not None:
        return head
    if not AuditEntry.objects.exists():
        AuditHead.objects.get_or_create(id=1)
    # Looked for once more where there are entries: the first record of all may have come between the two questions.
    head = AuditHead.objects.select_for_update().filter(id=1).first()
    if head is None:
        raise TrailBroken("The head of the audit trail is missing: run manage.py verify_audit.")
    return head


def _text(value: object) -> str:
    """Text as both databases take it: no NUL, no half of a surrogate pair."""
    return str(value).replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _plain(value: object) -> Any:
    """What JSON has one spelling for in every language: no floats, text instead."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {_text(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return _text(value)
