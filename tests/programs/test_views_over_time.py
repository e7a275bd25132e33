"""What the public reads of 課 and actions that go on under another department or in another programme, or do not."""

import datetime

import pytest
from django.test import Client

from plan import actions as plan_actions
from programs.enums import OwnerKind
from programs.models import Action, ActionOwner, Program
from tests.factories import DepartmentFactory
from tests.plan.reading import links, main_of, words
from tests.programs.factories import ActionFactory, ActionLineageFactory, ActionOwnerFactory, ProgramFactory
from tests.progress.pages import table_rows
from tests.progress.published import Year, published_year

pytestmark = pytest.mark.django_db
ACTION = "/programs/2016/actions/1-1-001/"


@pytest.fixture
def year() -> Year:
    return published_year()


def test_a_department_that_goes_on_under_its_name_stands_once(client: Client, year: Year) -> None:
    """After a 組織改編 that keeps code and name; an action it owned before and after stands once, too."""
    public, _ = year.departments
    begins = datetime.date(2016, 10, 1)
    successor = DepartmentFactory.create(code=public.code, name=public.name, bureau=public.bureau, valid_from=begins)
    for owner in ActionOwner.objects.filter(department=public):
        owner.valid_to = begins - datetime.timedelta(days=1)
        owner.save()
        ActionOwnerFactory.create(action=owner.action, department=successor, kind=owner.kind, valid_from=begins)
    rows = table_rows(main_of(client.get("/programs/2016/departments/")))
    assert rows == [["試験公開課", "試験局", "2", "0"], ["試験窓口課", "試験局", "1", "1"]]
    owned = table_rows(main_of(client.get(f"/programs/2016/departments/{public.code}/")))
    assert [(row[0], row[3]) for row in owned] == [("1-1-001", "2016年4月1日〜"), ("1-1-002", "2016年4月1日〜")]


def test_periods_that_do_not_touch_stand_by_themselves(client: Client, year: Year) -> None:
    public, _ = year.departments
    owner = ActionOwner.objects.get(department=public, action__code="1-1-001")
    owner.valid_to = datetime.date(2016, 9, 30)
    owner.save()
    ActionOwnerFactory.create(action=owner.action, department=public, valid_from=datetime.date(2017, 10, 1))
    owned = table_rows(main_of(client.get(f"/programs/2016/departments/{public.code}/")))
    assert owned[0][3] == "2016年4月1日〜2016年9月30日2017年10月1日〜"


def test_what_the_next_programme_drops_says_so(client: Client, year: Year) -> None:
    following = ProgramFactory.create(
        plan=year.program.plan, predecessor=year.program, title="次の計画書", start_year=2018, end_year=2019
    )
    heir = ActionFactory.create(program=following, code="1-1-001", start_year=2018)
    ActionLineageFactory.create(action=heir, predecessor=year.actions["1-1-001"])
    dropped = "次のプログラム（次の計画書）には、この取組を引き継いだ取組はありません。"
    assert dropped not in words(main_of(client.get(ACTION)))
    page = main_of(client.get(year.actions["1-2-001"].get_absolute_url()))
    assert dropped in words(page)
    assert following.get_absolute_url() in links(page)
    Program.objects.filter(pk=following.pk).update(is_published=False)
    plan_actions.bump_content_version()
    assert dropped not in words(main_of(client.get(year.actions["1-2-001"].get_absolute_url())))


def test_many_departments_come_in_pages_that_hold_each_once(client: Client, year: Year) -> None:
    action = Action.objects.get(program=year.program, code="1-1-001")
    for number in range(20):
        further = DepartmentFactory.create(code=f"further-{number:02}", name=f"追加{number:02}課")
        ActionOwner.objects.create(
            action=action, department=further, kind=OwnerKind.RELATED, valid_from=datetime.date(2016, 4, 1)
        )
    plan_actions.bump_content_version()
    pages = [table_rows(main_of(client.get(f"/programs/2016/departments/?page={number}"))) for number in (1, 2)]
    assert [len(rows) for rows in pages] == [20, 2]
    names = sorted(row[0] for rows in pages for row in rows)
    assert names == sorted(["試験公開課", "試験窓口課", *(f"追加{number:02}課" for number in range(20))])
