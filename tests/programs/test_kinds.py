"""What 改定履歴 calls the roots of a programme and the rows below them."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from plan.models import Revision
from programs.models import IndicatorYear
from tests.plan.admin_forms import opened, sent
from tests.programs.admin_roots import whole_action

pytestmark = pytest.mark.django_db

REASON = "計画を見直したため"


def test_records_name_rows_as_citizens_know_them_and_amounts_with_their_unit(
    ict_staff: User, client_of: Callable[[User], Client]
) -> None:
    staff, whole = client_of(ict_staff), whole_action()
    indicator, plan, owner = whole.indicators.get(), whole.years.get(), whole.owners.earliest("position")
    IndicatorYear.objects.update_or_create(indicator=indicator, position=2017, defaults={"target": 1500})
    milestone = plan.milestones.earliest("position")
    planned = {"budget": "10400", "milestones-0-month": "12"}
    for root, typed in (
        (indicator, {"years-1-target": "12000"}),
        (plan, planned),
        (whole, {"owners-0-valid_to": "2017-03-31"}),
    ):
        assert sent(staff, root, opened(staff, root) | typed | {"reason": REASON}).status_code == 302
    revisions = Revision.objects.order_by("pk")
    assert [
        [(change["label"], change["before"], change["after"]) for change in each.changes] for each in revisions
    ] == [
        [("平成29(2017)年度の目標値", "1,500", "12,000")],
        [
            ("予算額", "1,000千円", "10,400千円"),
            (f"マイルストーン「{milestone.title}」の月", f"{milestone.month}月", "12月"),
        ],
        [(f"所管課「{owner.department}」の終了日", "", "2017年3月31日")],
    ]
    assert [each.title for each in revisions][1] == f"取組 {whole} の年度別計画（平成28(2016)年度）"
