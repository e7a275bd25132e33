"""What of a programme and its actions can be found, and at which address."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet

from plan import search
from plan.enums import DocumentKind
from plan.models import SearchDocument
from plan.search import Document, Source, register_source
from plan.text.markup import plain
from programs.models import Action, ActionYear, Indicator, Program

# Codes sort as text; the number of a document only orders hits that are equally good.
POSITION_DIGITS = 9
BATCH = 500


def of_program(program: Program) -> Document:
    """Title and summary; after its title, programmes stand by their years."""
    return Document(
        DocumentKind.PROGRAM,
        program,
        program.plan_id,
        None,
        f"{program}{program.sample_mark}",
        program.get_absolute_url(),
        plain(program.summary),
        program.start_year,
    )


def of_action(action: Action) -> Document:
    """Title, purpose, content, what is planned for each year, and its indicators; found by its code as well."""
    texts = [action.purpose, action.content]
    for year in action.years.all():
        texts += [year.planned_work, *(milestone.title for milestone in year.milestones.all())]
    texts += [indicator.name for indicator in action.indicators.all()]
    return Document(
        DocumentKind.ACTION,
        action,
        action.program.plan_id,
        action.main_direction.measure_id,
        f"{action}（{action.program}）{action.program.sample_mark}",
        action.get_absolute_url(),
        "\n".join(text for text in texts if text.strip()),
        position_of(action.code),
        aliases=(action.code,),
    )


def position_of(code: str) -> int:
    """A sortable number of a code such as 1-1-003; letters count as nothing."""
    digits = "".join(character for character in code if character.isascii() and character.isdigit())
    return int(digits[:POSITION_DIGITS] or 0)


def _actions(program: Program) -> QuerySet[Action]:
    return Action.objects.filter(program=program)


def _action_of(row: Any) -> Iterable[Model]:
    return Action.objects.filter(pk=row.action_id)


def actions_to_find() -> QuerySet[Action]:
    """Those of published programmes; a plan that is not published is not searched."""
    actions = Action.objects.filter(program__is_published=True).select_related("program", "main_direction")
    return actions.prefetch_related("years__milestones", "indicators")


def index_program(program: Program) -> None:
    """Make the documents of a programme's actions anew after many were written at once; those of gone ones go."""
    label = Action._meta.label_lower
    gone = SearchDocument.objects.filter(plan=program.plan_id, source_model=label).exclude(
        source_id__in=Action.objects.values("pk")
    )
    search.forget_sources(Action, list(gone.values_list("source_id", flat=True)))
    found = actions_to_find().filter(program=program)
    search.index(of_action(action) for action in found.iterator(chunk_size=BATCH))


def register_sources() -> None:
    register_source(Program, Source(Program.objects.filter(is_published=True), "plan", of_program, names_it=_actions))
    register_source(Action, Source(actions_to_find(), "program__plan", of_action))
    register_source(ActionYear, Source(ActionYear.objects.all(), "action__program__plan", None, shown_in=_action_of))
    register_source(Indicator, Source(Indicator.objects.all(), "action__program__plan", None, shown_in=_action_of))
