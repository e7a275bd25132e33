"""A large 組織改編 tells how far it is while it is done, all of it or nothing."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AuditEntry, Department, User
from progress import long_work
from progress.actions import reorganisation
from tests.html_validity import validate
from tests.progress.factories import opened
from tests.progress.reorganisation_pages import URL, confirmed, renamed

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_told_line_by_line_and_goes_on_record(
    division: Department,
    liaison: User,
    ict_staff: User,
    client_of: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(long_work, "DIRECTLY_BELOW", 1)
    monkeypatch.setattr(reorganisation, "BATCH", 1)
    round_ = opened(division, actions=2, by=ict_staff)
    response = confirmed(client_of(ict_staff), renamed(division))
    html = b"".join(response.streaming_content).decode()
    assert re.findall(r"<li>(\d+ / \d+件)</li>", html) == ["0 / 3件", "1 / 3件", "2 / 3件", "3 / 3件"]
    assert "『試験福祉課』から『新しい課』への改編（2017年5月1日（月））を行いました。" in html
    assert 'href="/admin/accounts/department/"' in html
    assert {evaluation.department.name for evaluation in round_.evaluations.all()} == {"新しい課"}
    done = AuditEntry.objects.latest("number")
    assert (done.kind, done.person, done.facts["理由"]) == ("reorganised", ict_staff, "組織改正による")
    assert validate({URL: html}) == []
