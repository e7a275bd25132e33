"""Which state of the content a paper shows: the same content and selection give the same key, and are made once."""

import hashlib
import json
from typing import Any

from django.utils import timezone

from plan.caching import release
from plan.models import Plan, Revision
from progress.papers.report import Report
from progress.papers.selection import Selection
from progress.queries.papers import plan_changed_at


def content_version(report: Report) -> str:
    """「案 3f2a…」 or 「2017-08-04 3f2a…」: what the rows of the round and its plan say now, in twelve signs.

    The plan is in it for its glossary is printed. Two queries.
    """
    rows = [[row.code, row.title, row.department_name, row.bureau_name, row.data] for row in report.evaluations]
    measures = [[row.measure.code, row.title, row.data] for row in report.measures]
    plan = report.published.plan
    told: list[Any] = [rows, measures, dict(report.published.frame), plan.goal, plan_version(plan)]
    digest = _digest(told)[:12]
    return f"案 {digest}" if report.is_provisional else f"{report.published.changed_on:%Y-%m-%d} {digest}"


def plan_version(plan: Plan) -> str:
    """The day the plan's text was changed last; 「収録時」 where it never was, and how often. Two queries."""
    changed_at, count = plan_changed_at(plan), Revision.objects.filter(plan=plan, part_of=None).count()
    return f"{timezone.localdate(changed_at):%Y-%m-%d} 改定{count}" if changed_at else "収録時"


def key_of(plan_slug: str, round_slug: str, selection: Selection, version: str) -> str:
    """A new release of the portal prints anew; who asks does not matter."""
    return _digest([plan_slug, round_slug, selection.as_json(), version, release()])


def _digest(told: Any) -> str:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
