from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from accounts.permissions import PERMISSIONS, Permission, admin_allows, permissions_of
from tests.factories import MembershipFactory, UserFactory

# role → permissions, in full and by their stored names: a change to the table is a change here.
EXPECTED = {
    "liaison": {"fill_in"},
    "manager": {"endorse"},
    "ict_staff": {
        "enter_admin",
        "view_plan",
        "edit_plan",
        "view_program",
        "edit_program",
        "view_departments",
        "edit_departments",
        "reorganise",
        "open_round",
        "review",
        "evaluate_measures",
        "release_to_committee",
        "publish",
        "read_committee_papers",
    },
    "committee_viewer": {"read_committee_papers"},
    "administrator": {
        "enter_admin",
        "view_plan",
        "view_program",
        "view_departments",
        "edit_departments",
        "reorganise",
        "manage_accounts",
        "read_audit",
    },
}

# persona → Django's permissions of the accounts app and of one model of the plan.
EXPECTED_ADMIN: dict[str, set[str]] = {
    "liaison": set(),
    "other_liaison": set(),
    "manager": set(),
    "committee_viewer": set(),
    "citizen": set(),
    "ict_staff": {
        "accounts.view_department",
        "accounts.add_department",
        "accounts.change_department",
        "plan.view_section",
        "plan.add_section",
        "plan.change_section",
        "plan.delete_section",
    },
    "administrator": {
        "accounts.view_department",
        "accounts.add_department",
        "accounts.change_department",
        "accounts.view_user",
        "accounts.add_user",
        "accounts.change_user",
        "accounts.view_membership",
        "accounts.add_membership",
        "accounts.change_membership",
        "accounts.delete_membership",
        "plan.view_section",
    },
}
ASKED = [
    f"{model.partition('.')[0]}.{action}_{model.partition('.')[2]}"
    for model in ("accounts.department", "accounts.user", "accounts.membership", "plan.section")
    for action in ("view", "add", "change", "delete")
]


def test_every_role_has_exactly_the_permissions_of_the_table() -> None:
    assert {role.value: {p.value for p in granted} for role, granted in PERMISSIONS.items()} == EXPECTED


def test_every_role_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)


def test_admin_permissions_follow_the_table(persona: Any, request: pytest.FixtureRequest) -> None:
    expected = EXPECTED_ADMIN[request.node.callspec.params["persona"]]
    assert {name for name in ASKED if persona.has_perm(name)} == expected


@pytest.mark.django_db
def test_permissions_of_several_roles_add_up() -> None:
    user = UserFactory.create(role=Role.LIAISON)
    MembershipFactory.create(user=user, role=Role.COMMITTEE_VIEWER)
    assert permissions_of(user) == {Permission.FILL_IN, Permission.READ_COMMITTEE_PAPERS}


@pytest.mark.django_db
@pytest.mark.parametrize("period", ["ended", "coming"])
def test_a_role_counts_only_within_its_period(period: str) -> None:
    user = UserFactory.create()
    MembershipFactory.create(user=user, role=Role.ADMINISTRATOR, **{period: True})
    assert permissions_of(user) == frozenset()
    assert user.is_staff is False


@pytest.mark.django_db
@pytest.mark.parametrize("period", ["ended", "coming"])
def test_an_account_out_of_its_period_may_nothing(period: str) -> None:
    user = UserFactory.create(role=Role.ADMINISTRATOR, **{period: True})
    assert permissions_of(user) == frozenset()


# Of models whose apps are yet to come: role → what the admin would let it do, "" for nothing.
ROUND_MODELS = ("programs.action", "progress.round", "progress.extension", "progress.evaluation")
ROUND_ADMIN = {
    Role.LIAISON: ("", "", "", ""),
    Role.MANAGER: ("", "", "", ""),
    Role.ICT_STAFF: ("view add change delete", "view add change", "view add change", "view"),
    Role.COMMITTEE_VIEWER: ("", "", "", ""),
    Role.ADMINISTRATOR: ("view", "view", "view", "view"),
}


@pytest.mark.parametrize("role", list(Role))
def test_programme_and_round_are_kept_by_the_ict_staff_and_read_by_administrators(role: Role) -> None:
    allowed = tuple(
        " ".join(
            action
            for action in ("view", "add", "change", "delete")
            if admin_allows(PERMISSIONS[role], f"{model.partition('.')[0]}.{action}_{model.partition('.')[2]}")
        )
        for model in ROUND_MODELS
    )
    assert allowed == ROUND_ADMIN[role]


def test_nobody_is_superuser(administrator: User) -> None:
    assert administrator.is_superuser is False


def test_all_permissions_agree_with_the_single_questions(ict_staff: User) -> None:
    names = ict_staff.get_all_permissions()
    assert {name for name in ASKED if name in names} == EXPECTED_ADMIN["ict_staff"]


def test_the_roles_are_asked_of_the_database_once(
    administrator: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    user = User.objects.get(pk=administrator.pk)
    with django_assert_num_queries(1):
        assert user.is_staff
        assert user.has_perm("accounts.view_user")
        assert user.has_module_perms("plan")
        assert not user.has_module_perms("mfa")


ADMIN_STATUS = {
    "citizen": 302,
    "liaison": 403,
    "other_liaison": 403,
    "manager": 403,
    "ict_staff": 200,
    "committee_viewer": 403,
    "administrator": 200,
}


def test_the_admin_opens_to_those_of_the_table(
    persona: Any, client_of: Callable[[Any], Client], request: pytest.FixtureRequest
) -> None:
    response = client_of(persona).get("/admin/", follow=False)
    if response.status_code == 302 and persona.is_authenticated:
        response = client_of(persona).get(response.headers["Location"])
    assert response.status_code == ADMIN_STATUS[request.node.callspec.params["persona"]]


def test_the_documentation_shows_the_same_table() -> None:
    text = (settings.BASE_DIR / "docs" / "roles.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    head = ["できること", *(role.label for role in Role)]
    marks = [
        [permission.label, *("○" if permission in PERMISSIONS[role] else "－" for role in Role)]
        for permission in Permission
    ]
    assert [rows[0], *rows[2:]] == [head, *marks]
