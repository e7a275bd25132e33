"""What a publication leaves behind, written in bulk for `progress.load`: frozen rows and a few 正誤."""

import datetime
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db import models

from accounts.models import Department, User
from programs.models import Action
from progress.actions.freezing import freeze_measures, listed_evaluation
from progress.enums import PublicationKind
from progress.models import Correction, Evaluation, Publication, PublishedEvaluation, Round
from progress.queries.filling import entries_of
from progress.snapshots import frame_data

BATCH = 2000
# One 正誤 for so many published 調書.
CORRECTED = 100
Row = TypeVar("Row", bound=models.Model)
Item = TypeVar("Item")


def bulk(model: type[Row], rows: Iterable[Row]) -> list[Row]:
    made: list[Row] = []
    for batch in batches(iter(rows)):
        made += model._default_manager.bulk_create(batch)
    return made


def batches(rows: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def publish_load(round_: Round, evaluations: list[Evaluation], *, by: User) -> None:
    publication = Publication.objects.create(
        round=round_,
        number=1,
        kind=PublicationKind.FIRST,
        made_at=datetime.datetime(round_.year + 1, 4, 17, tzinfo=datetime.UTC),
        by=by,
        frame=frame_data(round_, entries_of(round_)),
    )
    actions = {
        action.pk: action
        for action in Action.objects.filter(program=round_.program_id).select_related("main_direction__measure__policy")
    }
    departments = {row.pk: row for row in Department.objects.select_related("bureau")}
    bulk(
        PublishedEvaluation,
        (
            _published(each, actions[each.action_id], departments[each.department_id], publication)
            for each in evaluations
        ),
    )
    freeze_measures(round_, publication)
    _correct(round_, by=by, moment=publication.made_at)


def _correct(round_: Round, *, by: User, moment: datetime.datetime) -> None:
    """A correction of every hundredth row, as `actions.corrections` leaves it."""
    rows = list(PublishedEvaluation.objects.filter(round=round_).order_by("code"))[::CORRECTED]
    PublishedEvaluation.objects.filter(pk__in=[row.pk for row in rows]).update(is_current=False)
    publications = bulk(
        Publication,
        (
            Publication(round=round_, number=number, kind=PublicationKind.CORRECTION, made_at=moment, by=by)
            for number in range(2, len(rows) + 2)
        ),
    )
    for row, publication in zip(rows, publications, strict=True):
        row.pk, row.publication, row.edition, row.is_current = None, publication, 2, True
    bulk(
        Correction,
        (
            Correction(
                publication=publication,
                evaluation_id=row.evaluation_id,
                title=str(row),
                path=f"/programs/{round_.program.slug}/actions/{row.code}/",
                changes=[{"label": "決算額（千円）", "before": "800", "after": "900"}],
                reason="決算額に誤りがありました。",
            )
            for row, publication in zip(rows, publications, strict=True)
        ),
    )
    bulk(PublishedEvaluation, rows)


def _published(
    evaluation: Evaluation, action: Action, department: Department, publication: Publication
) -> PublishedEvaluation:
    """A row as `actions.freezing` makes it, of what is at hand: reading every 調書 again would take an hour."""
    evaluation.action, evaluation.department = action, department
    row = listed_evaluation(evaluation, publication)
    row.indicators_total = 1
    row.data = _data(evaluation, action, department)
    return row


def _data(evaluation: Evaluation, action: Action, department: Department) -> dict[str, Any]:
    grade, outlook = evaluation.grade, evaluation.outlook
    return {
        "action": {
            "code": action.code,
            "title": action.title,
            "purpose": action.purpose,
            "content": action.content,
            "category": str(action.get_category_display()),
            "legal_basis": "",
            "implementer": str(action.get_implementer_display()),
            "directions": [{"code": action.main_direction.code, "title": action.main_direction.title}],
            "uppers": [],
        },
        "department": {
            "code": department.code,
            "name": department.name,
            "bureau": department.bureau.name if department.bureau else "",
            "of_the_year": [department.name],
            "related": [],
        },
        "plan": {
            "planned_work": evaluation.planned_work,
            "planned_budget": evaluation.planned_budget,
            "plan_change": "",
        },
        "milestones": [],
        "indicators": [_INDICATOR],
        "exception_reason": "",
        "do": {"results": evaluation.results, "settlement": evaluation.settlement},
        "check": {
            "grade": grade and {"kind": grade.kind, "symbol": grade.symbol, "label": grade.label},
            "grade_reason": "",
            "outcomes": evaluation.outcomes,
            "problems": evaluation.problems,
            "environment_change": "",
        },
        "act": {
            "outlook": outlook and {"kind": outlook.kind, "symbol": outlook.symbol, "label": outlook.label},
            "outlook_reason": "",
            "next_plan": evaluation.next_plan,
            "next_budget": None,
        },
    }


_INDICATOR: dict[str, Any] = {
    "name": "オンライン申請の件数",
    "kind": "活動指標",
    "unit": "件",
    "improvement": "up",
    "improvement_label": "増えるほどよい",
    "definition": "",
    "baseline": None,
    "baseline_year": None,
    "target": "100",
    "actual": "97",
    "no_actual_reason": "",
    "rate": "97",
    "reached": False,
    "planned_next_target": "100",
    "next_target": "100",
    "target_change_reason": "",
}
