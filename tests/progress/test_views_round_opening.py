"""/desk/rounds/<round>/open/: what is told before the button is pressed."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Department, Membership, User
from plan.models import Plan
from programs.models import Action, ActionYear, Program
from progress.models import Round
from tests.factories import DepartmentFactory, MembershipFactory
from tests.plan.reading import items_of, links, part
from tests.programs.factories import ActionFactory
from tests.progress.factories import RoundFactory, action_of, given_to

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]


def test_before_opening_the_first_actions_without_a_plan_are_named(
    client_of: ClientOf, ict_staff: User, division: Department
) -> None:
    round_ = RoundFactory.create(slug="2016")
    actions = [action_of(round_.program, division, code=f"1-1-{number:03}") for number in range(13)]
    ActionYear.objects.exclude(action=actions[0]).delete()
    Action.objects.filter(pk=actions[0].pk).update(end_year=2016)  # planned to its end
    action_of(RoundFactory.create().program, division).years.all().delete()  # of another programme
    client = client_of(ict_staff)
    page = client.get("/desk/rounds/2016/open/").content.decode()
    named = re.findall(r'<li><a href="/admin/programs/action/(\d+)/change/">(.+?)</a></li>', page)
    assert named == [(str(action.pk), str(action)) for action in actions[1:11]]
    assert "計画がない取組（12件）" in page
    section = part(page, "unplanned")
    assert items_of(section)[-1] == "ほか2件（年度別計画がない年度のある取組の一覧）"
    listed = client.get(links(section)[-1])
    assert set(listed.context["cl"].queryset) == set(actions[1:])


def test_of_many_obstacles_the_first_are_shown_and_all_are_counted(client_of: ClientOf, ict_staff: User) -> None:
    round_ = RoundFactory.create(slug="2016")
    ActionFactory.create_batch(23, program=round_.program)
    client = client_of(ict_staff)
    shown = items_of(client.get("/desk/rounds/2016/open/").content.decode())
    named = [each for each in shown if "有効な主管課がありません" in each]
    assert (len(named), [each for each in shown if each.startswith("ほか3件。")]) == (
        20,
        [shown[shown.index(named[-1]) + 1]],
    )
    refused = client.post("/desk/rounds/2016/open/start/").content.decode()
    assert "23件を直してから、もう一度操作してください。" in refused


def test_a_blank_plan_is_no_plan(client_of: ClientOf, ict_staff: User, division: Department) -> None:
    """The next programme begins with a blank one for each year."""
    action = action_of(RoundFactory.create(slug="2016").program, division)
    client = client_of(ict_staff)
    assert client.get("/desk/rounds/2016/open/").context["preview"].unplanned.total == 0
    ActionYear.objects.update(planned_work="")
    assert client.get("/desk/rounds/2016/open/").context["preview"].unplanned.shown == [action]


def test_before_opening_the_departments_without_people_are_named(
    client_of: ClientOf, ict_staff: User, division: Department, liaison: User, manager: User
) -> None:
    """On the day the round opens, or today when that is over; those who lead nothing are not asked."""
    round_ = RoundFactory.create(slug="2016")
    action_of(round_.program, division)
    DepartmentFactory.create(name="所管のない課")
    address, client = "/desk/rounds/2016/open/", client_of(ict_staff)
    assert client.get(address).context["preview"].unstaffed.total == 0
    Membership.objects.filter(user=liaison).update(valid_to=timezone.localdate() - datetime.timedelta(days=1))
    User.objects.filter(pk=manager.pk).update(active_to=timezone.localdate())
    assert f"<li>『{division.full_name}』には、担当者がいません。</li>" in client.get(address).content.decode()
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    Round.objects.update(opens_on=tomorrow, deadline=tomorrow)
    assert f"<li>『{division.full_name}』には、担当者も課長もいません。</li>" in client.get(address).content.decode()


def test_before_opening_the_department_that_leads_today_is_asked(
    client_of: ClientOf, ict_staff: User, division: Department, liaison: User, manager: User
) -> None:
    """The round's first day is over, and the 課 of that day is not there any more: nobody is to be registered in it."""
    given_to(action_of(RoundFactory.create(slug="2016").program, division), new := DepartmentFactory.create())
    Department.objects.filter(pk=division.pk).update(valid_to=timezone.localdate() - datetime.timedelta(days=1))
    Membership.objects.update(valid_to=timezone.localdate() - datetime.timedelta(days=1))
    MembershipFactory.create(user=ict_staff, role=Role.ICT_STAFF)
    shown = client_of(ict_staff).get("/desk/rounds/2016/open/").context
    assert (shown["problems"].total, shown["preview"].departments) == (0, 1)
    assert [each.department for each in shown["preview"].unstaffed.shown] == [new.full_name]


def test_before_opening_a_department_of_one_person_in_both_roles_is_named(
    client_of: ClientOf, ict_staff: User, division: Department, liaison: User
) -> None:
    """Nobody endorses what they submitted; another person in either role is enough."""
    action_of(RoundFactory.create(slug="2016").program, division)
    MembershipFactory.create(user=liaison, department=division, role=Role.MANAGER)
    client = client_of(ict_staff)
    page = client.get("/desk/rounds/2016/open/").content.decode()
    assert f"<li>『{division.full_name}』では、担当者も課長も同じ1人だけです。</li>" in page
    assert "別の担当者か課長の登録を、システム管理者に依頼してください。" in page
    for role in (Role.LIAISON, Role.MANAGER):
        other = MembershipFactory.create(department=division, role=role)
        assert client.get("/desk/rounds/2016/open/").context["preview"].unstaffed.total == 0
        other.delete()


def test_before_opening_a_programme_that_is_not_public_is_told(
    client_of: ClientOf, ict_staff: User, division: Department
) -> None:
    round_ = RoundFactory.create(slug="2016")
    program = round_.program
    action_of(program, division)

    def told() -> list[str]:
        page = client_of(ict_staff).get("/desk/rounds/2016/open/").content.decode()
        return re.findall(r"(プログラム|プラン)が非公開です。|/admin/(\w+/\w+/\d+)/change/", page)

    assert told() == []
    Plan.objects.filter(pk=program.plan_id).update(is_published=False, is_current=False)
    assert told() == [("プラン", ""), ("", f"plan/plan/{program.plan_id}")]
    Program.objects.filter(pk=program.pk).update(is_published=False)
    assert told() == [("プログラム", ""), ("", f"programs/program/{program.pk}")]


def test_the_preview_of_an_opening_asks_no_more_for_many(
    client_of: ClientOf, ict_staff: User, django_assert_max_num_queries: Any
) -> None:
    round_ = RoundFactory.create(slug="2016")
    Program.objects.filter(pk=round_.program_id).update(is_published=False)
    for _ in range(12):
        action_of(round_.program, DepartmentFactory.create())
    ActionYear.objects.all().delete()
    client = client_of(ict_staff)
    with django_assert_max_num_queries(12):
        preview = client.get("/desk/rounds/2016/open/").context["preview"]
    assert (preview.unplanned.rest, preview.unstaffed.rest) == (2, 2)
