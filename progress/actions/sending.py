"""Sending what is in the outbox: `manage.py send_outbox`, every minute. Nobody else ever waits for a mail server.

A mail is taken first, in a short transaction (`claimed_until`), then sent
outside of any, then marked: a slow server holds no lock, and two processes at
once take different mails. Each is sent once as far as the server's answer is
known. Where the process dies, or the connection breaks, between the server's
taking the mail and its being marked here, it is sent again, with the same
Message-ID: at least once, never nought times.
"""

import base64
import datetime
import time
from collections import deque
from dataclasses import dataclass, field
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from progress.actions.as_of_now import as_of_now
from progress.models import OutboxMail
from progress.queries.recipients import reaches_demo_accounts

BATCH = 50
CLAIM = datetime.timedelta(minutes=30)
"""How long a mail stays with the process that took it; should that process die, another takes it after this."""
WORK_SECONDS = 15 * 60
"""How long a process works on a batch: well within the claim. The rest goes back."""
WAITS = (1, 5, 15, 60, 240)
"""Minutes to wait after the first, second … failure; the last one from then on, for ever."""
_LONGEST_ERROR = 500
# The server has answered, and said no to this mail only; the connection is good for the next one.
_THIS_MAIL_ONLY = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, ValueError)
_CLOSING = 421


@dataclass
class Outcome:
    """What became of the mails that were due."""

    sent: int = 0
    unneeded: int = 0
    failed: list[OutboxMail] = field(default_factory=list)


def send_due(connection: Any = None) -> Outcome:
    """Try every mail that is due, over one connection for each batch, the oldest first.

    Effects, for each mail: it is taken; it is marked as not needed where what it
    asks for is not to be done any more, else handed to the server, worded as of
    now; then it is marked sent, or its failure is noted with the time of the
    next try. A mail
    that the server refuses fails alone. Where no connection can be had, the
    batch fails and the rest is left for the next run. Raises nothing for what
    the server does.
    """
    outcome = Outcome()
    mailer = connection or get_connection()
    while batch := _claim(timezone.now()):
        if not _send_batch(batch, mailer, outcome):
            break
    return outcome


def wait_after(failures: int) -> datetime.timedelta:
    """How long to wait after so many failures in a row."""
    return datetime.timedelta(minutes=WAITS[min(failures, len(WAITS)) - 1])


def try_again(mails: QuerySet[OutboxMail]) -> int:
    """Make those of the mails that are not sent due now, whatever they wait for; returns how many."""
    return OutboxMail.objects.unsent().filter(pk__in=mails.order_by().values("pk")).update(next_try_at=timezone.now())


# ── Steps ─────────────────────────────────────────────────────────────────────


@transaction.atomic
def _claim(now: datetime.datetime) -> list[OutboxMail]:
    """Take some mails that are due. On SQLite one writer at a time does this; PostgreSQL skips what others hold."""
    due = OutboxMail.objects.due(now)
    if not reaches_demo_accounts():
        due = due.filter(to__is_demo=False)
    taken = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    OutboxMail.objects.filter(pk__in=[mail.pk for mail in taken]).update(claimed_until=now + CLAIM)
    return taken


def _send_batch(batch: list[OutboxMail], mailer: Any, outcome: Outcome) -> bool:
    """Whether to go on with another batch: not when the server is away. What was not tried goes back."""
    stop_at = time.monotonic() + WORK_SECONDS
    untried = deque(batch)
    try:
        while untried and time.monotonic() < stop_at:
            if (error := _open(mailer)) is not None:
                while untried:
                    _note_failure(untried.popleft(), error, outcome)
                return False
            _send(untried.popleft(), mailer, outcome)
    finally:
        _close(mailer)
        OutboxMail.objects.filter(pk__in=[mail.pk for mail in untried]).update(claimed_until=None)
    return True


def _open(mailer: Any) -> Exception | None:
    """The connection of the batch is opened once; again only after it broke."""
    try:
        mailer.open()
    except Exception as error:  # whatever the server or the backend does, no mail is lost
        return error
    return None


def _close(mailer: Any) -> None:
    try:
        mailer.close()
    except (OSError, SMTPException):
        return  # it was broken already; what was sent is marked


def _send(mail: OutboxMail, mailer: Any, outcome: Outcome) -> None:
    try:
        now = as_of_now(mail)
        if now is None:
            unsent = OutboxMail.objects.filter(pk=mail.pk, sent_at__isnull=True)
            unsent.update(unneeded_at=timezone.now(), claimed_until=None)
            outcome.unneeded += 1
            return
        mailer.send_messages([_message(now)])
    except Exception as error:  # as above
        if not isinstance(error, _THIS_MAIL_ONLY) or getattr(error, "smtp_code", None) == _CLOSING:
            _close(mailer)
        _note_failure(mail, error, outcome)
        return
    # Another process may have found it not needed meanwhile, where this one took longer than its claim: it is sent.
    OutboxMail.objects.filter(pk=mail.pk).update(
        subject=now.subject,
        body=now.body,
        sent_at=timezone.now(),
        unneeded_at=None,
        attempts=mail.attempts + 1,
        claimed_until=None,
        last_error="",
    )
    outcome.sent += 1


def _message(mail: OutboxMail) -> EmailMessage:
    domain = urlsplit(settings.PORTAL_URL).hostname
    return EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[mail.address],
        headers={
            # The same for every try, so that who gets a mail twice can tell; and nobody's absence note answers it.
            "Message-ID": f"<outbox-{mail.pk}-{mail.queued_at:%Y%m%d%H%M%S}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _note_failure(mail: OutboxMail, error: Exception, outcome: Outcome) -> None:
    mail.attempts += 1
    mail.next_try_at = timezone.now() + wait_after(mail.attempts)
    mail.claimed_until = None
    mail.last_error = _without_secrets(f"{type(error).__name__}: {error}")
    mail.save(update_fields=["attempts", "next_try_at", "claimed_until", "last_error"])
    outcome.failed.append(mail)


def _without_secrets(text: str) -> str:
    """What a server says may repeat what was said to it."""
    password, user = settings.EMAIL_HOST_PASSWORD, settings.EMAIL_HOST_USER
    if password:
        plain = f"\0{user}\0{password}"
        for secret in (password, *(base64.b64encode(each.encode()).decode() for each in (password, plain))):
            text = text.replace(secret, "●●●")
    return text.replace("\0", "")[:_LONGEST_ERROR]
