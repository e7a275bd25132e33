"""Test data of programmes, on the loaded plan unless another is given. Traits reach a state through valid fields."""

import datetime
from typing import Any

import factory

from plan.models import Direction, Plan
from programs.enums import LineageKind, OwnerKind, UpperKind
from programs.models import (
    Action,
    ActionDirection,
    ActionLineage,
    ActionOwner,
    ActionUpper,
    ActionYear,
    Indicator,
    IndicatorYear,
    Milestone,
    Program,
    UpperItem,
)
from tests.factories import DepartmentFactory


def loaded_plan() -> Plan:
    """The real plan, which every test database holds."""
    return Plan.objects.get(slug="2016")


def direction_of(code: str, plan: Plan | None = None) -> Direction:
    """The direction of a code like 1-1-1."""
    policy, measure, number = code.split("-")
    return Direction.objects.get(
        measure__policy__plan=plan or loaded_plan(),
        measure__policy__number=policy,
        measure__number=measure,
        number=number,
    )


class ProgramFactory(factory.django.DjangoModelFactory[Program]):
    """A published programme of two years; `is_sample=True` marks it, `is_published=False` hides it."""

    class Meta:
        model = Program

    plan = factory.LazyFunction(loaded_plan)
    slug = factory.Sequence(lambda n: f"p{n}")
    title = factory.Sequence(lambda n: f"試験プログラム{n}")
    start_year = 2016
    end_year = factory.LazyAttribute(lambda program: program.start_year + 1)
    is_published = True


class UpperItemFactory(factory.django.DjangoModelFactory[UpperItem]):
    class Meta:
        model = UpperItem

    plan = factory.LazyFunction(loaded_plan)
    kind = UpperKind.BASIC_POLICY
    number = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"試験基本政策{n}")


class ActionFactory(factory.django.DjangoModelFactory[Action]):
    """An action of the whole programme; `owner=` gives it a 主管課 from the programme's first day."""

    class Meta:
        model = Action
        skip_postgeneration_save = True

    program = factory.SubFactory(ProgramFactory)
    code = factory.Sequence(lambda n: f"1-1-{n + 1:03}")
    title = factory.Sequence(lambda n: f"試験の取組{n}")
    purpose = "市民の手間を減らします。"
    content = "窓口の手続を見直します。"
    start_year = factory.LazyAttribute(lambda action: action.program.start_year)
    main_direction = factory.LazyAttribute(lambda action: direction_of("1-1-1", action.program.plan))

    @factory.post_generation
    def owner(self: Any, create: bool, extracted: Any, **fields: Any) -> None:
        if extracted:
            ActionOwnerFactory.create(action=self, department=extracted, **fields)


class ActionOwnerFactory(factory.django.DjangoModelFactory[ActionOwner]):
    """A 主管課 from the first day of the programme on; `related=True` a 関係課."""

    class Meta:
        model = ActionOwner

    class Params:
        related = factory.Trait(kind=OwnerKind.RELATED)

    action = factory.SubFactory(ActionFactory)
    department = factory.SubFactory(DepartmentFactory)
    kind = OwnerKind.LEAD
    valid_from = factory.LazyAttribute(lambda owner: datetime.date(owner.action.program.start_year, 4, 1))


class ActionDirectionFactory(factory.django.DjangoModelFactory[ActionDirection]):
    class Meta:
        model = ActionDirection

    action = factory.SubFactory(ActionFactory)
    direction = factory.LazyAttribute(lambda link: direction_of("1-1-2", link.action.program.plan))


class ActionUpperFactory(factory.django.DjangoModelFactory[ActionUpper]):
    class Meta:
        model = ActionUpper

    action = factory.SubFactory(ActionFactory)
    upper = factory.SubFactory(UpperItemFactory)


class ActionLineageFactory(factory.django.DjangoModelFactory[ActionLineage]):
    """The predecessor is of another programme; hand one of your own in to have it of the programme before."""

    class Meta:
        model = ActionLineage

    action = factory.SubFactory(ActionFactory)
    predecessor = factory.SubFactory(ActionFactory)
    kind = LineageKind.CONTINUED


class ActionYearFactory(factory.django.DjangoModelFactory[ActionYear]):
    """The plan of a year, unchanged; `changed=True` has another original one."""

    class Meta:
        model = ActionYear

    class Params:
        changed = factory.Trait(original_planned_work="当初の計画です。", original_budget=500)

    action = factory.SubFactory(ActionFactory)
    year = factory.LazyAttribute(lambda row: row.action.start_year)
    planned_work = "手順書を作ります。"
    budget = 1000
    original_planned_work = factory.SelfAttribute("planned_work")
    original_budget = factory.SelfAttribute("budget")


class MilestoneFactory(factory.django.DjangoModelFactory[Milestone]):
    class Meta:
        model = Milestone

    action_year = factory.SubFactory(ActionYearFactory)
    month = 9
    title = "試行を始める"


class IndicatorFactory(factory.django.DjangoModelFactory[Indicator]):
    class Meta:
        model = Indicator

    action = factory.SubFactory(ActionFactory)
    name = factory.Sequence(lambda n: f"試験の指標{n}")
    unit = "件"


class IndicatorYearFactory(factory.django.DjangoModelFactory[IndicatorYear]):
    """A year's target, unchanged, without an actual value yet."""

    class Meta:
        model = IndicatorYear

    indicator = factory.SubFactory(IndicatorFactory)
    position = factory.LazyAttribute(lambda row: row.indicator.action.start_year)
    target = 10
    original_target = factory.SelfAttribute("target")
