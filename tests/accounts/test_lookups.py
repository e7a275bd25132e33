from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django import forms
from django.test import Client, RequestFactory

from accounts.lookups import choices_of, key_in
from accounts.models import Department, User
from tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "key"),
    [("1", 1), ("9" * 18, int("9" * 18)), ("9" * 5000, None), ("-1", None), ("１", None), ("1_0", None), ("", None)],
)
def test_a_key_is_read_from_an_address(address: str, key: int | None) -> None:
    assert key_in(address) == key


@pytest.mark.parametrize(
    "query", ["staff_number__regex=(", "name__search=x", "active_from__year=-1", "name=%00", "q=" + "a" * 60_000]
)
def test_a_list_refuses_what_a_database_cannot_answer(
    query: str, administrator: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(administrator).get(f"/admin/accounts/user/?{query}")

    assert (response.status_code, "要求を受け付けられませんでした" in response.content.decode()) == (400, True)


def test_a_selection_refuses_a_nul(ict_staff: User, client_of: Callable[[User], Client]) -> None:
    query = "term=%00&app_label=plan&model_name=section&field_name=parent"

    assert client_of(ict_staff).get(f"/admin/autocomplete/?{query}").status_code == 400


@pytest.mark.parametrize("path", ["/accounts/oidc/%00/login/", "/admin/plan/term/%00/change/", "/plans/%00/"])
def test_an_address_with_a_nul_is_not_found(path: str, client: Client) -> None:
    assert "見つかりません" in client.get(path).content.decode()


@pytest.mark.parametrize("kind", ["user", "department"])
@pytest.mark.parametrize("key", ["abc", "-1", "9" * 30])
def test_the_history_of_nothing_is_not_found(
    kind: str, key: str, administrator: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(administrator).get(f"/admin/accounts/{kind}/{key}/history/")

    assert (response.status_code, "見つかりません" in response.content.decode()) == (404, True)


@pytest.mark.parametrize("key", ["9" * 20, "-1", "x", "\0"])
def test_a_choice_of_several_that_is_no_key_is_refused_at_the_field(
    key: str, administrator: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(administrator).post("/admin/accounts/department/add/", {"successors": key}).content.decode()

    assert "正しく選択してください" in page


def test_choices_are_read_once_for_fields_that_offer_the_same(
    rf: RequestFactory, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    """One query for each kind of field: keys, or another column; none for what can have no rows."""
    department, request = DepartmentFactory.create(name="試験課"), rf.get("/")
    every = Department.objects.filter(pk=department.pk)

    def read(**of: Any) -> list[tuple[str, str]]:
        field = forms.ModelChoiceField(**{"queryset": every, "empty_label": None, **of})
        return [(str(key), label) for key, label in choices_of(field, request)]

    with django_assert_num_queries(2):
        keys, codes = [read() for _ in range(2)], [read(to_field_name="code") for _ in range(2)]
        none = [read(queryset=every.none(), empty_label=label) for label in (None, "選ぶ", None)]
    assert keys == [[(str(department.pk), "試験課")]] * 2
    assert codes == [[(department.code, "試験課")]] * 2
    assert none == [[], [("", "選ぶ")], []]
