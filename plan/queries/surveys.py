"""The pages about surveys: the list, one survey with its questions, and the rows of its CSV."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count
from django.utils.safestring import SafeString

from plan.fiscal import date_label
from plan.models import Figure, Plan, Question, Survey, Term
from plan.prose import TermMarker
from plan.queries.figure_rows import AnswerRow, ValueRow
from plan.queries.figures import drawable_figures
from plan.queries.glossary import glossary_of
from plan.queries.plans import Neighbours, neighbours

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True)
class ListedSurvey:
    """A survey with the number of its questions."""

    survey: Survey
    question_count: int


@dataclass(frozen=True)
class QuestionView:
    """A question, what was found as HTML, and its figures."""

    question: Question
    finding: SafeString
    figures: tuple[Figure, ...]

    @property
    def heading(self) -> str:
        return f"{circled(self.question.number)}{self.question.title}"


@dataclass(frozen=True)
class SurveyPage:
    """One survey; `facts` are (what, words) for a definition list, empty where the plan says nothing."""

    survey: Survey
    facts: tuple[tuple[str, str], ...]
    questions: tuple[QuestionView, ...]
    neighbours: Neighbours
    notes: list[Term]

    @property
    def rows(self) -> list[AnswerRow]:
        """Every value of the survey, as in its file."""
        numbers = {
            view.question.pk: next((figure.number for figure in view.figures if figure.state == "values"), "")
            for view in self.questions
        }
        return answer_rows([view.question for view in self.questions], numbers)

    @property
    def contents(self) -> list[tuple[str, str, int]]:
        return [(view.question.anchor, view.heading, 2) for view in self.questions]


def circled(number: int) -> str:
    """① … ⑳, then (21)."""
    return CIRCLED[number - 1] if 1 <= number <= len(CIRCLED) else f"({number})"


def survey_list(plan: Plan) -> list[ListedSurvey]:
    """The plan's surveys in order. One query."""
    listed = []
    for survey in plan.surveys.annotate(question_count=Count("questions")).order_by("number"):
        survey.plan = plan
        listed.append(ListedSurvey(survey, survey.question_count))
    return listed


def survey_page(plan: Plan, number: int) -> SurveyPage:
    """Raises Survey.DoesNotExist unless the plan has a survey of that number."""
    survey = plan.surveys.select_related("section").prefetch_related("questions__answers").get(number=number)
    survey.section.plan = plan
    row = list(plan.surveys.only("plan", "number", "title").order_by("number"))
    for each in [survey, *row]:
        each.plan = plan
    figures: dict[int | None, list[Figure]] = {}
    for figure in drawable_figures(plan).filter(question__survey=survey):
        figure.plan = plan
        figures.setdefault(figure.question_id, []).append(figure)
    marker = TermMarker(glossary_of(plan))
    views = []
    for question in survey.questions.all():
        marker.section()
        views.append(QuestionView(question, marker.html(question.finding), tuple(figures.get(question.pk, ()))))
    return SurveyPage(survey, survey_facts(survey), tuple(views), neighbours(row, survey), marker.used_terms)


def survey_facts(survey: Survey) -> tuple[tuple[str, str], ...]:
    """How it was asked, in the plan's words."""
    return (
        ("調査の地域", survey.area),
        ("調査の対象者", survey.population),
        ("標本の抽出", survey.sampling),
        ("調査方法", survey.method),
        ("調査期間", survey.period),
        ("調査期間（年月日）", f"{date_label(survey.started_on)}〜{date_label(survey.ended_on)}"),
        ("回収状況・回答者数", survey.response),
    )


def survey_rows(plan: Plan, number: int) -> list[AnswerRow]:
    """Every value of a survey; raises Survey.DoesNotExist. Four queries."""
    survey = plan.surveys.prefetch_related("questions__answers", "questions__figures").get(number=number)
    questions = list(survey.questions.all())
    return answer_rows(questions, {question.pk: _figure_number(question) for question in questions})


def answer_rows(questions: Iterable[Question], figure_numbers: Mapping[int, str]) -> list[AnswerRow]:
    """The values of questions whose survey and answers are fetched; `figure_numbers` by the question's key."""
    return [
        AnswerRow(
            survey_number=question.survey.number,
            survey_title=question.survey.title,
            started_on=question.survey.started_on.isoformat(),
            ended_on=question.survey.ended_on.isoformat(),
            respondents=question.survey.respondents,
            question_number=question.number,
            question_title=question.title,
            value=ValueRow(
                figure_numbers.get(question.pk, ""), answer.label, answer.value, question.unit, answer.bound
            ),
        )
        for question in questions
        for answer in question.answers.all()
    ]


def _figure_number(question: Question) -> str:
    """The figure that shows the question's values: the first one drawn."""
    return next((figure.number for figure in question.figures.all() if figure.state == "values"), "")
