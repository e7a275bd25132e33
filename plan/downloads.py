"""The files as pages offer them, with their sizes; later apps add theirs (`register_downloads`)."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from accounts.csv_export import size_label, write_csv
from plan.enums import FigureState
from plan.exports import EXPORTS, DescribedColumn
from plan.figure_exports import SURVEY_IN_FILE, VALUES_IN_FILE
from plan.models import Figure, Plan, Question
from plan.queries.figure_rows import value_rows
from plan.queries.surveys import answer_rows


@dataclass(frozen=True)
class Download:
    """A file as it is offered: 「用語集（CSV、6.2KB）」. `format` is its kind in the reader's words."""

    title: str
    description: str
    url: str
    size: str
    columns: tuple[DescribedColumn, ...] = ()
    format: str = "CSV"

    @property
    def label(self) -> str:
        return f"{self.title}（{self.format}、{self.size}）"


FURTHER: list[Callable[[Plan], list[Download]]] = []


def register_downloads(offer: Callable[[Plan], list[Download]]) -> None:
    """Offer further files with each plan, in one query or two; for `AppConfig.ready`."""
    if offer not in FURTHER:
        FURTHER.append(offer)


def downloads(plan: Plan) -> list[Download]:
    """All files of a plan: its own, then those of later apps."""
    return [*own_downloads(plan), *(download for offer in FURTHER for download in offer(plan))]


def own_downloads(plan: Plan) -> list[Download]:
    """The plan's own files, with their sizes: one query for each."""
    return [
        Download(
            export.title,
            export.description,
            reverse(export.route, args=[plan.slug]),
            size_label(len(export.content(plan))),
            export.columns,
        )
        for export in EXPORTS
    ]


def value_downloads(plan: Plan) -> tuple[list[Download], list[Download]]:
    """(surveys, figures) with values, in the order of the plan. Four queries."""
    figures = list(plan.figures.filter(state=FigureState.VALUES).prefetch_related("values").order_by("position"))
    questions = list(
        Question.objects.filter(survey__plan=plan)
        .select_related("survey")
        .prefetch_related("answers")
        .order_by("survey__number", "number")
    )
    by_key = {question.pk: question for question in questions}
    for figure in figures:
        if figure.question_id is not None:
            figure.question = by_key[figure.question_id]
    return _surveys(plan, questions, figures), [_figure(plan, figure) for figure in figures]


def _surveys(plan: Plan, questions: list[Question], figures: list[Figure]) -> list[Download]:
    numbers = {figure.question_id: figure.number for figure in reversed(figures) if figure.question_id is not None}
    return [
        Download(
            survey.title,
            f"{survey.period}に行った調査の回答です。",
            reverse("plan:survey_csv", args=[plan.slug, survey.number]),
            size_label(len(write_csv(SURVEY_IN_FILE, answer_rows(members, numbers)))),
        )
        for survey, members in groupby(questions, key=lambda question: question.survey)
    ]


def _figure(plan: Plan, figure: Figure) -> Download:
    return Download(
        figure.caption,
        "",
        reverse("plan:figure_csv", args=[plan.slug, figure.number]),
        size_label(len(write_csv(VALUES_IN_FILE, value_rows(figure)))),
    )
