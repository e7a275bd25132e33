"""A successor plan made of data alone, as small as a whole plan can be."""

from typing import Any

from plan import search
from plan.enums import FigureState, Part
from plan.models import (
    Direction,
    DirectionItem,
    Figure,
    Issue,
    Measure,
    Mending,
    PastEffort,
    PastEffortItem,
    Plan,
    Policy,
    Section,
    Term,
)


def make_plan(slug: str = "2021", **changes: Any) -> Plan:
    """A plan with two chapters, one policy, one measure, one direction, one item, one term; not the current one."""
    fields: dict[str, Any] = {
        "slug": slug,
        "title": "次期情報化推進プラン",
        "goal": "次の基本目標",
        "start_year": 2021,
        "end_year": 2025,
        "issued_on": "令和3年3月",
        "publisher": "川崎市",
        "office": "試験課",
        "is_published": True,
    }
    plan = Plan.objects.create(**(fields | changes))
    _hierarchy(plan)
    _document(plan)
    Mending.objects.create(plan=plan, ledger="X1", place="第1章", before="前の文", reason="見本", position=1)
    search.rebuild(plan)
    return plan


def _hierarchy(plan: Plan) -> None:
    policy = Policy.objects.create(plan=plan, number=1, title="次の基本施策")
    measure = Measure.objects.create(policy=policy, number=1, title="次の施策", summary="デジタル化を進めます。")
    Issue.objects.create(measure=measure, position=1, text="デジタル化が課題です。")
    effort = PastEffort.objects.create(measure=measure, position=1, title="次の小見出し")
    PastEffortItem.objects.create(effort=effort, position=1, text="次の取組の項目です。")
    direction = Direction.objects.create(measure=measure, number=1, title="次の方向")
    DirectionItem.objects.create(direction=direction, position=1, text="次の項目です。")


def _document(plan: Plan) -> None:
    Term.objects.create(plan=plan, number=1, name="デジタル化", reading="でじたるか", explanation="電子にすること。")
    chapter = Section.objects.create(plan=plan, level=1, path="1", number="第1章", title="次の章", position=1)
    section = Section.objects.create(
        plan=plan, parent=chapter, level=2, path="1/1", number="1", title="次の節", body="次の本文です。", position=1
    )
    Section.objects.create(plan=plan, level=1, path="2", number="第2章", title="次の終章", position=2)
    Section.objects.create(plan=plan, part=Part.OVERVIEW, level=1, path="1", title="次の概要", position=1)
    Figure.objects.create(plan=plan, number="1-1", title="次の図", state=FigureState.LOST, section=section, position=1)
