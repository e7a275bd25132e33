"""組織改編 in the admin: step by step, listed before it happens, done once."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import AuditEntry, Department, Membership, User
from programs.models import ActionOwner
from progress.actions.publication import publish
from progress.actions.rounds import extend, set_exception
from progress.admin import reorganisation as pages
from progress.enums import Status
from progress.forms import reorganisation as forms
from progress.models import Evaluation
from progress.queries.extensions import deadlines_of
from tests.factories import DepartmentFactory, MembershipFactory, UserFactory
from tests.html_validity import validate
from tests.progress.factories import action_of, opened
from tests.progress.reorganisation_pages import URL, begun, confirmed, following, messages_of, renamed, reviewed

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/department/"
MOST_QUERIES = 30  # three forms, five lists and the frame of the admin


@pytest.fixture(autouse=True)
def _in_may_2017() -> Iterator[None]:
    with time_machine.travel(datetime.datetime(2017, 5, 8, 1, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(ict_staff)


# ── Renamed, merged, split ────────────────────────────────────────────────────


def test_a_renamed_department(
    staff: Client, division: Department, liaison: User, manager: User, ict_staff: User
) -> None:
    round_ = opened(division, by=ict_staff)
    shown = reviewed(staff, renamed(division))
    listed = shown.context["listed"]
    assert [owner.action for owner, _ in listed.actions.shown] == [round_.evaluations.get().action]
    assert {membership.user for membership, _ in listed.people.shown} == {liaison, manager}
    assert (listed.evaluations.total, listed.published, shown.context["problems"]) == (1, 0, [])
    division.refresh_from_db()
    assert division.valid_to is None

    response = confirmed(staff, renamed(division), follow=True)
    division.refresh_from_db()
    successor = division.successors.get()
    assert (division.valid_to, successor.name, successor.code) == (
        datetime.date(2017, 4, 30),
        "新しい課",
        division.code,
    )
    assert round_.evaluations.get().department == successor
    assert response.redirect_chain == [(LIST, 302)]
    assert messages_of(response) == [
        "『試験福祉課』から『新しい課』への改編（2017年5月1日（月））を行いました。"
        "公表前の調書も、引き継いだ組織に移ります。"
    ]


def test_it_goes_on_record_with_its_reason_and_who_was_looked_at(
    staff: Client, division: Department, liaison: User, ict_staff: User
) -> None:
    action_of(opened(division, by=ict_staff).program, division)
    confirmed(staff, renamed(division))
    seen = AuditEntry.objects.filter(kind="saw_personal_data").latest("number")
    done = AuditEntry.objects.latest("number")
    assert (seen.about, seen.facts) == ("組織改編で移る利用者（試験福祉課）", {"件数": 1})
    assert (done.kind, done.person, done.about) == ("reorganised", ict_staff, "試験福祉課 → 新しい課")
    assert done.facts == {
        "改編の日": "2017-05-01",
        "取組": 2,
        "利用者の役割": 1,
        "課": 0,
        "理由": "組織改正による",
    }


def test_a_successor_without_people_is_named(staff: Client, division: Department, liaison: User) -> None:
    """Who comes along counts, on the day; and who is there already."""
    page = reviewed(staff, renamed(division))
    assert [str(each) for each in page.context["unstaffed"]] == [
        f"『{division.bureau} 新しい課』には、課長がいません。"
    ]
    assert "課長がいない課は承認できません" in page.content.decode()
    boss = MembershipFactory.create(department=division, role=Role.MANAGER, valid_to=datetime.date(2017, 4, 30))
    assert len(reviewed(staff, renamed(division)).context["unstaffed"]) == 1
    Membership.objects.filter(pk=boss.pk).update(valid_to=None)
    User.objects.filter(pk=boss.user_id).update(active_to=datetime.date(2017, 4, 30))
    assert len(reviewed(staff, renamed(division)).context["unstaffed"]) == 1
    User.objects.filter(pk=boss.user_id).update(active_to=None)
    assert reviewed(staff, renamed(division)).context["unstaffed"] == []
    split = begun("split", division) | following(0, division, "一課", "S1") | following(1, division, "二課", "S2")
    people = {f"share-person-{liaison.pk}": "0", f"share-person-{boss.user_id}": "1"}
    assert [str(each) for each in reviewed(staff, split | people).context["unstaffed"]] == [
        f"『{division.bureau} 一課』には、課長がいません。",
        f"『{division.bureau} 二課』には、担当者がいません。",
    ]
    empty = DepartmentFactory.create()
    into = begun("merge", empty) | {"to-existing-0": division.pk, "to-code-0": "", "to-name-0": ""}
    assert reviewed(staff, into).context["unstaffed"] == []
    assert [str(each) for each in reviewed(staff, renamed(empty)).context["unstaffed"]] == [
        f"『{empty.bureau} 新しい課』には、担当者も課長もいません。"
    ]


def test_a_successor_of_one_person_in_both_roles_is_named(staff: Client, division: Department, liaison: User) -> None:
    MembershipFactory.create(user=liaison, department=division, role=Role.MANAGER)
    page = reviewed(staff, renamed(division))
    assert [str(each) for each in page.context["unstaffed"]] == [
        f"『{division.bureau} 新しい課』では、担当者も課長も同じ1人だけです。"
    ]
    assert "同じ1人だけの課では、自分が提出した調書を承認できません。" in page.content.decode()


def test_merged_departments(staff: Client, ict_staff: User) -> None:
    first, second = DepartmentFactory.create(), DepartmentFactory.create()
    round_ = opened(first, second, by=ict_staff)
    data = begun("merge", first, second) | following(0, first, "統合した課", "M1") | {"to-existing-0": ""}
    confirmed(staff, data)
    (successor,) = Department.objects.filter(name="統合した課")
    assert {evaluation.department for evaluation in round_.evaluations.all()} == {successor}
    assert set(successor.predecessors.all()) == {first, second}


def test_merged_into_one_that_is_there(staff: Client, ict_staff: User) -> None:
    ending, staying = DepartmentFactory.create(), DepartmentFactory.create()
    round_ = opened(ending, staying, by=ict_staff)
    page = staff.post(URL, {**begun("merge", ending), "go": "successors"})
    assert str(staying.pk) in [str(key) for key, _ in page.context["form"].fields["existing-0"].choices]
    confirmed(staff, begun("merge", ending) | {"to-existing-0": staying.pk, "to-code-0": "", "to-name-0": ""})
    assert {evaluation.department for evaluation in round_.evaluations.all()} == {staying}


def test_a_split_department(staff: Client, division: Department, ict_staff: User) -> None:
    round_ = opened(division, actions=2, by=ict_staff)
    stays, goes = (UserFactory.create(role=Role.LIAISON, role__department=division) for _ in range(2))
    first, second = (evaluation.action for evaluation in round_.evaluations.order_by("action__code"))
    data = (
        begun("split", division)
        | following(0, division, "一課", "S1")
        | following(1, division, "二課", "S2")
        | {f"to-bureau-{index}": division.bureau_id for index in range(2, 6)}
    )
    page = staff.post(URL, {**data, "go": "shares"})
    assert [share.code for share in page.context["form"].actions] == [first.code, second.code]
    assert (page.content.decode().count('<option value="">（上の選択のとおり）'), b" selected" in page.content) == (
        4,
        False,
    )
    shares = {
        "share-shown": "1",
        f"share-action-{first.pk}": "0",
        f"share-action-{second.pk}": "1",
        f"share-person-{stays.pk}": "0",
        f"share-person-{goes.pk}": "1",
    }
    unchosen = reviewed(staff, data | shares | {f"share-action-{second.pk}": ""}).context["form"]
    assert [(share.to, share.is_chosen) for share in unchosen.actions] == [(0, True), (0, False)]
    html = reviewed(staff, data | shares).content.decode()
    assert f"{second}（{second.program}、主管、試験福祉課） → {division.bureau} 二課" in html
    assert f"{round_}：{second}（{Status.DRAFT.label}） → {division.bureau} 二課" in html
    confirmed(staff, data | shares)
    one, two = (Department.objects.get(code=code) for code in ("S1", "S2"))
    assert dict(round_.evaluations.values_list("action", "department")) == {first.pk: one.pk, second.pk: two.pk}
    people = Membership.objects.filter(valid_to__isnull=True, department__in=[one, two])
    assert dict(people.values_list("user", "department")) == {stays.pk: one.pk, goes.pk: two.pk}


def test_who_takes_most_of_a_split_is_chosen_once(staff: Client, division: Department, ict_staff: User) -> None:
    round_ = opened(division, actions=3, by=ict_staff)
    data = (
        begun("split", division)
        | following(0, division, "一課", "S1")
        | following(1, division, "二課", "S2")
        | {"share-shown": "1", "share-action-others": "1"}
    )
    first, *others = (evaluation.action for evaluation in round_.evaluations.order_by("action__code"))
    data |= {f"share-action-{first.pk}": "0"} | {f"share-action-{other.pk}": "" for other in others}
    html = staff.post(URL, {**data, "go": "shares"}).content.decode()
    assert f"{first}（{first.program}、主管）" in html
    assert html.count('<option value="1" selected>二課</option>') == 1
    confirmed(staff, data)
    departments = dict(round_.evaluations.values_list("action", "department__code"))
    assert departments == {first.pk: "S1", **dict.fromkeys((other.pk for other in others), "S2")}


def test_a_split_of_too_many_for_a_table(
    staff: Client, division: Department, ict_staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "MOST_IN_TABLE", 1)
    round_ = opened(division, actions=3, by=ict_staff)
    for _ in range(2):
        UserFactory.create(role=Role.LIAISON, role__department=division)
    data = begun("split", division) | following(0, division, "一課", "S1") | following(1, division, "二課", "S2")
    first, second, third = (evaluation.action for evaluation in round_.evaluations.order_by("action__code"))
    typed = {"share-shown": "1", "share-action-codes-1": f"{second.code}、9-9-999\n{third.code}"}
    page = reviewed(staff, data | typed)
    assert page.context["form"].errors == [
        ("share-action-codes-1", "二課：『9-9-999』は、移るものの中にありません。書き方を確かめてください。")
    ]
    assert typed["share-action-codes-1"] in page.content.decode()
    confirmed(staff, data | typed | {"share-action-codes-1": f"{second.code}、{third.code}"})
    departments = dict(round_.evaluations.values_list("action", "department__code"))
    assert departments == {first.pk: "S1", second.pk: "S2", third.pk: "S2"}


def test_a_renamed_bureau_lists_its_divisions_with_what_they_have(staff: Client, ict_staff: User) -> None:
    bureau = DepartmentFactory.create(is_bureau=True, name="総務局")
    division = DepartmentFactory.create(bureau=bureau, name="情報課")
    UserFactory.create(role=Role.LIAISON, role__department=division)
    round_ = opened(division, by=ict_staff)
    data = begun("rename", bureau) | {"to-code-0": bureau.code, "to-name-0": "総務企画局"}
    listed = reviewed(staff, data).context["listed"]
    assert (listed.divisions.shown, listed.actions.total, listed.people.total, listed.evaluations.total) == (
        [division],
        1,
        1,
        1,
    )
    confirmed(staff, data)
    assert str(round_.evaluations.get().department.bureau) == "総務企画局"


def test_what_stays_and_what_has_an_extension(
    staff: Client, division: Department, ict_staff: User, brought_to: Callable[[Status, Evaluation], Evaluation]
) -> None:
    first = opened(division, by=ict_staff)
    brought_to(Status.ACCEPTED, first.evaluations.get())
    publish(round=first, by=ict_staff)
    second = opened(division, by=ict_staff)
    extend(round=second, department=division, deadline=datetime.date(2017, 6, 7), reason="改組", by=ict_staff)
    listed = reviewed(staff, renamed(division)).context["listed"]
    assert (listed.published, listed.evaluations.total) == (1, 1)
    assert [str(extension.deadline) for extension in listed.extensions] == ["2017-06-07"]


def test_an_extension_moves_with_what_a_published_round_left_open(
    staff: Client, division: Department, ict_staff: User
) -> None:
    round_ = opened(division, by=ict_staff)
    day = datetime.date(2017, 6, 7)
    extend(round=round_, department=division, deadline=day, reason="改組", by=ict_staff)
    set_exception(evaluation=round_.evaluations.get(), by=ict_staff, reason="改組のため")
    publish(round=round_, by=ict_staff)
    assert [each.deadline for each in reviewed(staff, renamed(division)).context["listed"].extensions] == [day]
    confirmed(staff, renamed(division))
    successor = round_.evaluations.get(department__name="新しい課").department_id
    assert deadlines_of([round_]).of(round_, successor) == day


def test_what_is_entered_ahead_says_when_evaluations_move(staff: Client, division: Department, ict_staff: User) -> None:
    round_ = opened(division, by=ict_staff)
    data = renamed(division, **{"start-day": "平成29年6月1日"})
    assert reviewed(staff, data).context["when"] == (
        "公表前の調書は、2017年6月1日（木）に、引き継ぐ組織に移ります。それまでは今の組織が記入します。"
    )
    confirmed(staff, data)
    assert round_.evaluations.get().department == division
    assert ActionOwner.objects.filter(valid_from=datetime.date(2017, 6, 1)).count() == 1


# ── Twice, and two people ─────────────────────────────────────────────────────


def test_pressing_twice_does_it_once(staff: Client, division: Department) -> None:
    shown = reviewed(staff, renamed(division))
    last = {"last-fingerprint": shown.context["listed"].fingerprint, "last-reason": "組織改正による", "go": "confirm"}
    staff.post(URL, {**renamed(division), **last})
    response = staff.post(URL, {**renamed(division), **last}, follow=True)
    assert messages_of(response)[1:] == [
        "『試験福祉課』から『新しい課』への改編（2017年5月1日（月））は、すでに行われています。"
    ]
    assert Department.objects.filter(name="新しい課").count() == 1


def test_pressing_twice_at_the_same_moment_does_it_once(
    staff: Client, division: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = reviewed(staff, renamed(division))
    last = {"last-fingerprint": shown.context["listed"].fingerprint, "last-reason": "組織改正による", "go": "confirm"}
    deed = pages.reorganise

    def overtaken(**given: Any) -> None:
        deed(**given)
        deed(**given)

    monkeypatch.setattr(pages, "reorganise", overtaken)
    assert messages_of(staff.post(URL, {**renamed(division), **last}, follow=True)) == [
        "『試験福祉課』から『新しい課』への改編（2017年5月1日（月））は、すでに行われています。"
    ]
    assert Department.objects.filter(name="新しい課").count() == 1


def test_what_somebody_else_did_meanwhile_is_shown_first(
    staff: Client, division: Department, administrator: User, client_of: Callable[[User], Client]
) -> None:
    shown = reviewed(staff, renamed(division))
    last = {"last-fingerprint": shown.context["listed"].fingerprint, "last-reason": "組織改正による", "go": "confirm"}
    MembershipFactory.create(department=division)
    page = staff.post(URL, {**renamed(division), **last})
    assert page.context["warning"] == pages.CHANGED_SINCE
    assert page.context["listed"].people.total == 1
    confirmed(client_of(administrator), renamed(division, **{"to-name-0": "ほかの人の課"}))
    page = staff.post(URL, {**renamed(division), **last})
    assert page.context["problems"] == [
        "『試験福祉課』は2017年4月30日（日）に終わっています。有効な組織を選んでください。",
        f"組織コード『{division.code}』は、ほかの組織が使っています。別のコードを入力してください。",
    ]
    assert not Department.objects.filter(name="新しい課").exists()


# ── Who, and how it looks ─────────────────────────────────────────────────────


def test_only_those_who_may_reorganise_come_in(
    persona: User, division: Department, client_of: Callable[[User], Client], request: pytest.FixtureRequest
) -> None:
    client, name = client_of(persona), request.node.callspec.params["persona"]
    statuses = [client.get(URL).status_code, client.post(URL, renamed(division, go="review")).status_code]
    expected = {"ict_staff": [200, 200], "administrator": [200, 200], "citizen": [302, 403]}
    assert statuses == expected.get(name, [302, 302])
    division.refresh_from_db()
    assert division.valid_to is None


def test_the_index_and_the_list_of_departments_lead_to_it(staff: Client) -> None:
    (entry,) = [
        model
        for app in staff.get("/admin/").context["app_list"]
        for model in app["models"]
        if model["name"] == "組織改編"
    ]
    assert entry["admin_url"] == URL
    assert f'href="{URL}"' in staff.get(LIST).content.decode()


def test_the_pages_are_valid_and_take_as_many_queries_for_many(
    staff: Client, division: Department, ict_staff: User
) -> None:
    round_ = opened(division, by=ict_staff)
    split = begun("split", division) | following(0, division, "<b>一課</b>", "S1") | following(1, division, "二", "S2")
    asked = {
        "start": {"go": "start"},
        "successors": split | {"go": "successors"},
        "wrong": split | {"to-name-0": "", "go": "review"},
        "shares": split | {"go": "shares"},
        "review": renamed(division) | {"go": "review"},
        "no reason": renamed(division) | {"last-reason": "", "go": "confirm"},
    }

    def queries() -> list[int]:
        counts = []
        for data in asked.values():
            with CaptureQueriesContext(connection) as captured:
                staff.post(URL, data)
            counts.append(len(captured))
        return counts

    queries()  # the session is prolonged
    MembershipFactory.create(department=division)
    once = queries()
    for _ in range(60):
        action_of(round_.program, division, title="<script>alert(1)</script>")
        MembershipFactory.create(department=division, user__name="<script>alert(1)</script>")
    assert queries() == once
    assert max(once) <= MOST_QUERIES
    html = {name: staff.post(URL, data).content.decode() for name, data in asked.items()}
    html["first"] = staff.get(URL).content.decode()
    assert "ほか11件" in html["review"]
    assert [name for name, page in html.items() if "<script>alert" in page or "<b>一課" in page] == []
    assert validate(html) == []
