"""The outbox in the admin: looked at by those who may, changed by nobody, tried again on request."""

import datetime
import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AuditKind
from accounts.models import AuditEntry, User
from progress.enums import MailKind
from progress.models import OutboxMail

pytestmark = pytest.mark.django_db
LIST = reverse("admin:progress_outboxmail_changelist")
LATER = timezone.now() + datetime.timedelta(hours=4)


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(ict_staff)


@pytest.fixture
def mails(liaison: User) -> dict[str, OutboxMail]:
    """One mail in each state; the subject says which."""
    states = {
        "待機": {},
        "失敗": {"attempts": 2, "last_error": "OSError: 断られました", "next_try_at": LATER},
        "送信済": {"attempts": 1, "sent_at": timezone.now()},
        "不要": {"attempts": 1, "unneeded_at": timezone.now()},
    }
    return {
        name: OutboxMail.objects.create(
            key=name,
            kind=MailKind.OPENED,
            to=liaison,
            address="liaison@city.example",
            subject=name,
            body="<b>本文</b>\n二行目",
            **fields,
        )
        for name, fields in states.items()
    }


def page(mail: OutboxMail) -> str:
    return reverse("admin:progress_outboxmail_change", args=[mail.pk])


def send_again(client: Client, *mails: OutboxMail) -> list[str]:
    """What the admin answers when the mails are selected and tried again."""
    data = {"action": "send_again", "_selected_action": [mail.pk for mail in mails]}
    response = client.post(LIST, data, follow=True)
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("", {"待機", "失敗", "送信済", "不要"}),
        ("unsent", {"待機", "失敗"}),
        ("failed", {"失敗"}),
        ("sent", {"送信済"}),
        ("unneeded", {"不要"}),
    ],
)
def test_the_list_is_filtered_by_state(
    state: str, expected: set[str], staff: Client, mails: dict[str, OutboxMail]
) -> None:
    response = staff.get(LIST, {"state": state} if state else {})
    assert {mail.subject for mail in response.context["cl"].result_list} == expected


def test_a_mail_shows_its_text_and_the_last_error_and_cannot_be_changed(
    staff: Client, mails: dict[str, OutboxMail]
) -> None:
    text = staff.get(page(mails["失敗"])).content.decode()
    assert ("&lt;b&gt;本文&lt;/b&gt;" in text, "OSError: 断られました" in text, 'name="_save"' in text) == (
        True,
        True,
        False,
    )
    assert staff.post(page(mails["失敗"]), {"subject": "別の件名"}).status_code == 403
    assert staff.get(reverse("admin:progress_outboxmail_add")).status_code == 403
    assert staff.post(reverse("admin:progress_outboxmail_delete", args=[mails["失敗"].pk])).status_code == 403
    assert OutboxMail.objects.get(key="失敗").subject == "失敗"


def test_reading_a_mail_goes_on_record(staff: Client, ict_staff: User, mails: dict[str, OutboxMail]) -> None:
    staff.get(page(mails["送信済"]))
    entry = AuditEntry.objects.get(kind=AuditKind.SAW_PERSONAL_DATA)
    assert (entry.person, entry.about) == (ict_staff, "送信メール「送信済（liaison@city.example）」")


def test_seeing_the_addresses_of_the_list_goes_on_record_once_a_view(
    staff: Client, ict_staff: User, mails: dict[str, OutboxMail]
) -> None:
    def seen() -> list[tuple[User | None, str, object]]:
        entries = AuditEntry.objects.filter(kind=AuditKind.SAW_PERSONAL_DATA).order_by("pk")
        return [(entry.person, entry.about, json.loads(entry.details)) for entry in entries]

    assert (staff.get(LIST, {"q": "見当たらない"}).status_code, seen()) == (200, [])
    OutboxMail.objects.filter(key="待機").update(address="other@city.example")
    assert "other@city.example" in staff.get(LIST).content.decode()
    staff.get(LIST, {"state": "failed"})
    assert seen() == [
        (ict_staff, "送信メールの一覧", {"宛先の数": 2}),
        (ict_staff, "送信メールの一覧", {"宛先の数": 1, "条件": "state=failed"}),
    ]
    send_again(staff, mails["失敗"])  # leads back to the list
    assert len(seen()) == 3


def test_a_filter_that_makes_no_sense_is_told_and_shows_no_address(staff: Client, mails: dict[str, OutboxMail]) -> None:
    response = staff.get(LIST, {"queued_at__gte": "foo"}, follow=True)
    assert response.redirect_chain == [(f"{LIST}?e=1", 302)]
    assert response.status_code == 200
    seen = AuditEntry.objects.filter(kind=AuditKind.SAW_PERSONAL_DATA)
    assert seen.count() == 1  # the list without a filter, to which Django leads
    assert staff.get(LIST, {"e": "1", "queued_at__gte": "foo"}).status_code == 200
    assert seen.count() == 1


@pytest.mark.parametrize("persona", ["ict_staff", "administrator"])
def test_what_waits_is_tried_again_and_what_is_sent_is_not(
    persona: str,
    mails: dict[str, OutboxMail],
    client_of: Callable[[User], Client],
    request: pytest.FixtureRequest,
) -> None:
    answers = send_again(client_of(request.getfixturevalue(persona)), mails["失敗"], mails["送信済"], mails["不要"])
    assert answers == [
        "1通を、次の送信（ふつうは1分以内）で送ります。",
        "送信済みか、送る必要のなくなった2通は、送りません。",
    ]
    failed, sent = OutboxMail.objects.get(key="失敗"), OutboxMail.objects.get(key="送信済")
    assert (failed.next_try_at <= timezone.now(), failed.attempts) == (True, 2)
    assert (sent.sent_at, sent.next_try_at) == (mails["送信済"].sent_at, mails["送信済"].next_try_at)
    assert AuditEntry.objects.filter(kind=AuditKind.CHANGED, about="送信メール").count() == 1


def test_nobody_else_tries_again(
    liaison: User, client_of: Callable[[User], Client], mails: dict[str, OutboxMail]
) -> None:
    data = {"action": "send_again", "_selected_action": [mails["失敗"].pk]}
    assert client_of(liaison).post(LIST, data).status_code == 302  # to the log-in of the admin
    assert OutboxMail.objects.get(key="失敗").next_try_at == LATER


def test_the_list_asks_the_database_the_same_for_many(
    staff: Client, liaison: User, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(30):
        OutboxMail.objects.create(
            key=str(number), kind=MailKind.OPENED, to=liaison, address=liaison.email, subject="件名", body="本文"
        )
    staff.get(LIST)  # prolongs the session
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        assert staff.get(LIST).status_code == 200
