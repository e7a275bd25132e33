"""/desk/: what each person finds there, and in which order."""

import datetime
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Department, User
from programs.enums import OwnerKind
from programs.models import Action
from progress import workflow
from progress.actions.evaluations import perform
from progress.actions.publication import publish
from progress.actions.rounds import extend, release_to_committee, set_exception
from progress.business_days import add_business_days
from progress.enums import Status
from progress.models import Evaluation, Round
from tests.factories import UserFactory
from tests.programs.factories import ActionOwnerFactory
from tests.progress.desk_lists import name, page_of, section, titles
from tests.progress.factories import fill_in, opened

pytestmark = pytest.mark.django_db

ClientOf = Callable[[object], Client]
Brought = Callable[[Status, Evaluation], Evaluation]


def test_what_waits_stands_with_its_time_left_and_what_is_missing(
    division: Department, ict_staff: User, liaison: User, client_of: ClientOf
) -> None:
    today = timezone.localdate()
    opened(division, by=ict_staff, opens_on=today, deadline=add_business_days(today, 3))
    waiting = section(page_of(client_of(liaison)), "waiting")
    assert "あと3営業日" in waiting
    assert "記入して提出する" in waiting
    assert "（あと7か所）" in waiting


def test_the_oldest_deadline_comes_first_and_an_extension_counts(
    division: Department, other_liaison: User, ict_staff: User, client_of: ClientOf
) -> None:
    user = UserFactory.create(role=Role.LIAISON, role__department=division)
    second = other_liaison.valid_memberships[0].department
    assert second is not None
    user.memberships.create(role=Role.LIAISON, department=second)
    today = timezone.localdate()
    late = opened(division, by=ict_staff, opens_on=today, deadline=add_business_days(today, 1))
    soon = opened(second, by=ict_staff, opens_on=today, deadline=add_business_days(today, 2))
    page = page_of(client_of(user))
    first, following = late.evaluations.get(), soon.evaluations.get()
    assert titles(page, "waiting") == [name(first), name(following)]

    extend(round=late, department=division, deadline=add_business_days(today, 5), reason="災害対応", by=ict_staff)
    page = page_of(client_of(user))
    assert titles(page, "waiting") == [name(following), name(first)]
    assert "あと5営業日" in section(page, "waiting")


def test_overdue_is_said_in_words(round_: Round, liaison: User, client_of: ClientOf) -> None:
    waiting = section(page_of(client_of(liaison)), "waiting")
    assert "期限を1年以上過ぎています" in waiting
    assert "2017年5月31日（水）" in waiting


def test_what_the_department_has_handed_in_is_late_nowhere(
    evaluation: Evaluation, brought_to: Brought, ict_staff: User, client_of: ClientOf
) -> None:
    """The overview of the round counts it no more; the desk of ICT推進課, where it waits, does not either."""
    brought_to(Status.ENDORSED, evaluation)
    client = client_of(ict_staff)
    waiting = section(page_of(client), "waiting")
    assert ("過ぎています" in waiting, "task-late" in waiting, "期限 2017年5月31日（水）" in waiting) == (
        False,
        False,
        True,
    )
    watched = client.get(f"/desk/rounds/{evaluation.round.slug}/").context["watched"]
    assert [row.is_late for row in watched.rows] == [False]


@pytest.mark.parametrize(
    ("status", "whose"),
    [
        (Status.DRAFT, {"liaison": "waiting"}),
        (Status.RETURNED, {"liaison": "waiting", "manager": "handed-on"}),
        (Status.SUBMITTED, {"liaison": "handed-on", "manager": "waiting"}),
        (Status.ENDORSED, {"liaison": "handed-on", "manager": "handed-on", "ict_staff": "waiting"}),
        (Status.ACCEPTED, {"liaison": "handed-on", "manager": "handed-on", "ict_staff": "handed-on"}),
    ],
)
def test_each_state_waits_for_one_and_is_followed_by_the_others(
    status: Status,
    whose: dict[str, str],
    evaluation: Evaluation,
    brought_to: Brought,
    request: pytest.FixtureRequest,
    client_of: ClientOf,
) -> None:
    brought_to(status, evaluation)
    found: dict[str, str] = {}
    for persona in ("liaison", "manager", "ict_staff", "other_liaison"):
        page = page_of(client_of(request.getfixturevalue(persona)))
        for heading in ("waiting", "handed-on"):
            if titles(page, heading) == [name(evaluation)]:
                found[persona] = heading
    assert found == whose


def test_who_submitted_does_not_find_it_waiting_for_their_own_endorsement(
    evaluation: Evaluation, division: Department, client_of: ClientOf
) -> None:
    both = UserFactory.create(role=Role.LIAISON, role__department=division)
    both.memberships.create(role=Role.MANAGER, department=division)
    fill_in(evaluation, both)
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=both)
    page = page_of(client_of(both))
    assert (titles(page, "waiting"), titles(page, "handed-on")) == ([], [name(evaluation)])
    assert "あなたの番の調書はありません。" in page


def test_a_staff_members_own_return_is_followed(
    evaluation: Evaluation, brought_to: Brought, ict_staff: User, other_staff: User, client_of: ClientOf
) -> None:
    endorsed = brought_to(Status.ENDORSED, evaluation)
    perform(evaluation=endorsed, transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="数が違います。")
    assert titles(page_of(client_of(ict_staff)), "handed-on") == [name(evaluation)]
    assert titles(page_of(client_of(other_staff)), "handed-on") == []


def test_an_exception_of_a_published_round_still_waits(
    evaluation: Evaluation, ict_staff: User, liaison: User, client_of: ClientOf
) -> None:
    set_exception(evaluation=evaluation, by=ict_staff, reason="災害対応のため")
    client, address = client_of(liaison), f"/desk/evaluations/{evaluation.pk}/"
    assert client.get(address).context["counts_days"]
    publish(round=evaluation.round, by=ict_staff)
    page = page_of(client)
    assert titles(page, "waiting") == [name(evaluation)]
    assert not client.get(address).context["counts_days"]
    assert f'href="/desk/sheets/{evaluation.round.slug}/"' in section(page, "sheets")


def test_a_related_department_reads_and_has_nothing_to_do(
    evaluation: Evaluation, other_liaison: User, client_of: ClientOf
) -> None:
    assert titles(page_of(client_of(other_liaison)), "list") == []
    ActionOwnerFactory.create(
        action=evaluation.action, department=other_liaison.valid_memberships[0].department, kind=OwnerKind.RELATED
    )
    page = page_of(client_of(other_liaison))
    assert titles(page, "waiting") == []
    assert [evaluation.action.title] == titles(page, "list")


def test_the_committee_reads_what_was_released_and_has_no_turn(
    evaluation: Evaluation, brought_to: Brought, ict_staff: User, committee_viewer: User, client_of: ClientOf
) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    assert titles(page_of(client_of(committee_viewer)), "list") == []
    release_to_committee(round=evaluation.round, by=ict_staff)
    page = page_of(client_of(committee_viewer))
    assert titles(page, "list") == [evaluation.action.title]
    assert (section(page, "waiting"), section(page, "handed-on")) == ("", "")


def test_the_filter_offers_the_states_its_reader_ever_sees(
    evaluation: Evaluation,
    brought_to: Brought,
    ict_staff: User,
    liaison: User,
    committee_viewer: User,
    client_of: ClientOf,
) -> None:
    def offered(user: User) -> list[str]:
        choices = re.search(r'<select name="state".*?</select>', page_of(client_of(user)), re.DOTALL)
        return re.findall(r'<option value="(.+?)"', choices[0]) if choices else []

    brought_to(Status.ACCEPTED, evaluation)
    release_to_committee(round=evaluation.round, by=ict_staff)
    assert offered(committee_viewer) == ["accepted", "published"]
    assert offered(liaison) == offered(ict_staff) == Status.values
    # An address kept from before, with a state that is not offered: the list is not narrowed by it.
    assert titles(page_of(client_of(committee_viewer), "?state=draft"), "list") == [evaluation.action.title]


def test_who_has_no_desk_is_shown_their_own_page(administrator: User, client_of: ClientOf) -> None:
    assert client_of(administrator).get("/desk/").headers["Location"] == "/accounts/me/"


def test_the_desk_asks_for_a_log_in(client: Client) -> None:
    assert client.get("/desk/").headers["Location"] == "/accounts/login/?next=/desk/"


def test_the_list_is_narrowed_by_words_and_state(
    division: Department, ict_staff: User, liaison: User, brought_to: Brought, client_of: ClientOf
) -> None:
    round_ = opened(division, actions=3, by=ict_staff)
    for action, title in zip(Action.objects.order_by("code"), ("窓口の案内", "窓口の予約", "講座の開催"), strict=True):
        Action.objects.filter(pk=action.pk).update(title=title)
    first, second, third = Evaluation.objects.with_everything().order_by("pk")
    brought_to(Status.SUBMITTED, second)
    client = client_of(liaison)

    def shown(query: str) -> list[str]:
        return titles(page_of(client, query), "list")

    assert shown("") == [first.action.title, second.action.title, third.action.title]
    assert shown(f"?q={quote(third.action.code)}") == [third.action.title]
    assert shown(f"?q={quote('案内　窓口')}") == [first.action.title]
    assert shown("?state=submitted") == [second.action.title]
    assert shown("?which=handed_on") == [second.action.title]
    assert shown("?which=waiting&sort=-code") == [third.action.title, first.action.title]
    assert shown(f"?round={round_.pk}&q=ありません") == []
    assert "この条件に合う調書はありません。" in page_of(client, "?q=ありません")


@pytest.mark.parametrize(
    ("persona", "query", "is_by_code"),
    [
        ("liaison", "", True),
        ("liaison", "?round=all", True),
        ("ict_staff", "", True),
        ("ict_staff", "?round=all", False),
    ],
)
def test_what_was_added_later_stands_at_its_code_but_in_the_list_of_all_years_and_departments(
    persona: str,
    query: str,
    is_by_code: bool,
    division: Department,
    ict_staff: User,
    client_of: ClientOf,
    request: pytest.FixtureRequest,
) -> None:
    opened(division, actions=3, by=ict_staff)
    made = list(Evaluation.objects.select_related("action").order_by("pk"))
    Action.objects.filter(pk=made[-1].action_id).update(code="0-0-001")
    expected = [made[-1], *made[:-1]] if is_by_code else made
    shown = titles(page_of(client_of(request.getfixturevalue(persona)), query), "list")
    assert shown == [each.action.title for each in expected]


def test_heads_sort_and_say_so(division: Department, ict_staff: User, liaison: User, client_of: ClientOf) -> None:
    opened(division, actions=3, by=ict_staff)
    codes = sorted(Evaluation.objects.values_list("action__code", flat=True))
    client = client_of(liaison)

    def shown(query: str) -> list[str]:
        return re.findall(r'<td [^>]*class="code-cell"[^>]*>(.*?)</td>', page_of(client, query))

    assert shown("?sort=code") == codes
    assert shown("?sort=-code") == codes[::-1]
    page = page_of(client, "?sort=code")
    assert re.findall(r'aria-sort="(\w+)"><button[^>]* value="([\w-]+)"', page) == [("ascending", "-code")]
    assert [len(shown(f"?sort={key}")) for key in ("title", "department", "status", "due", "saved", "nonsense")] == [
        3
    ] * 6


@pytest.mark.parametrize(
    ("persona", "shown"), [("liaison", ["期限", "保存した日"]), ("committee_viewer", ["達成度", "今後の方向性"])]
)
def test_every_cell_of_the_list_stands_beside_the_word_of_its_column(
    persona: str,
    shown: list[str],
    evaluation: Evaluation,
    brought_to: Brought,
    ict_staff: User,
    client_of: ClientOf,
    request: pytest.FixtureRequest,
) -> None:
    """On a phone it is a list, but for the buttons that sort."""
    done = brought_to(Status.ACCEPTED, evaluation)
    release_to_committee(round=evaluation.round, by=ict_staff)
    listed = section(page_of(client_of(request.getfixturevalue(persona))), "list")
    assert '<div class="table-frame table-stack"' in listed
    heads = re.findall(r'<th role="columnheader".*?>(?:<button.*?>)?([^<]+)', listed)
    cells = dict(re.findall(r'<td role="cell"[^>]* data-label="(.*?)">(.*?)</td>', listed, re.DOTALL))
    assert heads == ["コード", "取組", "所管課", "状態", *shown]
    assert list(cells) == [head for head in heads if head != "取組"]
    decided = [str(done.grade), str(done.outlook)]
    assert ([cells.get(head) for head in ("達成度", "今後の方向性")] == decided) == (persona == "committee_viewer")


def test_the_list_is_paged_and_keeps_its_filter(
    division: Department, ict_staff: User, liaison: User, client_of: ClientOf
) -> None:
    opened(division, actions=51, by=ict_staff)
    client = client_of(liaison)
    first = page_of(client, "?state=draft&sort=-code")
    assert "51件のうち1〜50件目" in first
    assert 'href="?state=draft&sort=-code&page=2"' in first
    assert len(titles(page_of(client, "?state=draft&sort=-code&page=2"), "list")) == 1
    assert len(titles(first, "waiting")) == 20
    assert "あなたの番の調書をすべて見る（51件）" in first


def test_sample_data_is_marked(division: Department, ict_staff: User, liaison: User, client_of: ClientOf) -> None:
    opened(division, by=ict_staff, program__is_sample=True)
    page = page_of(client_of(liaison))
    assert ["見本データ" in section(page, heading) for heading in ("waiting", "list")] == [True, True]


def test_only_open_rounds_wait(
    division: Department,
    ict_staff: User,
    liaison: User,
    evaluation: Evaluation,
    brought_to: Brought,
    client_of: ClientOf,
) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    publish(round=evaluation.round, by=ict_staff)
    page = page_of(client_of(liaison))
    assert (titles(page, "waiting"), titles(page, "handed-on"), section(page, "sheets")) == ([], [], "")
    assert titles(page, "list") == [evaluation.action.title]


def test_the_deadline_of_last_year_is_not_that_of_this_one(
    division: Department, ict_staff: User, liaison: User, client_of: ClientOf
) -> None:
    opened(division, by=ict_staff, deadline=datetime.date(2017, 6, 30))
    assert "2017年6月30日" in section(page_of(client_of(liaison)), "list")


def test_the_navigation_marks_where_one_is(client_of: ClientOf, ict_staff: User, evaluation: Evaluation) -> None:
    release_to_committee(round=evaluation.round, by=ict_staff)
    slug = evaluation.round.slug
    where = {
        "/desk/": [("/desk/", "page")],
        f"/desk/evaluations/{evaluation.pk}/": [("/desk/", "true")],
        "/desk/rounds/": [("/desk/rounds/", "page")],
        f"/desk/rounds/{slug}/measures/1-1/": [("/desk/rounds/", "true")],
        f"/desk/committee/{slug}/": [("/desk/committee/", "true")],
        "/desk/papers/": [("/desk/papers/", "page")],
        f"/desk/papers/rounds/{slug}/": [("/desk/papers/", "true")],
        "/accounts/me/": [("/accounts/me/", "page")],
        "/desk/programs/": [],
    }
    client = client_of(ict_staff)
    pattern = re.compile(r'<nav class="site-nav".*?</nav>', re.DOTALL)
    for address, marked in where.items():
        (navigation,) = pattern.findall(client.get(address).content.decode())
        assert re.findall(r'href="([^"]+)" aria-current="(\w+)"', navigation) == marked, address


def test_the_desk_is_called_the_same_in_its_menu_title_and_heading(liaison: User, client_of: ClientOf) -> None:
    page = page_of(client_of(liaison))
    names = (r"<title>([^｜|<]+?)\s*[｜|<]", r"<h1>(.*?)</h1>", r'<a href="/desk/" aria-current="page">(.*?)</a>')
    assert [found.strip() for name in names for found in re.findall(name, page)] == ["評価調書"] * 3


def test_every_day_at_the_desk_has_its_weekday() -> None:
    templates = sorted((settings.BASE_DIR / "templates/desk").rglob("*.html"))
    shown = [found for path in templates for found in re.findall(r'date:"([^"]*日[^"]*)"', path.read_text("utf-8"))]
    assert {form for form in shown if "日（D）" not in form} == set()
    assert len(shown) > 40
