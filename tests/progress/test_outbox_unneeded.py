"""A mail is sent or found not to be needed any more, never both."""

from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from progress.actions.sending import send_due
from progress.enums import MailKind
from progress.models import OutboxMail

pytestmark = pytest.mark.django_db


def test_a_mail_is_not_both_sent_and_not_needed(liaison: User) -> None:
    now = timezone.now()
    with pytest.raises(IntegrityError):
        OutboxMail.objects.create(key="k", kind=MailKind.CHASE, to=liaison, sent_at=now, unneeded_at=now)


class _Slow(BaseEmailBackend):
    """While this server takes the mail, another process finds it not needed."""

    def send_messages(self, email_messages: Any) -> int:
        OutboxMail.objects.update(unneeded_at=timezone.now())
        return len(email_messages)


def test_what_is_found_not_needed_while_it_is_being_sent_is_sent(liaison: User) -> None:
    OutboxMail.objects.create(key="k", kind=MailKind.OPENED, to=liaison, address="a@city.example", subject="件名")
    assert send_due(connection=_Slow()).sent == 1
    stored = OutboxMail.objects.get()
    assert (stored.sent_at is not None, stored.unneeded_at) == (True, None)
