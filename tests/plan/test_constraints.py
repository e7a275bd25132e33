"""What one row must satisfy is said in Japanese before it is saved, and held by the database whatever saves it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from plan.models import Plan, RelatedPlan, Section, Survey, Term

pytestmark = pytest.mark.django_db

BROKEN: list[tuple[type[models.Model], dict[str, Any], dict[str, Any], str]] = [
    (Plan, {"slug": "2016"}, {"end_year": 2015}, "終了年度は開始年度以後にしてください。"),
    (Plan, {"slug": "2016"}, {"is_published": False}, "現行のプランは公開されていなければなりません。"),
    (
        RelatedPlan,
        {"relation": "self", "plan__slug": "2016"},
        {"end_year": 2015},
        "終了年度は開始年度以後にしてください。",
    ),
    (
        Survey,
        {"number": 1, "plan__slug": "2016"},
        {"ended_on": "2000-01-01"},
        "調査終了日は調査開始日以後の日にしてください。",
    ),
    (
        Section,
        {"plan__slug": "2016", "part": "body", "path": "2"},
        {"level": 2},
        "章には上の見出しを付けず、それ以外には上の見出しを付けてください。",
    ),
    (
        Term,
        {"plan__slug": "2016", "number": 1},
        {"number": 2},
        "このプランには同じ番号の用語がすでにあります。",
    ),
]


@pytest.mark.parametrize(
    ("model", "which", "name", "value"),
    [
        (RelatedPlan, {"relation": "self", "plan__slug": "2016"}, "start_year", 28),
        (Plan, {"slug": "2016"}, "end_year", 20200),
        (Plan, {"slug": "2016"}, "start_year", 0),
    ],
)
def test_years_are_those_that_pages_can_count(
    model: type[models.Model], which: dict[str, Any], name: str, value: int
) -> None:
    row = model._default_manager.get(**which)
    setattr(row, name, value)
    with pytest.raises(ValidationError, match="西暦の年度を4けたで入力してください（1900から2099まで。例：2016）。"):
        row.full_clean()


@pytest.mark.parametrize(
    ("model", "which", "change"),
    [
        (RelatedPlan, {"relation": "self", "plan__slug": "2016"}, {"start_year": 28}),
        (RelatedPlan, {"relation": "self", "plan__slug": "2016"}, {"end_year": 20200}),
        (Plan, {"slug": "2016"}, {"end_year": 20200}),
        (Plan, {"slug": "2016"}, {"start_year": 0}),
    ],
)
def test_the_database_holds_the_years_too(
    model: type[models.Model], which: dict[str, Any], change: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match="years_known"), transaction.atomic():
        model._default_manager.filter(**which).update(**change)


@pytest.mark.parametrize(("model", "which", "change", "message"), BROKEN)
def test_a_row_that_breaks_a_rule_is_refused_in_words_and_by_the_database(
    model: type[models.Model], which: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    row = model._default_manager.get(**which)
    for name, value in change.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert refused.value.messages == [message]
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.filter(pk=row.pk).update(**change)
