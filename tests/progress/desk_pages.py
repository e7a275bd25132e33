"""What tests of the desk do with a page of a 調書: find it, fill it in, read what it says."""

import re
from html import unescape
from typing import Any

from django.test import Client

from progress.models import Evaluation
from tests.progress.factories import entry


def address(evaluation: Evaluation, end: str = "") -> str:
    return f"/desk/evaluations/{evaluation.pk}/{end}"


def read(client: Client, evaluation: Evaluation, query: str = "") -> str:
    response = client.get(address(evaluation) + query)
    assert response.status_code == 200
    return unescape(response.content.decode())


def told(response: Any) -> list[str]:
    """The messages on the page that follows."""
    page = response.client.get(response.headers["Location"]).content.decode()
    found = re.search(r'<div class="messages" role="status">(.*?)\n</div>\n', page, re.DOTALL)
    return re.findall(r'<p class="notice-title">(.*?)</p>', unescape(found[1])) if found else []


def typed(evaluation: Evaluation, **values: str) -> dict[str, str]:
    """The whole form as a browser without JavaScript sends it, filled in completely; `values` replace some."""
    (row,) = evaluation.indicators.all() or (None,)
    (milestone,) = evaluation.milestones.all() or (None,)
    data = {
        "version": str(evaluation.version),
        "plan_change": "",
        "results": "計画どおりに実施しました。",
        "settlement": "1,000",
        "grade": str(entry(evaluation.round, "3").pk),
        "grade_reason": "",
        "outcomes": "手続の時間が短くなりました。",
        "problems": "特になし",
        "environment_change": "",
        "outlook": str(entry(evaluation.round, "Ⅱ").pk),
        "outlook_reason": "",
        "next_plan": "対象を広げます。",
        "next_budget": "",
    }
    if row is not None:
        data |= {f"indicator-{row.pk}-actual": "10", f"indicator-{row.pk}-no_actual_reason": ""}
        data |= {f"indicator-{row.pk}-next_target": "20", f"indicator-{row.pk}-target_change_reason": ""}
    if milestone is not None:
        data |= {f"milestone-{milestone.pk}-reached": "yes", f"milestone-{milestone.pk}-note": ""}
    return data | values
