"""What of each row of the plan can be found, and at which address.

One builder for each kind of row turns it into a `Document`. The queryset beside
it brings everything the builder reads in a constant number of queries.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from plan.enums import DocumentKind
from plan.models import Direction, Figure, Measure, Plan, Policy, Question, RelatedPlan, Section, Survey, Term
from plan.text.markup import plain


@dataclass(frozen=True)
class Document:
    """A page, or a part of one, as search sees it.

    `text` is plain text for excerpts; `aliases` are found but never shown;
    `position` orders documents of one kind as the plan does.
    """

    kind: DocumentKind
    source: Model
    plan_id: int
    measure_id: int | None
    title: str
    path: str
    text: str
    position: int
    aliases: tuple[str, ...] = ()


def _lines(*texts: str) -> str:
    return "\n".join(plain(text) for text in texts if text.strip())


def _address_position(path: str) -> int:
    """A sortable number for an address of up to four parts: `2/3/1` → 2_03_01_00."""
    parts = [int(part) for part in path.split("/")][:4]
    parts += [0] * (4 - len(parts))
    return ((parts[0] * 100 + parts[1]) * 100 + parts[2]) * 100 + parts[3]


def of_plan(plan: Plan) -> Document:
    return Document(
        DocumentKind.PLAN,
        plan,
        plan.pk,
        None,
        plan.full_title,
        plan.get_absolute_url(),
        _lines(plan.goal, plan.vision, plan.publisher, plan.office),
        0,
    )


def of_policy(policy: Policy) -> Document:
    titles = [str(measure) for measure in policy.measures.all()]
    return Document(
        DocumentKind.POLICY,
        policy,
        policy.plan_id,
        None,
        str(policy),
        policy.get_absolute_url(),
        _lines(*titles),
        policy.number,
    )


def of_measure(measure: Measure) -> Document:
    texts = [measure.summary, *(issue.text for issue in measure.issues.all())]
    for effort in measure.past_efforts.all():
        texts += [effort.title, effort.paragraph, *(item.text for item in effort.items.all())]
    return Document(
        DocumentKind.MEASURE,
        measure,
        measure.policy.plan_id,
        measure.pk,
        str(measure),
        measure.get_absolute_url(),
        _lines(*texts),
        measure.policy.number * 100 + measure.number,
    )


def of_direction(direction: Direction) -> Document:
    measure = direction.measure
    return Document(
        DocumentKind.DIRECTION,
        direction,
        measure.policy.plan_id,
        measure.pk,
        str(direction),
        direction.get_absolute_url(),
        _lines(*(item.text for item in direction.items.all())),
        (measure.policy.number * 100 + measure.number) * 100 + direction.number,
    )


def of_section(section: Section) -> Document:
    return Document(
        DocumentKind.SECTION,
        section,
        section.plan_id,
        None,
        section.heading,
        section.get_absolute_url(),
        _lines(section.body, section.note),
        _address_position(section.path),
    )


def of_term(term: Term) -> Document:
    return Document(
        DocumentKind.TERM,
        term,
        term.plan_id,
        None,
        term.name,
        term.get_absolute_url(),
        _lines(term.explanation),
        term.number,
        aliases=(term.reading, *term.alias_list),
    )


def of_figure(figure: Figure) -> Document:
    values = [f"{value.label} {value.value.normalize():f}{value.get_unit_display()}" for value in figure.values.all()]
    return Document(
        DocumentKind.FIGURE,
        figure,
        figure.plan_id,
        figure.measure_id,
        figure.caption,
        figure.get_absolute_url(),
        _lines(figure.body, figure.source, figure.note, *values),
        figure.position,
    )


def of_survey(survey: Survey) -> Document:
    facts = (survey.area, survey.population, survey.sampling, survey.method, survey.period, survey.response)
    return Document(
        DocumentKind.SURVEY,
        survey,
        survey.plan_id,
        None,
        survey.title,
        survey.get_absolute_url(),
        _lines(*facts),
        survey.number * 100,
    )


def of_question(question: Question) -> Document:
    return Document(
        DocumentKind.SURVEY,
        question,
        question.survey.plan_id,
        None,
        f"{question.title}（{question.survey.title}）",
        question.get_absolute_url(),
        _lines(question.finding, *(answer.label for answer in question.answers.all())),
        question.survey.number * 100 + question.number,
    )


def of_related_plan(related: RelatedPlan) -> Document:
    return Document(
        DocumentKind.RELATED_PLAN,
        related,
        related.plan_id,
        None,
        related.name,
        related.get_absolute_url(),
        _lines(related.period_text, related.description, related.note),
        related.position,
    )


@dataclass(frozen=True)
class Source:
    """A kind of row that is found: its rows of a plan, and how one becomes a document."""

    rows: QuerySet[Any]
    plan_path: str
    build: Callable[[Any], Document]


def sources() -> dict[type[Model], Source]:
    """Every kind of row that search knows, by its model."""
    return {
        Plan: Source(Plan.objects.all(), "pk", of_plan),
        Policy: Source(Policy.objects.select_related("plan").prefetch_related("measures__policy"), "plan", of_policy),
        Measure: Source(
            Measure.objects.select_related("policy__plan").prefetch_related("issues", "past_efforts__items"),
            "policy__plan",
            of_measure,
        ),
        Direction: Source(
            Direction.objects.select_related("measure__policy__plan").prefetch_related("items"),
            "measure__policy__plan",
            of_direction,
        ),
        Section: Source(Section.objects.select_related("plan"), "plan", of_section),
        Term: Source(Term.objects.select_related("plan"), "plan", of_term),
        Figure: Source(Figure.objects.select_related("plan").prefetch_related("values"), "plan", of_figure),
        Survey: Source(Survey.objects.select_related("plan"), "plan", of_survey),
        Question: Source(
            Question.objects.select_related("survey__plan").prefetch_related("answers"), "survey__plan", of_question
        ),
        RelatedPlan: Source(RelatedPlan.objects.select_related("plan"), "plan", of_related_plan),
    }


def documents_of_plan(plan: Plan) -> Iterator[Document]:
    for source in sources().values():
        for row in source.rows.filter(**{source.plan_path: plan.pk}):
            yield source.build(row)
