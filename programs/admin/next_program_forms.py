"""What is asked for the next programme: its own data, and for each action the codes under which it goes on."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, When

from accounts.fields import LineField
from plan.fiscal import fiscal_year_label, parse_fiscal_year
from plan.models import Plan
from programs.actions.succession import Succession
from programs.enums import LineageKind
from programs.models import Action, Program
from programs.queries.first_of import FirstOf
from programs.queries.leaving import leaving

MOST_IN_TABLE = 1000
SHOWN = 50
LONGEST_CODE = 20
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー－", "-"))
_CODE = re.compile(r"[0-9A-Za-z]+(-[0-9A-Za-z]+)*")
_BETWEEN = re.compile(r"[、,\s]+")


class NextProgramForm(forms.Form):
    """The programme that begins the year after `program` ends."""

    slug = forms.CharField(
        label="アドレス",
        max_length=20,
        help_text="公開ページのアドレスの一部。半角の英小文字、数字、ハイフン。例：2018。公開した後は変えません。",
        error_messages={"required": "アドレスを入力してください（例：2018）。"},
    )
    title = LineField(
        label="題名", max_length=100, error_messages={"required": "次のプログラムの題名を入力してください。"}
    )
    end_year = forms.CharField(
        label="終了年度", max_length=20, error_messages={"required": "終了年度を入力してください（例：2019）。"}
    )
    plan = forms.ModelChoiceField(label="プラン", queryset=Plan.objects.all(), empty_label=None)

    def __init__(self, program: Program, data: Any) -> None:
        self.program = program
        start = program.end_year + 1
        end = start + len(program.years) - 1
        initial = {"slug": str(start), "end_year": str(end), "plan": program.plan_id}
        super().__init__(data, initial=initial)
        self.fields["end_year"].help_text = f"開始年度は{fiscal_year_label(start)}です。例：{end}、{_era(end)}"
        self.fields["plan"].help_text = "別のプランを選ぶと、取組は同じ番号の基本方向に結び付きます。"

    def clean_slug(self) -> str:
        slug = unicodedata.normalize("NFKC", self.cleaned_data["slug"]).strip().lower()
        for validator in Program._meta.get_field("slug").validators:
            validator(slug)
        return slug

    def clean_end_year(self) -> int:
        """Western or Japanese: 2019, 平成31年度, 令和元年度."""
        try:
            return parse_fiscal_year(self.cleaned_data["end_year"])
        except ValueError as error:
            raise ValidationError(str(error)) from error


def _era(year: int) -> str:
    return re.sub(r"\(\d+\)", "", fiscal_year_label(year))


@dataclass
class Row:
    """One action with what was typed for it; `codes` and `problem` follow from that.

    `ends`: whether it ends before the next programme begins, or is about to.
    """

    action: Action
    typed: str
    ends: bool
    codes: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def name(self) -> str:
        return f"code-{self.action.pk}"


class CodesForm:
    """The codes of all actions: a field for each, or one text of lines 「1-1-001 = 1-1-001」 where they are too many.

    The second page carries the lines. An action that was not there when the page was opened is a problem:
    nobody has said yet what becomes of it.
    """

    def __init__(self, program: Program, data: Any) -> None:
        self.problems: list[str] = []
        leaves = Case(When(leaving(program), then=True), default=False)
        actions = program.actions.order_by("code").select_related("program").annotate(leaves=leaves)
        texts = self._texts(data)
        self.rows = [self._row(program, action, texts, data) for action in actions]
        known = {row.action.code for row in self.rows}
        self.problems += [
            f"取組コード『{code}』の取組は、このプログラムにありません。行を消すか、コードを直してください。"
            for code in texts
            if code not in known
        ]

    @property
    def has_problems(self) -> bool:
        return bool(self.problems) or any(row.problem for row in self.rows)

    def is_valid(self) -> bool:
        return not self.has_problems

    @property
    def succession(self) -> Succession:
        return Succession({row.action.pk: row.codes for row in self.rows})

    @property
    def lines(self) -> str:
        return "\n".join(f"{row.action.code} = {row.typed}" for row in self.rows)

    def _texts(self, data: Any) -> Mapping[str, str]:
        """Code of an action → what was typed, from the lines; empty where there are none."""
        if data is None or "lines" not in data:
            return {}
        texts: dict[str, str] = {}
        for number, line in enumerate(data["lines"].splitlines(), start=1):
            if not line.strip():
                continue
            code, sign, typed = unicodedata.normalize("NFKC", line).partition("=")
            if not sign:
                self.problems.append(
                    f"{number}行目『{line.strip()}』は読めません。「1-1-001 = 1-1-001」の形で入力してください。"
                )
                continue
            texts[_plain(code)] = typed.strip()
        return texts

    def _row(self, program: Program, action: Any, texts: Mapping[str, str], data: Any) -> Row:
        ends = not action.is_in_force(program.end_year + 1) or action.leaves
        proposal = "" if ends else action.code
        if data is None:
            return _read(Row(action, proposal, ends))
        name = f"code-{action.pk}"
        if name in data or action.code in texts:
            return _read(Row(action, str(data.get(name, texts.get(action.code, ""))), ends))
        row = Row(action, proposal, ends)
        row.problem = (
            f"取組『{action}』の次の取組コードが入力されていません。この画面を開いた後に登録された取組であれば、"
            "引き継ぐかどうかを確かめてください。"
        )
        return row


def _read(row: Row) -> Row:
    found = [_plain(code) for code in _BETWEEN.split(unicodedata.normalize("NFKC", row.typed)) if code.strip()]
    row.codes = list(dict.fromkeys(found))
    wrong = [code for code in row.codes if not _CODE.fullmatch(code) or len(code) > LONGEST_CODE]
    if wrong:
        row.problem = (
            f"取組『{row.action}』の次の取組コード：『{'、'.join(wrong)}』は使えません。英数字をハイフンでつないで"
            f"{LONGEST_CODE}字までで入力してください（例：1-1-003）。引き継がないときは空欄にします。"
        )
    return row


def _plain(code: str) -> str:
    return code.translate(_HYPHENS).strip()


# ── What would come of it ─────────────────────────────────────────────────────


@dataclass(frozen=True)
class Outcome:
    """What becomes of the actions: `renamed` go on under another code, `resumed` although they end."""

    total: int
    continued: FirstOf
    renamed: FirstOf
    split: FirstOf
    merged: FirstOf
    ended: FirstOf
    resumed: FirstOf


def outcome_of(codes: CodesForm) -> Outcome:
    """The entries: `continued` and `ended` are actions, the others (actions, codes)."""
    heirs = codes.succession.heirs([row.action for row in codes.rows])
    continued = [heir for heir in heirs if heir.kind == LineageKind.CONTINUED]
    return Outcome(
        total=len(heirs),
        continued=_part(heir.predecessors[0] for heir in continued if heir.code == heir.predecessors[0].code),
        renamed=_part((heir.predecessors, [heir.code]) for heir in continued if heir.code != heir.predecessors[0].code),
        split=_part(((row.action,), row.codes) for row in codes.rows if len(row.codes) > 1),
        merged=_part((heir.predecessors, [heir.code]) for heir in heirs if heir.kind == LineageKind.MERGED),
        ended=_part(row.action for row in codes.rows if not row.codes),
        resumed=_part(((row.action,), row.codes) for row in codes.rows if row.codes and row.ends),
    )


def _part(entries: Iterator[Any]) -> FirstOf:
    found = list(entries)
    return FirstOf(len(found), found[:SHOWN])
