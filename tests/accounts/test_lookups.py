from collections.abc import Callable

import pytest
from django.test import Client

from accounts.lookups import key_in
from accounts.models import User

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
