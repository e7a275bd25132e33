"""The kinds of rows a plan's files hold, in the order they are written, and what identifies a row.

A row's key is the same in the files and in the database: `measure:1-1`,
`issue:1-1/3`, `section:body/2/3/1`. Primary keys never matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Field, ForeignKey, Model

from plan import models


@dataclass(frozen=True)
class Kind:
    """`ident` are the fields that tell a row from its siblings; `parent` is the link to what it stands in.

    `links` maps a foreign key to the name of the kind it points at, `scope`
    is the lookup from a row to its plan.
    """

    name: str
    model: type[Model]
    ident: tuple[str, ...]
    scope: str = "plan"
    parent: str = ""
    joint: str = "-"
    links: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def fields(self) -> dict[str, "Field[Any, Any]"]:
        """The plain fields that the files fill."""
        return {
            column.name: column
            for column in self.model._meta.concrete_fields
            if not column.primary_key and column.name != "version" and not isinstance(column, ForeignKey)
        }

    @cached_property
    def has_plan(self) -> bool:
        return self.scope == "plan"

    def key(self, values: Mapping[str, Any], parent_key: str | None = None) -> str:
        own = "/".join(str(values[name]) for name in self.ident)
        above = f"{code_of(parent_key)}{self.joint}" if parent_key else ""
        return f"{self.name}:{above}{own}"


def code_of(key: str) -> str:
    """`1-1` of `measure:1-1`."""
    return key.split(":", 1)[1]


_MEASURE = "measure__policy__plan"

KINDS: tuple[Kind, ...] = (
    Kind("plan", models.Plan, ("slug",), scope="", links={"predecessor": "plan"}),
    Kind("policy", models.Policy, ("number",)),
    Kind("measure", models.Measure, ("number",), "policy__plan", "policy", links={"policy": "policy"}),
    Kind("issue", models.Issue, ("position",), _MEASURE, "measure", "/", {"measure": "measure"}),
    Kind("past_effort", models.PastEffort, ("position",), _MEASURE, "measure", "/", {"measure": "measure"}),
    Kind(
        "past_effort_item",
        models.PastEffortItem,
        ("position",),
        f"effort__{_MEASURE}",
        "effort",
        "/",
        {"effort": "past_effort"},
    ),
    Kind("direction", models.Direction, ("number",), _MEASURE, "measure", "-", {"measure": "measure"}),
    Kind(
        "direction_item",
        models.DirectionItem,
        ("position",),
        f"direction__{_MEASURE}",
        "direction",
        "/",
        {"direction": "direction"},
    ),
    Kind("section", models.Section, ("part", "path"), links={"parent": "section", "policy": "policy"}),
    Kind("survey", models.Survey, ("number",), links={"section": "section"}),
    Kind("question", models.Question, ("number",), "survey__plan", "survey", "-", {"survey": "survey"}),
    Kind("answer", models.Answer, ("position",), "question__survey__plan", "question", "/", {"question": "question"}),
    Kind(
        "figure",
        models.Figure,
        ("number",),
        links={"section": "section", "policy": "policy", "measure": "measure", "question": "question"},
    ),
    Kind("figure_value", models.FigureValue, ("position",), "figure__plan", "figure", "/", {"figure": "figure"}),
    Kind("related_plan", models.RelatedPlan, ("position",)),
    Kind("term", models.Term, ("number",)),
    Kind("mending", models.Mending, ("ledger",)),
)

BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}
