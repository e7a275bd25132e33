"""The admin of people and departments, as each persona meets it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import Department, Membership, User
from tests.factories import PASSWORD, DepartmentFactory, UserFactory

ClientOf = Callable[[Any], Client]

NO_INLINES = {
    "memberships-TOTAL_FORMS": "0",
    "memberships-INITIAL_FORMS": "0",
    "divisions-TOTAL_FORMS": "0",
    "divisions-INITIAL_FORMS": "0",
}

# address → status for who may enter the admin
STATUS = {
    "ict_staff": {"user": 403, "department": 200},
    "administrator": {"user": 200, "department": 200},
}


@pytest.mark.parametrize("who", sorted(STATUS))
@pytest.mark.parametrize("model", ["user", "department"])
def test_lists_and_forms_open_to_those_of_the_table(
    who: str, model: str, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))
    pk = {"user": UserFactory.create, "department": DepartmentFactory.create}[model]().pk
    base = f"/admin/accounts/{model}/"
    statuses = [client.get(base + rest).status_code for rest in ("", "?q=x", "add/", f"{pk}/change/", f"{pk}/history/")]
    assert statuses == [STATUS[who][model]] * 5


@pytest.mark.parametrize(
    ("address", "title", "name"),
    [
        ("department/", "組織の一覧", ""),
        ("department/add/", "組織の追加", ""),
        ("department/{department}/change/", "組織の編集", "試験福祉課"),
        ("user/", "利用者の一覧", ""),
        ("user/add/", "利用者の追加", ""),
        ("user/{user}/change/", "利用者の編集", "試験 職員"),
        ("user/{user}/password/", "利用者のパスワードの変更", "試験 職員"),
    ],
)
def test_titles_are_in_our_words_with_the_name_of_the_row(
    address: str, title: str, name: str, administrator: User, client_of: ClientOf
) -> None:
    pks = {
        "department": DepartmentFactory.create(name="試験福祉課").pk,
        "user": UserFactory.create(name="試験 職員").pk,
    }
    response = client_of(administrator).get("/admin/accounts/" + address.format(**pks))
    assert (response.context["title"], response.context.get("subtitle") or "") == (title, name)


@pytest.mark.parametrize("address", ["add/", "{pk}/change/", "{pk}/password/"])
def test_the_forms_of_a_person_say_nothing_in_djangos_words(
    address: str, administrator: User, client_of: ClientOf
) -> None:
    pk = UserFactory.create().pk
    page = client_of(administrator).get("/admin/accounts/user/" + address.format(pk=pk)).content.decode()
    djangos = ("ユーザー", "あなたの他の個人情報", "アルゴリズム", "ハッシュ", "平文", "LDAP", "If disabled", "再度")
    assert [words for words in djangos if words in page] == []


def test_a_person_without_a_password_can_be_given_one(administrator: User, client_of: ClientOf) -> None:
    user = UserFactory.create()
    user.set_unusable_password()
    user.save()
    page = client_of(administrator).get(f"/admin/accounts/user/{user.pk}/change/").content.decode()
    assert ("設定されていません" in page, "パスワードを設定する" in page, "設定されています" in page) == (
        True,
        True,
        False,
    )


def test_people_and_departments_are_never_deleted(administrator: User, client_of: ClientOf) -> None:
    client = client_of(administrator)
    for base, pk in (("user", UserFactory.create().pk), ("department", DepartmentFactory.create().pk)):
        assert client.post(f"/admin/accounts/{base}/{pk}/delete/", {"post": "yes"}).status_code == 403


def test_names_hold_nothing_that_turns_or_hides_them(administrator: User, client_of: ClientOf) -> None:
    client = client_of(administrator)
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    new = {"staff_number": "AB\u200f0999", "name": "\u202e試験\u3000新人\x07", "email": "a@city.example"}
    client.post("/admin/accounts/user/add/", {**new, **passwords, **NO_INLINES})
    user = User.objects.get(email="a@city.example")
    assert (user.staff_number, user.name) == ("AB0999", "試験\u3000新人")
    address = f"/admin/accounts/user/{user.pk}/change/"
    client.post(address, {**new, "name": "\u2066改名\n後\u2069", "active_from": "", "active_to": "", **NO_INLINES})
    user.refresh_from_db()
    assert user.name == "改名 後"
    nameless = client.post(address, {**new, "name": "\u202e", **NO_INLINES})
    assert nameless.context["adminform"].form.errors["name"] == ["このフィールドは必須です。"]
    department = {"code": "1799", "name": "試験\u202e課", "valid_from": "2016-04-01", **NO_INLINES}
    client.post("/admin/accounts/department/add/", department)
    assert Department.objects.get(code="1799").name == "試験課"


def test_an_account_is_made_with_a_password(administrator: User, client_of: ClientOf) -> None:
    client = client_of(administrator)
    new = {
        "staff_number": "ＡＢ０９９９",
        "name": "試験 新人",
        "email": "Shinjin@City.example",
        "password1": PASSWORD,
        "password2": PASSWORD,
        **NO_INLINES,
    }
    response = client.post("/admin/accounts/user/add/", new)
    user = User.objects.get(name="試験 新人")
    assert response.headers["Location"] == f"/admin/accounts/user/{user.pk}/change/"
    assert (user.staff_number, user.email, user.check_password(PASSWORD)) == ("AB0999", "shinjin@city.example", True)
    assert [record.history_user for record in user.history.all()] == [administrator]


def test_a_role_is_given_in_the_form_of_the_person(administrator: User, client_of: ClientOf) -> None:
    user, department = UserFactory.create(), DepartmentFactory.create()
    form = {
        "staff_number": user.staff_number,
        "name": user.name,
        "email": user.email,
        "active_from": "",
        "active_to": "2030-03-31",
        **NO_INLINES,
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-user": user.pk,
        "memberships-0-role": "manager",
        "memberships-0-department": department.pk,
    }
    client_of(administrator).post(f"/admin/accounts/user/{user.pk}/change/", form)
    assert list(Membership.objects.filter(user=user).values_list("role", "department")) == [("manager", department.pk)]


def test_a_liaison_without_a_department_is_refused_in_japanese(administrator: User, client_of: ClientOf) -> None:
    user = UserFactory.create()
    form = {
        "staff_number": user.staff_number,
        "name": user.name,
        "email": user.email,
        **NO_INLINES,
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-user": user.pk,
        "memberships-0-role": "liaison",
    }
    response = client_of(administrator).post(f"/admin/accounts/user/{user.pk}/change/", form)
    assert "担当者と課長には組織が必要です。" in response.content.decode()
    assert Membership.objects.filter(user=user).count() == 0


def test_a_password_is_set_for_somebody(administrator: User, liaison: User, client_of: ClientOf) -> None:
    client = client_of(administrator)
    address = f"/admin/accounts/user/{liaison.pk}/password/"
    assert client.get(address).status_code == 200
    client.post(
        address, {"password1": "another-long-secret", "password2": "another-long-secret", "usable_password": "true"}
    )
    liaison.refresh_from_db()
    assert liaison.check_password("another-long-secret")


def test_a_renamed_department_keeps_its_history(ict_staff: User, client_of: ClientOf) -> None:
    old, new = DepartmentFactory.create(name="情報管理課"), DepartmentFactory.create(name="ICT企画課")
    form = {
        "code": old.code,
        "name": old.name,
        "bureau": old.bureau_id,
        "valid_from": "2016-04-01",
        "valid_to": "2019-03-31",
        "successors": [new.pk],
    }
    client_of(ict_staff).post(f"/admin/accounts/department/{old.pk}/change/", form)
    old.refresh_from_db()
    assert [(str(old.valid_to), s.name) for s in old.successors.all()] == [("2019-03-31", "ICT企画課")]
    assert list(new.predecessors.all()) == [old]


def test_a_department_cannot_end_before_it_begins(ict_staff: User, client_of: ClientOf) -> None:
    department = DepartmentFactory.create()
    form = {
        "code": department.code,
        "name": department.name,
        "bureau": department.bureau_id,
        "valid_from": "2016-04-01",
        "valid_to": "2016-03-31",
    }
    page = client_of(ict_staff).post(f"/admin/accounts/department/{department.pk}/change/", form)
    assert "廃止日は設置日以後の日にしてください。" in page.content.decode()


@pytest.mark.parametrize(("value", "names"), [("now", ["今"]), ("ended", ["昔"]), ("coming", ["先"])])
def test_departments_are_filtered_by_validity(
    ict_staff: User, client_of: ClientOf, value: str, names: list[str]
) -> None:
    bureau = DepartmentFactory.create(is_bureau=True, valid_to="2017-03-31")
    DepartmentFactory.create(name="今", bureau=bureau)
    DepartmentFactory.create(name="昔", bureau=bureau, abolished=True)
    DepartmentFactory.create(name="先", bureau=bureau, valid_from="2099-04-01")
    page = client_of(ict_staff).get(f"/admin/accounts/department/?validity={value}&bureau={bureau.pk}")
    assert [d.name for d in page.context["cl"].result_list] == names


@pytest.mark.parametrize("address", ["/admin/accounts/user/", "/admin/accounts/department/"])
def test_a_list_asks_the_same_number_of_queries_for_many_rows(
    administrator: User, client_of: ClientOf, address: str, django_assert_max_num_queries: Any
) -> None:
    UserFactory.create(role=Role.LIAISON)
    client = client_of(administrator)
    client.get(address)
    with django_assert_max_num_queries(100) as few:
        client.get(address)
    for _ in range(30):
        UserFactory.create(role=Role.LIAISON)
    with django_assert_max_num_queries(100) as many:
        client.get(address)
    assert len(many) == len(few) <= 12
    assert Department.objects.count() == 62


def test_the_form_of_a_person_asks_as_much_for_many_roles(
    administrator: User, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    person = UserFactory.create(role=Role.LIAISON)
    client, address = client_of(administrator), f"/admin/accounts/user/{person.pk}/change/"
    client.get(address)
    with django_assert_max_num_queries(12) as few:
        client.get(address)
    for _ in range(30):
        Membership.objects.create(user=person, role=Role.LIAISON, department=DepartmentFactory.create())
    with django_assert_max_num_queries(12) as many:
        client.get(address)
    assert len(many) == len(few)


def test_pages_say_add_in_one_way(client_of: ClientOf, administrator: User) -> None:
    """Django's own are 「利用者 を追加」, 「役割 の追加」 and a sentence of Ctrl keys."""
    client = client_of(administrator)
    listed = client.get("/admin/accounts/user/").content.decode()
    assert '<li><a href="/admin/accounts/user/add/" class="addlink">利用者を追加する</a></li>' in listed
    user, department = (client.get(f"/admin/accounts/{name}/add/").content.decode() for name in ("user", "department"))
    assert [f"&rsaquo; {name}の追加\n" in page for name, page in (("利用者", user), ("組織", department))] == [
        True,
        True,
    ]
    assert "役割を追加する" in user
    assert [old in page for old in (" を追加", "役割 の追加", "Control") for page in (listed, user, department)] == [
        False
    ] * 9
    assert "いくつも選ぶときは、Ctrlキー（MacではCommandキー）を押したまま選びます。" in department
