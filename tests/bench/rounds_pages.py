"""The pages whose time must not grow with the number of actions: every one that shows programmes or rounds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts.demo import PERSONAS

PROGRAM = {"slug": "load-1"}
PUBLISHED = {"slug": "2024"}
OPEN = {"slug": "2025"}
NEXT = {"slug": "2026"}
ACTION = {"code": "1-1-00000"}
MEASURE = {"code": "1-1"}
DEPARTMENT = {"code": "load-1-0001"}
CITIZEN = ""
STAFF, LIAISON, MANAGER, COMMITTEE, ADMINISTRATOR = (
    next(persona.staff_number for persona in PERSONAS if persona.key == key)
    for key in ("ict_staff", "liaison", "manager", "committee_viewer", "administrator")
)


@dataclass(frozen=True)
class Page:
    """An address and who opens it. A keyword argument that is a name in braces is filled in by the worker.

    With `post` it is what comes before a deed on many, sent from its list: a name in braces stands for some keys.
    """

    name: str
    person: str = CITIZEN
    kwargs: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    post: dict[str, str] = field(default_factory=dict)


_PUBLIC = [
    Page("plan:home"),
    Page("plan:search", query="q=手続"),
    Page("plan:search", query="q=1-1-00017"),
    Page("plan:data"),
    Page("plan:sitemap"),
    Page("plan:sitemap_xml"),
    Page("plan:sitemap_part_xml", kwargs={"part": 1}),
    Page("plan:plan", kwargs={"slug": "2016"}),
    Page("plan:measure", kwargs={"slug": "2016", **MEASURE}),
    Page("plan:direction", kwargs={"slug": "2016", "code": "1-1-1"}),
    Page("plan:glossary", kwargs={"slug": "2016"}),
    Page("plan:term", kwargs={"slug": "2016", "number": 1}),
    Page("plan:revisions", kwargs={"slug": "2016"}),
    Page("plan:revisions", kwargs={"slug": "2016"}, query="path=/programs/load-1/actions/1-1-00000/"),
    Page("programs:programs"),
    Page("programs:program", kwargs=PROGRAM),
    Page("programs:program", kwargs=PROGRAM, query="measure=1-1&status=3&q=受付&sort=-status"),
    Page("programs:action", kwargs=PROGRAM | ACTION),
    Page("programs:departments", kwargs=PROGRAM),
    Page("programs:department", kwargs=PROGRAM | DEPARTMENT),
    Page("programs:direction", kwargs={**PROGRAM, "code": "1-1-1"}),
    Page("progress:progress"),
    Page("progress:feed_xml"),
    Page("progress:year", kwargs=PUBLISHED),
    Page("progress:measure", kwargs=PUBLISHED | MEASURE),
    Page("progress:measure_first", kwargs=PUBLISHED | MEASURE),
    Page("progress:actions", kwargs=PUBLISHED),
    Page("progress:actions", kwargs=PUBLISHED, query="measure=1-1&grade=2&outlook=Ⅱ&q=受付&sort=-grade"),
    Page("progress:action", kwargs=PUBLISHED | ACTION),
    Page("progress:action_first", kwargs=PUBLISHED | ACTION),
    Page("progress:departments", kwargs=PUBLISHED),
    Page("progress:department", kwargs=PUBLISHED | DEPARTMENT),
    Page("progress:corrections", kwargs=PUBLISHED),
    Page("progress:year_first", kwargs=PUBLISHED),
    Page("progress:history"),
    Page("progress:changes", kwargs=PUBLISHED),
    Page("progress:changes", kwargs=PUBLISHED, query="kind=better"),
]

_DESK = [
    *(Page("desk:home", person) for person in (LIAISON, MANAGER, STAFF)),
    Page("desk:home", LIAISON, query="which=all&round=all&sort=due"),
    Page("desk:home", STAFF, query="which=all&round=all&sort=due"),
    Page("desk:home", STAFF, query="q=受付&state=draft"),
    *(Page("desk:evaluation", person, {"pk": "{draft}"}) for person in (LIAISON, MANAGER, STAFF)),
    Page("desk:evaluation", STAFF, {"pk": "{endorsed}"}),
    Page("desk:transition", MANAGER, {"pk": "{submitted}", "name": "return_by_manager"}),
    Page("desk:transition", STAFF, {"pk": "{endorsed}", "name": "return_by_staff"}),
    Page("programs_desk:programs", STAFF),
    Page("programs_desk:import", STAFF, PROGRAM),
    Page("desk:rounds", STAFF),
    Page("desk:round", STAFF, OPEN),
    Page("desk:round", STAFF, PUBLISHED),
    Page("desk:round_edit", STAFF, OPEN),
    Page("desk:round_guidance", STAFF, OPEN),
    Page("desk:round_open", STAFF, NEXT),
    Page("desk:round_evaluations", STAFF, OPEN),
    Page("desk:round_evaluations", STAFF, OPEN, "state=endorsed&q=受付&sort=due"),
    Page("desk:round_exception", STAFF, OPEN | {"pk": "{draft}"}),
    Page("desk:round_plans", STAFF, OPEN),
    Page("desk:round_hand_over", STAFF, OPEN),
    Page("desk:round_add_evaluations", STAFF, OPEN),
    Page("desk:round_extensions", STAFF, OPEN),
    Page("desk:round_extension", STAFF, OPEN | {"pk": "{extension}"}),
    Page("desk:round_measures", STAFF, OPEN),
    Page("desk:round_measure", STAFF, OPEN | MEASURE),
    Page("desk:round_next_year", STAFF, OPEN),
    Page("desk:round_proposal", STAFF, OPEN | {"pk": "{proposal}"}),
    Page("desk:round_publish", STAFF, OPEN),
    Page("desk:round_preview", STAFF, OPEN),
    Page("desk:round_preview_actions", STAFF, OPEN),
    Page("desk:round_preview_action", STAFF, OPEN | ACTION),
    Page("desk:round_preview_measure", STAFF, OPEN | MEASURE),
    Page("desk:round_preview_actions", STAFF, OPEN, "measure=1-1&grade=2&outlook=Ⅱ&sort=-grade"),
    Page("desk:round_preview_departments", STAFF, OPEN),
    Page("desk:round_preview_department", STAFF, OPEN | DEPARTMENT),
    Page("desk:round_preview_progress", STAFF, OPEN),
    Page("desk:round_preview_home", STAFF, OPEN),
    Page("desk:round_preview_rest", STAFF, OPEN | {"path": "corrections/"}),
    Page("desk:round_corrections", STAFF, PUBLISHED),
    Page("desk:round_correct_evaluation", STAFF, PUBLISHED | {"pk": "{published}"}),
    Page("desk:round_correct_measure", STAFF, PUBLISHED | MEASURE),
    Page("desk:round_publish_late", STAFF, PUBLISHED | {"pk": "{published}"}),
    Page("desk:round_accept", STAFF, OPEN, post={"pk": "{endorsed}"}),
    Page("desk:round_confirm", STAFF, OPEN, post={"pk": "{proposal}"}),
    Page("desk:round_publish_late_many", STAFF, PUBLISHED, post={"pk": "{late}", "reason": "確認が済んだため"}),
    *(Page("desk:sheets", person, OPEN) for person in (LIAISON, STAFF)),
    *(Page("desk:papers", person) for person in (LIAISON, MANAGER, STAFF)),
    Page("desk:paper_choose", STAFF, OPEN),
    Page("desk:paper_choose", STAFF, PUBLISHED),
    Page("desk:committee", COMMITTEE),
    Page("desk:committee_round", COMMITTEE, OPEN),
    Page("desk:committee_measure", COMMITTEE, OPEN | MEASURE),
]

_AUDIT = [
    Page("accounts:audit", ADMINISTRATOR),
    Page("accounts:audit", ADMINISTRATOR, query="words=1-1-00000"),
    Page("accounts:audit", ADMINISTRATOR, query="words=ふくまれないことば"),
    Page("accounts:audit", ADMINISTRATOR, query="kind=exported"),
    Page("accounts:audit", ADMINISTRATOR, query="person=見本"),
    Page("accounts:audit", ADMINISTRATOR, query="since=2016-04-01&until=2020-03-31"),
]

# Models that are seen in the admin, and by whom.
ADMIN = {
    STAFF: (
        "programs.Program",
        "programs.UpperItem",
        "programs.Action",
        "programs.ActionLineage",
        "programs.ActionYear",
        "programs.Indicator",
        "progress.Round",
        "progress.Scale",
        "progress.Evaluation",
        "progress.EvaluationEvent",
        "progress.MeasureEvaluation",
        "progress.NextYearProposal",
        "progress.Publication",
        "progress.PublishedEvaluation",
        "progress.PublishedMeasure",
        "progress.Correction",
        "plan.Revision",
    ),
    # Who only looks is shown rows as text.
    ADMINISTRATOR: ("accounts.User", "accounts.Department", "progress.OutboxMail", "programs.Action", "progress.Round"),
}

# The load makes none of these.
EMPTY = ("programs.UpperItem", "programs.ActionLineage", "progress.OutboxMail")

# Of these the admin makes new ones and deletes them; what they were is listed, looked at and brought back.
ROOTS = ("programs.Program", "programs.Action", "programs.ActionYear", "programs.Indicator")
# Of these it makes new ones, and leaves the rest to Django's own pages.
PLAIN = ("programs.UpperItem", "progress.Scale")


def admin_page(model: str, view: str) -> str:
    """The name of the page of a model: "admin:programs_action_change"."""
    return f"admin:{model.replace('.', '_').lower()}_{view}"


def _admin() -> Iterator[Page]:
    for person, models in ADMIN.items():
        for model in models:
            yield Page(admin_page(model, "changelist"), person)
            if model not in EMPTY:
                yield Page(admin_page(model, "change"), person, {"object_id": "{" + model + "}"})
            if model not in (*EMPTY, *ROOTS) and model.startswith("progress."):
                yield Page(admin_page(model, "history"), person, {"object_id": "{" + model + "}"})
    for model in (*ROOTS, *PLAIN):
        yield Page(admin_page(model, "add"), STAFF)
    for model in ROOTS:
        yield from _of_root(model)
    # Whose action is known from the start: its years are rows already.
    yield Page("admin:programs_actionyear_add", STAFF, query="action={programs.Action}")
    yield Page("admin:programs_indicator_add", STAFF, query="action={programs.Action}")
    yield Page("admin:accounts_department_reorganise", ADMINISTRATOR)
    chosen_from = "app_label=programs&model_name=actionyear&field_name=action"
    yield Page("admin:autocomplete", STAFF, query=f"{chosen_from}&term=1-1-00017")


def _of_root(model: str) -> Iterator[Page]:
    yield Page(admin_page(model, "versions"), STAFF, {"object_id": "{" + model + "}"})
    yield Page(admin_page(model, "version"), STAFF, _state_of(model))
    yield Page(admin_page(model, "deleted"), STAFF)
    yield Page(admin_page(model, "delete"), STAFF, {"object_id": "{" + model + "}"})


def _state_of(model: str) -> dict[str, str]:
    """The first state of the first row: histories count both from the first."""
    app, _, name = model.partition(".")
    return {"object_id": "{" + model + "}", "history_id": "{" + f"{app}.Historical{name}" + "}"}


PAGES = [*_PUBLIC, *_DESK, *_AUDIT, *_admin()]
# Of a round that is not public nothing is kept: these read the whole of it each time.
WHOLE_YEAR = [
    Page("desk:round_preview_actions", STAFF, OPEN, "q=受付"),
    Page("desk:round_preview_changes", STAFF, OPEN),
    Page("desk:round_preview_changes", STAFF, OPEN, "kind=better"),
]
# Whole lists to take away, and what is looked over of a whole list: their time grows with their rows, the number of
# queries must not.
# The workbook of a programme is measured by itself (`tests.bench.books`).
FILES = [
    Page("programs:actions_csv", kwargs=PROGRAM),
    Page("programs:years_csv", kwargs=PROGRAM),
    Page("programs:indicators_csv", kwargs=PROGRAM),
    Page("progress:measures_csv", kwargs=PUBLISHED),
    Page("progress:actions_csv", kwargs=PUBLISHED),
    Page("progress:codes_csv", kwargs=PUBLISHED),
    Page("progress:entries_csv", kwargs=PUBLISHED),
    Page("progress:results_csv", kwargs=PUBLISHED),
    Page("desk:round_evaluations_csv", STAFF, OPEN),
    Page("desk:round_accept", STAFF, OPEN, post={"all": "1"}),
    # A line for each action of the programme.
    Page("admin:programs_program_next", STAFF, {"object_id": "{programs.Program}"}),
    *(
        Page("desk:round_preview_csv", STAFF, OPEN | {"name": name})
        for name in ("actions", "results", "measures", "codes", "dictionary")
    ),
    *WHOLE_YEAR,
]
