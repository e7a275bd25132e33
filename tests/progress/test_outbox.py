"""Sending: no mail is lost, nobody is blocked, none is sent twice, whatever the server does."""

import datetime
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from smtplib import SMTPAuthenticationError, SMTPRecipientsRefused
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from progress import workflow
from progress.actions import sending
from progress.actions.evaluations import perform
from progress.actions.sending import send_due, try_again, wait_after
from progress.enums import MailKind, Status
from progress.models import Evaluation, OutboxMail
from tests.factories import UserFactory
from tests.progress.factories import fill_in
from tests.progress.smtp_server import Server, smtp_server

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2017, 5, 10, 1, 0, tzinfo=datetime.UTC)


class Backend(BaseEmailBackend):
    """A mail server that does what the test says."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.sent: list[EmailMessage] = []
        self.opened = 0
        self.is_open = False
        self.down: Exception | None = None
        self.fails: dict[str, Exception] = {}
        self.meanwhile: Callable[[], object] = lambda: None

    def open(self) -> bool:
        if self.down:
            raise self.down
        if self.is_open:
            return False
        self.is_open = True
        self.opened += 1
        return True

    def close(self) -> None:
        self.is_open = False

    def send_messages(self, email_messages: Any) -> int:
        (message,) = email_messages
        self.meanwhile()
        if error := self.fails.get(message.to[0]):
            raise error
        self.sent.append(message)
        return 1

    @property
    def addresses(self) -> list[str]:
        return [message.to[0] for message in self.sent]


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def person(db: None) -> User:
    return UserFactory.create()


def queued(person: User, count: int = 1, **fields: Any) -> list[OutboxMail]:
    """Mails in the outbox, to a0@…, a1@… in this order."""
    return [
        OutboxMail.objects.create(
            **{
                "key": f"test:{OutboxMail.objects.count()}",
                "kind": MailKind.OPENED,
                "to": person,
                "address": f"a{number}@city.example",
                "subject": f"件名{number}",
                "body": "本文です。\n",
                **fields,
            }
        )
        for number in range(count)
    ]


# ── When all goes well ────────────────────────────────────────────────────────


@pytest.mark.usefixtures("_frozen")
def test_what_is_due_is_sent_over_one_connection_and_marked(backend: Backend, person: User) -> None:
    queued(person, 3)
    assert send_due(backend).sent == 3
    assert (backend.addresses, backend.opened, backend.is_open) == (
        ["a0@city.example", "a1@city.example", "a2@city.example"],
        1,
        False,
    )
    marks = OutboxMail.objects.values_list("sent_at", "attempts", "claimed_until", "last_error")
    assert set(marks) == {(NOW, 1, None, "")}


def test_many_are_sent_in_batches(backend: Backend, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BATCH", 2)
    queued(person, 5)
    assert (send_due(backend).sent, len(set(backend.addresses)), backend.opened) == (5, 5, 3)


def test_a_second_run_sends_nothing(backend: Backend, person: User) -> None:
    queued(person, 2)
    assert [send_due(backend).sent, send_due(backend).sent] == [2, 0]
    assert len(backend.sent) == 2


def test_what_is_not_due_yet_waits(backend: Backend, person: User) -> None:
    queued(person, next_try_at=timezone.now() + datetime.timedelta(minutes=1))
    assert send_due(backend).sent == 0


def test_the_message_is_plain_text_that_no_absence_note_answers(backend: Backend, person: User) -> None:
    (row,) = queued(person)
    send_due(backend)
    (message,) = backend.sent
    assert (message.subject, message.body, message.to) == ("件名0", "本文です。\n", ["a0@city.example"])
    assert message.extra_headers == {
        "Message-ID": f"<outbox-{row.pk}-{row.queued_at:%Y%m%d%H%M%S}@testserver>",
        "Auto-Submitted": "auto-generated",
    }


@pytest.mark.parametrize(("demo", "host", "sent"), [(True, "", 1), (True, "mail.example.jp", 0), (False, "", 0)])
def test_mail_of_demo_accounts_leaves_by_the_demos_console_only(
    demo: bool, host: str, sent: int, settings: Any, backend: Backend
) -> None:
    settings.DEMO, settings.EMAIL_HOST = demo, host
    queued(UserFactory.create(is_demo=True))
    assert send_due(backend).sent == sent


# ── When the server fails ─────────────────────────────────────────────────────


@pytest.mark.usefixtures("_frozen")
def test_a_server_that_is_away_loses_no_mail(backend: Backend, person: User) -> None:
    queued(person, 3)
    backend.down = ConnectionRefusedError(111, "Connection refused")
    outcome = send_due(backend)
    assert (outcome.sent, len(outcome.failed)) == (0, 3)
    rows = OutboxMail.objects.values_list("sent_at", "attempts", "next_try_at", "claimed_until", "last_error")
    minute = NOW + datetime.timedelta(minutes=1)
    error = "ConnectionRefusedError: [Errno 111] Connection refused"
    assert list(rows) == [(None, 1, minute, None, error)] * 3
    assert all(row.has_failed for row in OutboxMail.objects.all())


def test_a_server_that_is_away_is_asked_once_in_a_run(
    backend: Backend, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 2)
    queued(person, 5)
    backend.down = TimeoutError("timed out")
    assert len(send_due(backend).failed) == 2
    assert OutboxMail.objects.filter(attempts=0, claimed_until=None).count() == 3


def test_it_is_tried_again_and_again_and_sent_in_the_end(backend: Backend, person: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        queued(person)
        backend.down = OSError("away")
        waits = []
        for _ in range(7):
            send_due(backend)
            row = OutboxMail.objects.get()
            waits.append((row.next_try_at - timezone.now()).total_seconds() / 60)
            clock.move_to(row.next_try_at - datetime.timedelta(seconds=1))
            assert send_due(backend).failed == []  # not a second early
            clock.move_to(row.next_try_at)
        backend.down = None
        assert send_due(backend).sent == 1
    assert waits == [1, 5, 15, 60, 240, 240, 240]
    row = OutboxMail.objects.get()
    assert (row.attempts, row.last_error, row.has_failed) == (8, "", False)


def test_the_wait_grows_to_four_hours_and_stays() -> None:
    assert [wait_after(failures).total_seconds() / 60 for failures in (1, 2, 3, 4, 5, 6, 1000)] == [
        1,
        5,
        15,
        60,
        240,
        240,
        240,
    ]


@pytest.mark.parametrize(
    "error",
    [
        SMTPRecipientsRefused({}),
        OSError("broken"),
        UnicodeError("not an address"),
        RuntimeError("a bug of the backend"),
    ],
)
def test_a_mail_that_fails_fails_alone(error: Exception, backend: Backend, person: User) -> None:
    queued(person, 3)
    backend.fails = {"a1@city.example": error}
    outcome = send_due(backend)
    assert (outcome.sent, backend.addresses) == (2, ["a0@city.example", "a2@city.example"])
    (failed,) = outcome.failed
    assert (failed.address, failed.attempts, failed.has_failed) == ("a1@city.example", 1, True)
    assert failed.last_error.startswith(type(error).__name__)


def test_no_password_gets_into_the_record(backend: Backend, person: User, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "geheim-1234"
    queued(person)
    # AUTH PLAIN and LOGIN send these; a server may repeat them.
    backend.down = SMTPAuthenticationError(535, b"geheim-1234 AHBvcnRhbABnZWhlaW0tMTIzNA== Z2VoZWltLTEyMzQ= \0 refused")
    send_due(backend)
    error = OutboxMail.objects.get().last_error
    assert error == "SMTPAuthenticationError: (535, b'●●● ●●● ●●● \\x00 refused')"


def test_people_go_on_while_the_server_is_away(
    evaluation: Evaluation, liaison: User, manager: User, backend: Backend
) -> None:
    """What happens in the round, with the mail server refusing everything: all done, and all mail kept that still
    tells anything (the wish for 承認 does not, once it is given)."""
    backend.down = OSError("away")
    fill_in(evaluation, liaison)
    for transition, by in ((workflow.SUBMIT, liaison), (workflow.ENDORSE, manager)):
        perform(evaluation=evaluation, transition=transition, by=by)
        send_due(backend)
    assert Evaluation.objects.get().status == Status.ENDORSED
    backend.down = None
    OutboxMail.objects.update(next_try_at=timezone.now())
    send_due(backend)
    assert sorted(backend.addresses) == sorted([liaison.email, *_opened_to()])


def _opened_to() -> list[str]:
    return list(OutboxMail.objects.filter(kind=MailKind.OPENED).values_list("address", flat=True))


# ── When two send at once, or one dies ────────────────────────────────────────


def test_what_one_process_is_sending_another_does_not_touch(backend: Backend, person: User) -> None:
    queued(person, 2)
    other = Backend()
    backend.meanwhile = lambda: send_due(other)
    assert (send_due(backend).sent, other.sent) == (2, [])


def test_no_transaction_is_open_while_a_server_answers(backend: Backend, person: User) -> None:
    queued(person)
    depth = len(connection.savepoint_ids)
    depths: list[int] = []
    backend.meanwhile = lambda: depths.append(len(connection.savepoint_ids))
    send_due(backend)
    assert depths == [depth]


def test_what_a_dead_process_had_taken_is_sent_after_its_claim(backend: Backend, person: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        queued(person, claimed_until=NOW + sending.CLAIM)
        assert send_due(backend).sent == 0
        clock.shift(sending.CLAIM)
        assert send_due(backend).sent == 1


def test_what_an_interrupted_process_did_not_try_is_free_at_once(backend: Backend, person: User) -> None:
    queued(person, 3)
    backend.fails = {"a1@city.example": KeyboardInterrupt()}  # type: ignore[dict-item]  # not an Exception, on purpose
    with pytest.raises(KeyboardInterrupt):
        send_due(backend)
    other = Backend()
    send_due(other)
    # The one in the middle may or may not have arrived: it waits for the end of its claim.
    assert (backend.addresses, other.addresses) == (["a0@city.example"], ["a2@city.example"])


def test_a_slow_batch_is_given_back_before_its_claim_ends(
    backend: Backend, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WORK_SECONDS", 0.05)
    queued(person, 2)
    seconds = iter([0.06])
    backend.meanwhile = lambda: time.sleep(next(seconds, 0))
    assert (send_due(backend).sent, backend.opened) == (2, 2)


# ── By hand ───────────────────────────────────────────────────────────────────


def test_trying_again_makes_what_waits_due_and_leaves_what_is_sent(backend: Backend, person: User) -> None:
    later = timezone.now() + datetime.timedelta(hours=4)
    waiting, sent = queued(person, 2, next_try_at=later)
    OutboxMail.objects.filter(pk=sent.pk).update(sent_at=timezone.now())
    assert try_again(OutboxMail.objects.all()) == 1
    assert (send_due(backend).sent, backend.addresses) == (1, [waiting.address])


def test_the_command_says_what_it_did(person: User, settings: Any) -> None:
    queued(person, 2)
    out, err = StringIO(), StringIO()
    call_command("send_outbox", stdout=out, stderr=err)
    assert (out.getvalue(), err.getvalue(), len(mail.outbox)) == ("2通を送りました。\n", "", 2)

    queued(person)
    settings.EMAIL_BACKEND = "tests.progress.test_outbox.Refusing"
    call_command("send_outbox", stdout=out, stderr=err)
    assert err.getvalue() == "送れませんでした：a0@city.example 件名0（1回目）OSError: refused\n"


class Refusing(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise OSError("refused")


# ── Real SMTP ─────────────────────────────────────────────────────────────────


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        yield server


def test_a_real_server_gets_every_mail_over_one_connection(server: Server, person: User) -> None:
    queued(person, 4)
    server.refused = {"a1@city.example"}
    outcome = send_due()
    assert (outcome.sent, server.connections) == (3, 1)
    assert [message["To"] for message in server.received] == ["a0@city.example", "a2@city.example", "a3@city.example"]
    message = server.received[0]
    assert (message["Subject"], message.get_content()) == ("件名0", "本文です。\r\n")
    (failed,) = outcome.failed
    assert failed.last_error == "SMTPRecipientsRefused: {'a1@city.example': (550, b'no such person')}"


def test_a_connection_that_breaks_is_opened_again(server: Server, person: User) -> None:
    queued(person, 3)
    server.breaks_at = 2
    outcome = send_due()
    assert (outcome.sent, len(outcome.failed), server.connections) == (2, 1, 2)
    assert outcome.failed[0].last_error.startswith("SMTPServerDisconnected")


# ── Real threads ──────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_processes_at_once_send_each_mail_once(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: an SQLite database in memory has one connection")
    monkeypatch.setattr(sending, "BATCH", 3)
    queued(UserFactory.create(), 40)
    backends = [Backend() for _ in range(4)]
    together = Barrier(len(backends))

    def run(backend: Backend) -> int:
        together.wait(timeout=10)
        try:
            return send_due(backend).sent
        finally:
            connection.close()

    with ThreadPoolExecutor(len(backends)) as threads:
        counts = list(threads.map(run, backends))
    addresses = sorted(address for backend in backends for address in backend.addresses)
    assert (sum(counts), addresses) == (40, sorted(f"a{number}@city.example" for number in range(40)))
    assert OutboxMail.objects.unsent().count() == 0
