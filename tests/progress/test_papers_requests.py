"""Who asked for a paper, when, of which version and for whom: each of them is told, and it is made once."""

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, User
from plan.models import Plan
from progress.enums import PaperKind, PaperState
from progress.models import Paper, PaperRequest
from progress.papers.making import make_waiting
from progress.papers.selection import Selection
from tests.factories import UserFactory
from tests.html_validity import validate
from tests.plan.reading import main_of, words
from tests.progress.pages import messages_of
from tests.progress.papers import ordered
from tests.progress.published import Year, accepted_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]


@pytest.fixture
def year() -> Year:
    return accepted_year()


def _requests(paper: Paper) -> list[tuple[str, str, str]]:
    """(who, of which version, for whom), the newest first."""
    return [(str(each.by), each.content_version, each.recipient) for each in paper.requests.all()]


def test_a_paper_for_a_second_recipient_is_kept_and_not_made_again(
    year: Year, ict_staff: User, client_of: ClientOf
) -> None:
    colleague = UserFactory.create(role=Role.ICT_STAFF)
    address = reverse("desk:paper_choose", args=["2016"])
    chosen = {"parts": ["cover"], "orientation": "portrait", "title": "試験の資料"}
    client_of(ict_staff).post(address, {**chosen, "recipient": "委員長"})
    assert make_waiting() == 1
    told = [
        messages_of(client_of(person).post(address, {**chosen, "recipient": recipient}, follow=True))
        for person, recipient in ((colleague, "副委員長"), (colleague, "副委員長"), (ict_staff, ""))
    ]
    assert told == [["同じ内容の資料が、すでに作ってあります。依頼は「依頼の記録」に控えてあります。"]] * 3
    assert make_waiting() == 0
    paper = Paper.objects.get()
    version = paper.content_version
    assert _requests(paper) == [
        (str(ict_staff), version, ""),
        (str(colleague), version, "副委員長"),
        (str(ict_staff), version, "委員長"),
    ]
    entries = AuditEntry.objects.filter(about__contains="試験の資料", kind=AuditKind.CHANGED).order_by("number")
    assert [(each.person, each.about, json.loads(each.details).get("提供先")) for each in entries] == [
        (ict_staff, "資料の作成：試験の資料", "委員長"),
        (colleague, "資料の依頼：試験の資料", "副委員長"),
        (ict_staff, "資料の依頼：試験の資料", None),
    ]
    pages = [reverse("desk:papers"), reverse("desk:paper", args=[paper.pk])]
    client = client_of(ict_staff)
    for page in pages:
        text = words(main_of(client.get(page)))
        assert [text.count(each) for each in (str(colleague), str(ict_staff), "副委員長")] == [1, 2, 1], page
        asked_on = [f"{timezone.localtime(each.at):%Y年%-m月%-d日}" for each in paper.requests.all()]
        assert [text.count(day) >= asked_on.count(day) for day in asked_on] == [True] * 3, page
    assert validate({page: client.get(page).content.decode() for page in pages}) == []


def test_a_paper_made_anew_is_asked_for_anew(year: Year, ict_staff: User) -> None:
    colleague = UserFactory.create(role=Role.ICT_STAFF)
    paper = ordered(year, ict_staff, "委員長")
    assert make_waiting() == 1
    paper.path.unlink()
    ordered(year, colleague, "副委員長")
    for _ in range(2):  # the second is a repetition
        ordered(year, ict_staff, "委員長")
    version = paper.content_version
    first = (str(ict_staff), version, "委員長")
    assert _requests(paper) == [first, (str(colleague), version, "副委員長"), first]


def test_the_time_of_an_order_is_told_once_the_row_is_had(year: Year, ict_staff: User) -> None:
    read_at: list[datetime.datetime] = []

    def notes_reading(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        result = execute(sql, *others)
        if sql.startswith("SELECT") and 'FROM "progress_paper"' in sql:
            read_at.append(timezone.now())
        return result

    for _ in range(2):  # a new one, and one that waits again
        with connection.execute_wrapper(notes_reading):
            paper = ordered(year, ict_staff)
        assert paper.ordered_at > read_at.pop()
        Paper.objects.update(state=PaperState.FAILED, failed_at=timezone.now())


def test_who_has_a_colleagues_paper_made_anew_asks_for_no_one_elses_recipient(
    year: Year, ict_staff: User, client_of: ClientOf
) -> None:
    colleague = UserFactory.create(role=Role.ICT_STAFF)
    ordered(year, colleague, "自分の委員")
    paper = ordered(year, ict_staff, "委員長")
    for person in (UserFactory.create(role=Role.ICT_STAFF), colleague):
        Paper.objects.update(state=PaperState.FAILED, failed_at=timezone.now())
        client_of(person).post(reverse("desk:paper_again", args=[paper.pk]))
    assert [recipient for _, _, recipient in _requests(paper)] == ["自分の委員", "", "委員長", "自分の委員"]
    audited = AuditEntry.objects.filter(about__startswith="資料の").order_by("-number")
    assert [json.loads(each.details).get("提供先") for each in audited] == ["自分の委員", None, "委員長", "自分の委員"]


def test_for_whom_any_paper_is_can_be_kept_on_its_page(year: Year, ict_staff: User, client_of: ClientOf) -> None:
    paper = ordered(year, ict_staff)
    assert make_waiting() == 1
    client, page = client_of(ict_staff), reverse("desk:paper", args=[paper.pk])
    again = reverse("desk:paper_again", args=[paper.pk])
    too_long = client.post(again, {"recipient": "委" * 101})
    assert too_long.context["form"]["recipient"].value() == "委" * 101
    assert too_long.context["form"].errors["recipient"][0] in main_of(too_long)
    assert validate({again: too_long.content.decode()}) == []
    assert messages_of(client.post(again, {"recipient": "委員長\n"}, follow=True)) == [
        "同じ内容の資料が、すでに作ってあります。依頼は「依頼の記録」に控えてあります。"
    ]
    assert [recipient for _, _, recipient in _requests(paper)] == ["委員長", ""]
    assert client.get(page).context["form"]["recipient"].value() == "委員長"
    colleague = client_of(UserFactory.create(role=Role.ICT_STAFF))
    assert colleague.get(page).context["form"]["recipient"].value() == ""


def test_who_waited_got_the_version_that_was_made(year: Year, ict_staff: User) -> None:
    goal = year.program.plan.goal
    first = ordered(year, ict_staff, "委員長")
    ordered(year, ict_staff, "副委員長")
    Plan.objects.update(goal="目標を変えました。")
    assert make_waiting() == 1
    made = Paper.objects.get()
    assert made.content_version != first.content_version
    assert {version for _, version, _ in _requests(made)} == {made.content_version}
    Plan.objects.update(goal=goal)
    again = ordered(year, ict_staff, "委員長")
    assert make_waiting() == 1
    assert [version for _, version, _ in _requests(again)] == [first.content_version, *[made.content_version] * 2]


def test_a_department_is_not_told_for_whom_others_asked_and_the_newest_five_are_listed(
    year: Year, ict_staff: User, client_of: ClientOf
) -> None:
    department = year.departments[0]
    liaison = UserFactory.create(role=Role.LIAISON, role__department=department)
    selection = Selection.of(PaperKind.DEPARTMENT, str(department.pk), as_it_stands=True)

    def shown(person: User, number: int) -> tuple[str, int]:
        """The list with that many requests for each of two papers, and how many queries it takes."""
        for each in range(PaperRequest.objects.count() // 2, number):
            ordered(year, ict_staff, f"提供先その{each}", selection)
            ordered(year, ict_staff, f"提供先その{each}")
        client = client_of(person)
        with CaptureQueriesContext(connection) as queries:
            text = words(main_of(client.get(reverse("desk:papers"))))
        return text, len(queries)

    few, many = shown(ict_staff, 2), shown(ict_staff, 7)
    assert (few[0].count("提供先その"), many[0].count("提供先その"), many[0].count("すべての依頼（7件）")) == (4, 10, 2)
    assert few[1] == many[1]
    theirs = shown(liaison, 7)[0]
    assert (theirs.count(str(ict_staff)), "提供先" in theirs) == (5, False)
