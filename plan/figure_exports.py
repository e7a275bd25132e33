"""Tables of the figures, surveys and periods: columns as data, for the page and for the CSV file.

The page's table and the file are made of the same rows (`plan.queries.figures`),
so their numbers cannot differ. In the files one cell holds one value: the
number without its unit, the Western year beside the Japanese one.
"""

from operator import attrgetter

from accounts.csv_export import Column

VALUES_ON_PAGE = (
    Column("項目", attrgetter("label")),
    Column("値", attrgetter("value_text")),
)
VALUES_IN_FILE = (
    Column("図番号", attrgetter("figure_number")),
    Column("項目", attrgetter("label")),
    Column("値", attrgetter("number_text")),
    Column("単位", attrgetter("unit_label")),
    Column("値の種類", attrgetter("bound_label")),
)

PERIODS_ON_PAGE = (
    Column("名称", attrgetter("name")),
    Column("開始", attrgetter("start_label")),
    Column("終了", attrgetter("end_label")),
    Column("原資料の表記", attrgetter("period_text")),
)
PERIODS_IN_FILE = (
    Column("名称", attrgetter("name")),
    Column("関係", attrgetter("relation_label")),
    Column("開始年度（西暦）", attrgetter("start_year")),
    Column("開始年度（和暦）", attrgetter("start_era")),
    Column("開始年度の推定", attrgetter("start_estimate")),
    Column("終了年度（西暦）", attrgetter("end_year")),
    Column("終了年度（和暦）", attrgetter("end_era")),
    Column("終了年度の推定", attrgetter("end_estimate")),
    Column("原資料の表記", attrgetter("period_text")),
    Column("説明", attrgetter("description")),
    Column("編集注", attrgetter("note")),
)

STRUCTURE_ON_PAGE = (
    Column("区分", attrgetter("label")),
    Column("内容", attrgetter("text")),
)
STRUCTURE_IN_FILE = (
    Column("順番", attrgetter("position")),
    Column("区分", attrgetter("level")),
    Column("番号", attrgetter("code")),
    Column("内容", attrgetter("text")),
)

SURVEY_IN_FILE = (
    Column("アンケート番号", attrgetter("survey_number")),
    Column("アンケート", attrgetter("survey_title")),
    Column("調査開始日", attrgetter("started_on")),
    Column("調査終了日", attrgetter("ended_on")),
    Column("回答者数（人）", attrgetter("respondents")),
    Column("設問番号", attrgetter("question_number")),
    Column("設問", attrgetter("question_title")),
    Column("図番号", attrgetter("figure_number")),
    Column("回答", attrgetter("label")),
    Column("値", attrgetter("number_text")),
    Column("単位", attrgetter("unit_label")),
    Column("値の種類", attrgetter("bound_label")),
)
