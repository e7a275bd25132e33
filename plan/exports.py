"""The CSV files of the plan: their columns as data, with what each column means.

One row for each thing, Western years beside the Japanese ones, UTF-8 with BOM;
`accounts.csv_export` writes the files and neutralises what a spreadsheet would run.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpResponse

from accounts.csv_export import Column, csv_response, write_csv
from plan.figure_exports import PERIODS_IN_FILE
from plan.models import Plan
from plan.queries.figures import period_rows
from plan.text.markup import plain

TEXT, NUMBER = "文字", "数値"


@dataclass(frozen=True)
class DescribedColumn(Column):
    """A column with its line in the data dictionary; `form` is what its values are."""

    meaning: str = ""
    form: str = TEXT


@dataclass(frozen=True)
class Export:
    """One file: `route` is its name in `plan.urls`, `rows` what it is made of (one query)."""

    title: str
    description: str
    route: str
    columns: tuple[DescribedColumn, ...]
    rows: Callable[[Plan], Iterable[Any]]

    def filename(self, plan: Plan) -> str:
        return f"plan-{plan.slug}-{self.route.removeprefix('plan:').removesuffix('_csv')}.csv"

    def content(self, plan: Plan) -> bytes:
        return write_csv(self.columns, self.rows(plan))

    def response(self, plan: Plan) -> HttpResponse:
        return csv_response(self.filename(plan), self.columns, self.rows(plan))


@dataclass(frozen=True)
class StructureRow:
    """One item of a direction with everything above it; what does not exist yet is None."""

    policy_number: int
    policy_title: str
    measure_number: int | None
    measure_title: str | None
    direction_number: int | None
    direction_title: str | None
    item_number: int | None
    item_text: str | None

    @property
    def measure_code(self) -> str | None:
        return f"{self.policy_number}-{self.measure_number}" if self.measure_number else None

    @property
    def direction_code(self) -> str | None:
        return f"{self.measure_code}-{self.direction_number}" if self.direction_number else None


def structure_rows(plan: Plan) -> list[StructureRow]:
    item = "measures__directions__items"
    found = plan.policies.values_list(
        "number",
        "title",
        "measures__number",
        "measures__title",
        "measures__directions__number",
        "measures__directions__title",
        f"{item}__position",
        f"{item}__text",
    ).order_by("number", "measures__number", "measures__directions__number", f"{item}__position")
    return [StructureRow(*row) for row in found]


def glossary_rows(plan: Plan) -> Iterable[Any]:
    """By number, which is their order."""
    prefetch_related_objects([plan], "terms")
    return plan.terms.all()


def _text(text: str | None) -> str | None:
    return plain(text) if text is not None else None


STRUCTURE = Export(
    title="プランの体系",
    description="基本施策、施策、基本方向と、その項目の一覧です。1行が1項目です。",
    route="plan:structure_csv",
    columns=(
        DescribedColumn("基本施策番号", lambda row: row.policy_number, "基本施策の番号"),
        DescribedColumn("基本施策", lambda row: row.policy_title, "基本施策の題名"),
        DescribedColumn("施策番号", lambda row: row.measure_code, "施策の番号（例：1-2は基本施策1の2番目の施策）"),
        DescribedColumn("施策", lambda row: row.measure_title, "施策の題名"),
        DescribedColumn("基本方向番号", lambda row: row.direction_code, "施策の基本方向の番号（例：1-2-3）"),
        DescribedColumn("基本方向", lambda row: row.direction_title, "施策の基本方向の題名"),
        DescribedColumn("項目番号", lambda row: row.item_number, "基本方向の中での項目の順番"),
        DescribedColumn("項目", lambda row: _text(row.item_text), "項目の文章"),
    ),
    rows=structure_rows,
)

GLOSSARY = Export(
    title="用語集",
    description="用語、よみ、解説の一覧です。1行が1語です。",
    route="plan:glossary_csv",
    columns=(
        DescribedColumn("番号", lambda term: term.number, "脚注の番号（※1の1）"),
        DescribedColumn("用語", lambda term: term.name, "用語の見出し"),
        DescribedColumn("よみ", lambda term: term.reading, "ひらがなの読み"),
        DescribedColumn(
            "別の書き方", lambda term: "；".join(term.alias_list), "同じ意味の別の書き方。「；」で区切ります"
        ),
        DescribedColumn("解説", lambda term: _text(term.explanation), "用語の説明"),
        DescribedColumn("頁", lambda term: term.page, "原資料の頁。分からないときは空欄"),
    ),
    rows=glossary_rows,
)

PERIOD_MEANINGS = {
    "名称": "計画やプログラムの名称",
    "関係": "このプランとの関係",
    "開始年度（西暦）": "最初の年度。原資料に記載がないときは空欄",
    "開始年度（和暦）": "最初の年度の和暦での書き方",
    "開始年度の推定": "開始年度が推定のときは「推定」、そうでないときは空欄",
    "終了年度の推定": "終了年度が推定のときは「推定」、そうでないときは空欄",
    "終了年度（西暦）": "最後の年度（その年度を含みます）。記載がないときは空欄",
    "終了年度（和暦）": "最後の年度の和暦での書き方",
    "原資料の表記": "原資料での期間の書き方",
    "説明": "計画の説明",
    "編集注": "このサイトの注記",
}
PERIODS = Export(
    title="関連する計画の期間",
    description="このプランと、関連する計画の期間の一覧です。1行が1計画です。",
    route="plan:periods_csv",
    columns=tuple(
        DescribedColumn(column.label, column.getter, PERIOD_MEANINGS.get(column.label, ""))
        for column in PERIODS_IN_FILE
    ),
    rows=period_rows,
)

EXPORTS = (STRUCTURE, GLOSSARY, PERIODS)
