"""Whatever stands in an address or a field, the admin answers in words."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from plan.forms import NO_ADDRESS
from plan.models import Direction, Measure, Plan, Policy
from plan.models.base import Versioned
from tests.plan.admin_forms import admin_url, opened, sent

pytestmark = pytest.mark.django_db

TOO_LONG = "9" * 5000


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(ict_staff)


@pytest.mark.parametrize("key", ["-1", TOO_LONG, "abc"])
def test_an_address_without_a_key_is_not_found(staff: Client, key: str) -> None:
    answers = [
        staff.get(f"/admin/plan/term/{key}/history/").status_code,
        staff.post(f"/admin/plan/term/{key}/change/").status_code,
    ]

    assert answers == [404, 404]


@pytest.mark.parametrize("model", [Measure, Direction])
def test_a_new_root_without_the_one_above_it_has_a_preview(staff: Client, model: type[Versioned]) -> None:
    response = staff.post(admin_url(model, "preview"), {"title": "新しい題名"})

    assert (response.status_code, response.context["heading"]) == (200, "新しい題名")


@pytest.mark.parametrize("number", ["0", "10000"])
def test_a_number_without_an_address_is_refused(staff: Client, number: str) -> None:
    policy = Policy.objects.filter(plan__slug="2016").latest("number")

    response = sent(staff, policy, opened(staff, policy) | {"number": number, "reason": "試験"})

    assert response.context["adminform"].form.non_field_errors() == [NO_ADDRESS]
    assert response.context["public_url"] == policy.get_absolute_url()


def test_a_plan_typed_without_a_slug_is_shown_again(staff: Client) -> None:
    plan = Plan.objects.create(slug="2021", title="次期プラン", goal="目標", start_year=2021, end_year=2025)

    response = sent(staff, plan, opened(staff, plan) | {"slug": "", "reason": "試験"})

    assert list(response.context["adminform"].form.errors) == ["slug"]
    assert response.context["public_url"] == ""


def test_the_address_of_a_public_plan_stays(staff: Client) -> None:
    plan = Plan.objects.get(slug="2016")
    form = opened(staff, plan)

    sent(staff, plan, form | {"slug": "9999", "office": "新しい課", "reason": "試験"})

    plan.refresh_from_db()
    assert ("slug" in form, plan.slug, plan.office) == (False, "2016", "新しい課")
