"""What of each row of the plan can be found, and at which address.

One builder for each kind of row turns it into a `Document`. The queryset beside
it brings everything the builder reads in a constant number of queries.
"""

from functools import partial

from django.db.models import Model, Q, QuerySet

from plan.enums import DocumentKind
from plan.models import (
    Direction,
    Figure,
    Measure,
    PastEffort,
    Plan,
    Policy,
    Question,
    RelatedPlan,
    Section,
    Survey,
    Term,
)
from plan.search.sources import Document, Source, register_source
from plan.text.markup import plain


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


def _directions(measure: Measure) -> QuerySet[Direction]:
    return Direction.objects.filter(measure=measure)


def _policies(measure: Measure) -> QuerySet[Policy]:
    before = Measure.history.filter(id=measure.pk).values("policy_id")
    return Policy.objects.filter(Q(pk=measure.policy_id) | Q(pk__in=before))


def _measures(effort: PastEffort) -> QuerySet[Measure]:
    before = PastEffort.history.filter(id=effort.pk).values("measure_id")
    return Measure.objects.filter(Q(pk=effort.measure_id) | Q(pk__in=before))


def _questions(survey: Survey) -> QuerySet[Question]:
    return Question.objects.filter(survey=survey)


def _sources() -> dict[type[Model], Source]:
    """The plan's kinds of row; all of their addresses begin with that of the plan."""
    source = partial(Source, follows_plan=True)
    policies = Policy.objects.select_related("plan").prefetch_related("measures__policy")
    measures = Measure.objects.select_related("policy__plan").prefetch_related("issues", "past_efforts__items")
    directions = Direction.objects.select_related("measure__policy__plan").prefetch_related("items")
    figures = Figure.objects.select_related("plan").prefetch_related("values")
    questions = Question.objects.select_related("survey__plan").prefetch_related("answers")
    return {
        Plan: source(Plan.objects.all(), "pk", of_plan),
        Policy: source(policies, "plan", of_policy),
        Measure: source(measures, "policy__plan", of_measure, names_it=_directions, shown_in=_policies),
        PastEffort: source(PastEffort.objects.all(), "measure__policy__plan", None, shown_in=_measures),
        Direction: source(directions, "measure__policy__plan", of_direction),
        Section: source(Section.objects.select_related("plan"), "plan", of_section),
        Term: source(Term.objects.select_related("plan"), "plan", of_term),
        Figure: source(figures, "plan", of_figure),
        Survey: source(Survey.objects.select_related("plan"), "plan", of_survey, names_it=_questions),
        Question: source(questions, "survey__plan", of_question),
        RelatedPlan: source(RelatedPlan.objects.select_related("plan"), "plan", of_related_plan),
    }


def register_sources() -> None:
    for model, source in _sources().items():
        register_source(model, source)
