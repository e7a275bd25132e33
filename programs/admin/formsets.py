"""The rows below actions and indicators: what a row alone cannot know."""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from django.db import models

from plan.fiscal import date_label
from plan.forms import RowFormSet
from programs.enums import OwnerKind
from programs.models import ActionOwner, Program
from programs.models.action import not_of_plan


class KeyedRowFormSet(RowFormSet):
    """Rows of which no two may have the same `key_fields`; `key_noun` is what these are called together."""

    key_fields: tuple[str, ...] = ()
    key_noun = ""

    def validate_unique(self) -> None:
        """Said by `problems`, in words that name the rows."""

    def clean(self) -> None:
        super().clean()
        for problem in self.problems():
            self._non_form_errors.append(problem)  # type: ignore[attr-defined]  # Django's list of what is said above the rows

    def problems(self) -> Iterator[str]:
        """Everything that is wrong with the rows together, in words."""
        rows = self.valid_rows()
        for key, count in Counter(map(self._key, rows)).items():
            if count > 1:
                row = next(row for row in rows if self._key(row) == key)
                yield f"『{self.name_of(row)}』が{count}行あります。1行にしてください。"
        gone = {row.pk for row in self.rows_to_delete()}
        holders = {self._key(row): row.pk for row in self._stored() if row.pk not in gone}
        kept = {row.pk: self._key(row) for row in rows}
        for row in rows:
            holder = holders.get(self._key(row))
            if holder is not None and holder != row.pk and kept.get(holder) not in {None, self._key(row)}:
                yield (
                    f"『{self.name_of(row)}』は、保存してある別の行のものです。"
                    f"{self.key_noun}を入れ替えるときは、順番の数字で並べ替えてください。"
                )

    def valid_rows(self) -> list[Any]:
        """The rows as they will stand, without those that are wrong by themselves."""
        return [
            form.instance
            for form in self.forms
            if form not in self.deleted_forms and not form.errors and (form.instance.pk or form.has_changed())
        ]

    def name_of(self, row: Any) -> str:
        return str(row)

    def _key(self, row: models.Model) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.key_fields)

    def _stored(self) -> "models.QuerySet[Any]":
        """As the database has them: `get_queryset` holds the instances of the forms, with what was typed."""
        return self.fk.model._default_manager.filter(**{self.fk.name: self.instance.pk})

    def _program(self) -> Program | None:
        """Of the action in the form; None while it names none."""
        return self.instance.program if self.instance.program_id is not None else None


class DirectionFormSet(KeyedRowFormSet):
    """Further directions of an action: of the programme's plan, and not its main one."""

    key_fields = ("direction_id",)
    key_noun = "基本方向"

    def problems(self) -> Iterator[str]:
        yield from super().problems()
        program = self._program()
        for row in self.valid_rows():
            if row.direction_id == self.instance.main_direction_id:
                yield f"『{row.direction}』は、主な基本方向です。ほかの基本方向からは外してください。"
            elif program and row.direction.measure.policy.plan_id != program.plan_id:
                yield not_of_plan(row.direction, program)


class UpperFormSet(KeyedRowFormSet):
    """What an action serves beside the plan: items the plan refers to."""

    key_fields = ("upper_id",)
    key_noun = "項目"

    def problems(self) -> Iterator[str]:
        yield from super().problems()
        program = self._program()
        for row in self.valid_rows():
            if program and row.upper.plan_id != program.plan_id:
                yield not_of_plan(row.upper, program)


class OwnerFormSet(KeyedRowFormSet):
    """The departments that own an action: one 主管課 at a time."""

    key_fields = ("department_id", "kind", "valid_from")
    key_noun = "所管課"

    def name_of(self, row: ActionOwner) -> str:
        return f"{row}、{date_label(row.valid_from)}から"

    def problems(self) -> Iterator[str]:
        yield from super().problems()
        leads = [row for row in self.valid_rows() if row.kind == OwnerKind.LEAD]
        for earlier, later in overlaps(leads):
            yield (
                f"主管課が重なっています：『{earlier.department}』（{_period(earlier)}）と"
                f"『{later.department}』（{_period(later)}）。主管課は一時点に一つです。"
                "先の所管課に終了日を入力するか、一方を「関係」にしてください。"
            )


class YearFormSet(KeyedRowFormSet):
    """Rows that stand for fiscal years: `position` is the year, and stays as it is typed."""

    key_fields = ("position",)
    key_noun = "年度"

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "position" in form.fields:
            form.fields["position"].required = True
            form.fields["position"].disabled = form.instance.pk is not None

    def number(self, rows: Sequence[models.Model]) -> None:
        """The year is their place."""

    def name_of(self, row: Any) -> str:
        return f"{row.position}年度"

    def problems(self) -> Iterator[str]:
        yield from super().problems()
        if self.instance.action_id is not None:
            program = self.instance.action.program
            yield from filter(None, (program.year_problem(row.position) for row in self.valid_rows()))
        deleted: list[Any] = self.rows_to_delete()
        for row in deleted:
            if row.actual is not None:
                yield f"『{self.name_of(row)}』には実績値があるため、削除できません。削除の選択を外してください。"


def overlaps(owners: Sequence[ActionOwner]) -> list[tuple[ActionOwner, ActionOwner]]:
    """Pairs of neighbours in time that are in force on the same day; of the same row typed twice, none."""
    ordered = sorted(owners, key=lambda owner: owner.valid_from)
    return [
        (earlier, later)
        for earlier, later in pairwise(ordered)
        if (earlier.valid_to or datetime.date.max) >= later.valid_from
    ]


def _period(owner: ActionOwner) -> str:
    end = date_label(owner.valid_to) if owner.valid_to else ""
    return f"{date_label(owner.valid_from)}から{end}{'まで' if end else ''}"
