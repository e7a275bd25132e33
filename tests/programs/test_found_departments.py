"""The departments among what the public search finds."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Department, User
from plan.actions import bump_content_version
from plan.enums import DocumentKind
from plan.models import Measure
from plan.search import find
from programs.models import Action, Program
from programs.queries.found_departments import found_departments
from tests.factories import DepartmentFactory
from tests.plan.reading import links, main_of, words
from tests.programs.factories import ActionFactory, ActionOwnerFactory, ProgramFactory, loaded_plan

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]


@pytest.fixture
def action() -> Action:
    program = ProgramFactory.create(is_sample=True)
    action = ActionFactory.create(program=program)
    bureau = DepartmentFactory.create(is_bureau=True, name="試験市民局")
    for name, begins in (("受付課", "2016-04-01"), ("窓口課", "2017-04-01")):
        department = DepartmentFactory.create(
            name=name, code="M-1", bureau=bureau, valid_from=datetime.date.fromisoformat(begins)
        )
        ActionOwnerFactory.create(action=action, department=department, valid_from=department.valid_from)
    DepartmentFactory.create(name="窓口のない課")  # owns nothing: it has no page
    return action


def titles(query: str) -> list[str]:
    groups = find(query, plan=loaded_plan(), kind=DocumentKind.DEPARTMENT).groups
    return ["".join(piece.text for piece in hit.title) for group in groups for hit in group.hits]


def test_a_department_is_found_by_its_name_and_leads_to_its_page(client: Client, action: Action) -> None:
    program = action.program
    found = main_of(client.get("/search/?q=窓口課"))
    address = f"/programs/{program.slug}/departments/M-1/"
    assert address in links(found)
    assert f"窓口課の取組（{program}）（見本データ）" in words(found)
    assert "窓口課の取組" in main_of(client.get(address))
    expected = [f"窓口課の取組（{program}）（見本データ）"]
    assert [titles(query) for query in ("受付課", "試験市民局", "窓口課 試験市民局", "Ｍ－１")] == [
        expected,
        expected,
        expected,
        [],
    ]


def test_what_is_not_public_is_not_found(client: Client, action: Action) -> None:
    Program.objects.filter(pk=action.program_id).update(is_published=False)
    bump_content_version()
    assert "/departments/" not in main_of(client.get("/search/?q=窓口課"))
    assert found_departments(action.program.plan) == []


def test_departments_belong_to_no_measure(client: Client, action: Action) -> None:
    measure = Measure.objects.filter(policy__plan=loaded_plan()).select_related("policy").first()
    assert measure is not None
    assert "/departments/" not in main_of(client.get(f"/search/?q=窓口課&measure={measure.code}"))


def test_many_departments_have_pages_and_cost_no_query_more(client: Client, action: Action) -> None:
    for number in range(25):
        department = DepartmentFactory.create(name=f"出張窓口課{number:02}", code=f"N-{number:02}")
        ActionOwnerFactory.create(action=action, department=department)
    bump_content_version()
    (group,) = (each for each in find("窓口課", plan=loaded_plan()).groups if each.kind == DocumentKind.DEPARTMENT)
    first = "".join(piece.text for piece in group.hits[0].title)
    assert (group.total, len(group.hits), first.startswith("窓口課")) == (26, 5, True)
    page = main_of(client.get("/search/?q=窓口課&kind=department&page=2"))
    assert sorted(link for link in links(page) if "/departments/" in link) == [
        f"/programs/{action.program.slug}/departments/N-{number:02}/" for number in range(19, 25)
    ]


def test_an_edit_by_hand_is_seen_on_kept_pages_at_once(
    client: Client, action: Action, ict_staff: User, client_of: ClientOf
) -> None:
    address = f"/programs/{action.program.slug}/departments/M-1/"
    assert "窓口課" in words(main_of(client.get(address)))
    department = Department.objects.get(name="窓口課")
    sent = {
        "code": department.code,
        "name": "総合窓口課",
        "bureau": department.bureau_id,
        "valid_from": department.valid_from,
    }
    response = client_of(ict_staff).post(f"/admin/accounts/department/{department.pk}/change/", sent)
    assert response.status_code == 302
    assert "総合窓口課" in words(main_of(client.get(address)))
    assert address in links(main_of(client.get("/search/?q=総合窓口課")))


def test_a_code_of_before_with_a_slash_breaks_no_page(client: Client, action: Action) -> None:
    Department.objects.filter(code="M-1").update(code="99/02")
    bump_content_version()
    address = f"/programs/{action.program.slug}/departments/99/02/"
    assert address in links(main_of(client.get("/search/?q=窓口課")))
    assert address in links(main_of(client.get(f"/programs/{action.program.slug}/departments/")))
    assert "窓口課の取組" in main_of(client.get(address))
