"""The start page of the admin lists things in the order people know them by."""

import pytest
from django.test import Client

from accounts.models import User
from plan.admin.glossary import TermAdmin
from plan.admin.hierarchy import PolicyAdmin
from plan.apps import PlanConfig

pytestmark = pytest.mark.django_db

PLAN = [
    "Plan",
    "Policy",
    "Measure",
    "PastEffort",
    "Direction",
    "Section",
    "Figure",
    "Survey",
    "Question",
    "Term",
    "RelatedPlan",
    "Revision",
    "Mending",
]


@pytest.fixture
def staff(ict_staff: User, client: Client) -> Client:
    client.force_login(ict_staff)
    return client


def listed(staff: Client) -> list[tuple[str, list[str]]]:
    return [
        (app["app_label"], [model["object_name"] for model in app["models"]])
        for app in staff.get("/admin/").context["app_list"]
    ]


def test_the_plan_comes_first_and_its_parts_in_their_order(staff: Client) -> None:
    apps = [app for app in listed(staff) if app[0] in {"plan", "accounts"}]
    assert apps == [("plan", PLAN), ("accounts", ["Department", "accounts_department_reorganise"])]


def test_the_list_of_one_app_has_the_same_order(staff: Client) -> None:
    [app] = staff.get("/admin/plan/").context["app_list"]
    assert [model["object_name"] for model in app["models"]] == PLAN


def test_apps_and_models_take_the_place_they_name_and_come_last_without(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlanConfig, "admin_order", 2000)
    monkeypatch.setattr(TermAdmin, "admin_order", 5)
    monkeypatch.delattr(PolicyAdmin, "admin_order")
    *_, (label, names) = listed(staff)
    assert (label, names[:3], names[-1]) == ("plan", ["Term", "Plan", "Measure"], "Policy")
