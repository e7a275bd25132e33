"""The files of a published year as pages offer them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from plan.downloads import Download
from plan.exports import DescribedColumn
from plan.models import Plan
from programs.queries.programs import told_apart
from progress import exports
from progress.queries.published import PublishedRound, published_rounds_with_counts


def _of_actions(published: PublishedRound, actions: int) -> str:
    return f"取組{actions}件"


_FORMATS = {"csv": "CSV", "xlsx": "Excel", "pdf": "PDF"}


@dataclass(frozen=True)
class YearFile:
    """A file of each published year; `route` is its name in `progress.urls`."""

    title: str
    description: str
    route: str
    columns: tuple[DescribedColumn, ...]
    size: Callable[[PublishedRound, int], str] = _of_actions

    @property
    def format(self) -> str:
        return _FORMATS[self.extension]

    @property
    def extension(self) -> str:
        return self.route.rpartition("_")[2]

    def filename(self, slug: str) -> str:
        return f"progress-{slug}-{self.route.rpartition('_')[0]}.{self.extension}"

    def offered(self, published: PublishedRound, actions: int, title: str = "") -> Download:
        """`title` where the file's own does not tell it from others."""
        return Download(
            title or self.title,
            f"{self.description}{'見本データです。' if published.is_sample else ''}",
            reverse(f"progress:{self.route}", args=[published.slug]),
            self.size(published, actions),
            self.columns,
            self.format,
        )


ACTIONS_FILE = YearFile(exports.ACTIONS, "1行が1取組です。", "actions_csv", exports.action_columns())
RESULTS_FILE = YearFile(exports.RESULTS, "1行が、1取組の1項目の値です。", "results_csv", exports.result_columns())
MEASURES_FILE = YearFile(
    exports.MEASURES,
    "1行が、1施策の1項目の値です。",
    "measures_csv",
    exports.measure_columns(),
    lambda published, actions: "すべての施策",
)
CODES_FILE = YearFile(
    exports.CODES,
    "1行が1コードです。",
    "codes_csv",
    exports.code_columns(),
    lambda published, actions: f"{len(exports.code_rows(published))}行",
)
ENTRIES_FILE = YearFile(
    exports.ENTRIES,
    "1行が、1ファイルの1列の説明です。",
    "entries_csv",
    exports.DICTIONARY,
    lambda published, actions: f"{len(exports.entries())}行",
)
DATA_BOOK = YearFile(
    "機械判読に適したデータ",
    f"{exports.ACTIONS}、{exports.RESULTS}、{exports.MEASURES}、{exports.CODES}、{exports.ENTRIES}を1つにまとめたものです。",
    "data_xlsx",
    (),
)
# For people, not for machines: the page of the year offers it on its own, with its size once it is made.
REPORT = YearFile(
    "年次報告書", "1年の結果を、印刷に向いた1冊にまとめたものです。用意に1、2分かかることがあります。", "report_pdf", ()
)
FILES = (ACTIONS_FILE, RESULTS_FILE, MEASURES_FILE, CODES_FILE, ENTRIES_FILE, DATA_BOOK)


def offered(plan: Plan) -> list[Download]:
    """The files of every published year of the plan, with the number of actions as their size. One query.

    Where several programmes published the same year, the titles name the programme.
    """
    rounds = published_rounds_with_counts(plan)
    times = Counter(published.year_label for published, _ in rounds)
    several = [published for published, _ in rounds if times[published.year_label] > 1]
    names = told_apart([(published.program, published.program_title) for published in several])
    named = {published.round.pk: f"（{name}）" for published, name in zip(several, names, strict=True)}
    return [
        file.offered(published, total, f"{published.year_label} {file.title}{named.get(published.round.pk, '')}")
        for published, total in rounds
        for file in (*FILES, REPORT)
    ]


def files_of(published: PublishedRound, actions: int) -> list[Download]:
    """Those of one year, for its own page. No query."""
    return [file.offered(published, actions) for file in FILES]
