"""Any public page takes at most 12 queries, for whoever opens it, and the same number for 100 times the rows."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from plan import search
from plan.actions import bump_content_version
from programs.models import Action, ActionOwner, ActionYear, Indicator, IndicatorYear, Milestone
from progress.models import Evaluation, PublishedEvaluation
from tests.plan.enlarging import copies
from tests.plan.test_query_counts import MOST, SEARCHES, queries
from tests.progress.published import published_year
from tests.test_addresses import PUBLIC, PUBLISHED

pytestmark = pytest.mark.django_db

LISTS = (
    "/programs/2016/?measure=1-1&department=x&status=3&year=2016&q=公開&sort=-status",
    "/programs/2016/?page=2",
    "/progress/2016/actions/?measure=1-1&grade=2&outlook=Ⅱ&q=公開&sort=-grade",
    "/progress/2017/changes/?kind=better",
    "/progress/2016/corrections/?page=2",
)


def _addresses() -> list[str]:
    kinds = ("programs:", "progress:", "plan:home", "plan:data", "plan:sitemap", "plan:measure", "plan:direction")
    pages = [reverse(name, kwargs=kwargs) for name, kwargs in (PUBLIC | PUBLISHED).items() if name.startswith(kinds)]
    return [*pages, *LISTS]


def _enlarge(times: int) -> None:
    """Every action, its plans and its published results `times` as often; every list of one action ten times."""

    def code(row: Any, copy: int) -> str:
        return f"{row.code}-{copy}"

    copies(ActionYear.objects.all(), 10, year=lambda row, copy: row.year + 10 * copy)
    copies(Milestone.objects.all(), 10)
    copies(Indicator.objects.all(), 10, name=lambda row, copy: f"{row.name}{copy}")
    copies(IndicatorYear.objects.all(), 10, position=lambda row, copy: row.position + 10 * copy)
    copies(Action.objects.filter(~Q(code__contains="x")), times, code=code)
    twins = {action.code: action.pk for action in Action.objects.all()}

    def twin(row: Any, copy: int) -> int:
        return twins[f"{row.action.code}-{copy}"]

    copies(ActionOwner.objects.select_related("action"), times, action_id=twin)
    copies(Evaluation.objects.select_related("action"), times, action_id=twin)
    evaluations = {(row.round_id, row.action_id): row.pk for row in Evaluation.objects.all()}
    copies(
        PublishedEvaluation.objects.filter(is_current=True).select_related("action"),
        times,
        action_id=twin,
        code=code,
        evaluation_id=lambda row, copy: evaluations[row.round_id, twin(row, copy)],
    )


def test_no_page_takes_more_queries_for_100_times_the_rows(client: Client) -> None:
    year = published_year()
    published_year(year=2017, program=year.program, grade="1")
    year.correct("1-1-001", results="訂正した実績です。")
    addresses = _addresses()
    once = {address: queries(client, address) for address in addresses}
    _enlarge(100)
    search.refresh(year.program)
    bump_content_version()
    assert Action.objects.count() == 300
    enlarged = {address: queries(client, address) for address in addresses}
    # Fewer are well: the sitemap of many addresses only names its parts.
    assert {address: count for address, count in enlarged.items() if count > once[address]} == {}
    assert {address: count for address, count in once.items() if count > MOST} == {}


@pytest.mark.parametrize("persona_name", ["liaison", "ict_staff", "administrator"])
def test_no_page_takes_more_than_12_for_who_is_logged_in(
    persona_name: str, client_of: Callable[[Any], Client], request: pytest.FixtureRequest, settings: Any
) -> None:
    """In a process that has read the plan; who must have a second factor has one."""
    settings.SECOND_FACTOR_ROLES = {persona_name}
    year = published_year()
    published_year(year=2017, program=year.program, grade="1")
    year.correct("1-1-001", results="訂正した実績です。")
    person = request.getfixturevalue(persona_name)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    client = client_of(person)
    client.get(reverse("accounts:me"))  # the first request of a session stores when it was renewed
    addresses = [reverse(name, kwargs=kwargs) for name, kwargs in (PUBLIC | PUBLISHED).items()]
    asked = [*addresses, *LISTS, *SEARCHES, "/plans/"]
    for address in asked:
        client.get(address)
    counted = {address: queries(client, address, is_new=False) for address in asked}
    assert {address: count for address, count in counted.items() if count > MOST} == {}
