"""The loaded plan is the whole of 資料2, and nothing but it: counts, and every sentence both ways."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from plan.enums import Bound, FigureState, Part
from plan.models import (
    Answer,
    Direction,
    DirectionItem,
    Figure,
    FigureValue,
    Issue,
    Measure,
    Mending,
    PastEffort,
    PastEffortItem,
    Plan,
    Policy,
    Question,
    RelatedPlan,
    Section,
    Survey,
    Term,
)
from plan.text.folding import fold

DIRECTORY = Path(settings.BASE_DIR) / "fixtures" / "plan-2016"

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.get(slug="2016")


# --- counts of the document ---------------------------------------------------------------


def test_the_plan_has_3_policies_7_measures_23_directions_and_62_items(plan: Plan) -> None:
    counts = (
        Policy.objects.filter(plan=plan).count(),
        Measure.objects.filter(policy__plan=plan).count(),
        Direction.objects.filter(measure__policy__plan=plan).count(),
        DirectionItem.objects.filter(direction__measure__policy__plan=plan).count(),
    )
    assert counts == (3, 7, 23, 62)


def test_the_plan_has_49_issues_21_groups_61_bullets_and_one_paragraph(plan: Plan) -> None:
    groups = PastEffort.objects.filter(measure__policy__plan=plan)
    counts = (
        Issue.objects.filter(measure__policy__plan=plan).count(),
        groups.count(),
        PastEffortItem.objects.filter(effort__in=groups).count(),
        groups.exclude(paragraph="").count(),
    )
    assert counts == (49, 21, 61, 1)


# measure: (items of each direction, issues, bullets of each group of past efforts, page)
BREAKDOWN = {
    "1-1": ((3, 4, 2), 5, (5, 2, 3), 36),
    "1-2": ((3, 2, 2), 7, (4, 2), 40),
    "1-3": ((4, 1, 3, 1), 10, (4, 5, 4, 2), 44),
    "2-1": ((5, 2, 2), 5, (0, 3, 3, 2), 50),
    "2-2": ((3, 1, 3), 6, (6, 3, 1), 54),
    "3-1": ((2, 2, 2, 3), 10, (2, 2, 2), 60),
    "3-2": ((4, 3, 5), 6, (4, 2), 64),
}


@pytest.mark.parametrize("code", BREAKDOWN)
def test_each_measure_has_the_rows_of_the_document(plan: Plan, code: str) -> None:
    policy, number = code.split("-")
    measure = Measure.objects.get(policy__plan=plan, policy__number=policy, number=number)
    found = (
        tuple(direction.items.count() for direction in measure.directions.order_by("number")),
        measure.issues.count(),
        tuple(effort.items.count() for effort in measure.past_efforts.order_by("position")),
        measure.page,
    )
    assert found == BREAKDOWN[code]


def test_directions_stand_in_the_order_of_the_body(plan: Plan) -> None:
    directions = Direction.objects.filter(measure__policy__plan=plan, measure__policy__number=1, measure__number=1)
    assert [direction.title for direction in directions] == [
        "行政の透明性の向上",
        "市民の参加と協働の推進",
        "官民連携の強化",
    ]


def test_titles_where_the_overview_differs_are_those_of_the_body(plan: Plan) -> None:
    assert plan.policies.get(number=1).title == "「安心のふるさとづくり」を推進する情報化"
    direction = Direction.objects.get(
        measure__policy__plan=plan, measure__policy__number=2, measure__number=2, number=3
    )
    assert direction.title == "データの活用によるビジネス支援"
    assert plan.goal == "ICTを活用した「成長と成熟の調和による持続可能な最幸のまちかわさき」の実現"


def test_the_tree_of_sections_is_that_of_the_contents(plan: Plan) -> None:
    paths = set(Section.objects.filter(plan=plan, part=Part.BODY).values_list("path", flat=True))
    assert paths == {
        *("1", "1/1", "1/2", "1/3"),
        *("2", "2/1", "2/1/1", "2/1/2", "2/1/3", "2/2", "2/3", "2/3/1", "2/3/2", "2/3/3"),
        *("2/4", "2/4/1", "2/4/2", "2/5", "2/5/1", "2/5/2", "2/5/2/1", "2/5/2/2", "2/5/2/3", "2/5/3"),
        *("3", "3/1", "3/2", "3/2/1", "3/2/2", "3/2/3", "4", "5", "5/1", "5/2", "5/2/1", "5/2/2", "5/3"),
    }
    described = Section.objects.filter(plan=plan, policy__isnull=False).values_list("path", "policy__number")
    assert list(described) == [("3/2/1", 1), ("3/2/2", 2), ("3/2/3", 3)]


def test_23_terms_each_with_reading_and_page(plan: Plan) -> None:
    terms = Term.objects.filter(plan=plan)
    assert [term.number for term in terms] == list(range(1, 24))
    assert all(re.fullmatch("[ぁ-ゖー]+", term.reading) and term.page for term in terms)
    assert (terms[0].name, terms[0].alias_list, terms[0].page) == ("クラウド", ["クラウドコンピューティング"], 2)


def test_every_term_has_its_mark_in_the_text(plan: Plan) -> None:
    marks = {int(number) for text in _shown_texts(plan) for number in re.findall(r"※(\d+)", text)}
    assert marks == set(range(1, 24))


def test_40_figure_captions_and_two_missing(plan: Plan) -> None:
    figures = Figure.objects.filter(plan=plan)
    missing = figures.filter(state=FigureState.MISSING)
    assert figures.exclude(title="").count() == 40
    assert [figure.number for figure in missing] == ["2-8", "2-9"]
    assert all(figure.title == "" and figure.note for figure in missing)
    chapters = [sum(figure.number.startswith(f"{chapter}-") for figure in figures) for chapter in range(1, 6)]
    assert chapters == [2, 25, 5, 7, 3]


def test_figure_states_say_what_is_left_of_each(plan: Plan) -> None:
    found: dict[str, list[str]] = {}
    for figure in Figure.objects.filter(plan=plan):
        found.setdefault(figure.state, []).append(figure.number)
    assert found == {
        FigureState.VALUES: ["2-3", "2-5", "2-10", *(f"2-{number}" for number in range(13, 23))],
        FigureState.STRUCTURE: [
            *("1-2", "2-25", "3-1", "3-2", "3-3", "3-4", "3-5"),
            *(f"4-{number}" for number in range(1, 8)),
            "5-2",
        ],
        FigureState.TEXT: ["2-1"],
        FigureState.LOST: ["1-1", "2-2", "2-4", "2-6", "2-7", "2-11", "2-12", "2-23", "2-24", "5-1", "5-3"],
        FigureState.MISSING: ["2-8", "2-9"],
    }


def test_the_placeholders_in_the_text_are_figures_of_the_plan(plan: Plan) -> None:
    numbers = set(Figure.objects.filter(plan=plan).values_list("number", flat=True))
    placed = {number for text in _shown_texts(plan) for number in re.findall(r"\{\{図(.+?)\}\}", text)}
    assert placed <= numbers
    by_question = set(Figure.objects.filter(plan=plan, question__isnull=False).values_list("number", flat=True))
    by_measure = set(Figure.objects.filter(plan=plan, measure__isnull=False).values_list("number", flat=True))
    assert numbers - placed == by_question | by_measure


def test_three_surveys_with_27_exact_values_and_one_lower_bound(plan: Plan) -> None:
    answers = Answer.objects.filter(question__survey__plan=plan)
    exact = answers.filter(bound=Bound.EXACT)
    by_unit = [exact.filter(question__unit=unit).count() for unit in ("percent", "count")]
    assert (Survey.objects.filter(plan=plan).count(), by_unit) == (3, [18, 9])
    bound = answers.get(bound=Bound.OVER)
    assert (bound.label, bound.value) == ("毎日少なくとも1回", 60)
    assert [survey.respondents for survey in Survey.objects.filter(plan=plan)] == [1407, 241, 53]
    assert [survey.questions.count() for survey in Survey.objects.filter(plan=plan)] == [8, 2, 3]


def test_every_answer_stands_in_the_finding_of_its_question(plan: Plan) -> None:
    for answer in Answer.objects.filter(question__survey__plan=plan).select_related("question"):
        unit = answer.question.get_unit_display()
        value = f"{answer.value:f}".rstrip("0").rstrip(".")
        pattern = rf"「{re.escape(answer.label)}」が ?{re.escape(value)}(\.0)? ?{unit}"
        assert re.search(pattern, answer.question.finding), answer.label


def test_values_of_figures_that_no_survey_holds(plan: Plan) -> None:
    values = FigureValue.objects.filter(figure__plan=plan).values_list("figure__number", "label", "value", "unit")
    assert [(number, label, float(value), unit) for number, label, value, unit in values.order_by("pk")] == [
        ("2-3", "平成12(2000)年", 1.7, "percent"),
        ("2-3", "平成24(2012)年", 29.6, "percent"),
        ("2-5", "平成17(2005)年から平成26(2014)年の9年間", 9.3, "times"),
    ]


def test_periods_the_text_states_are_not_marked_as_estimated(plan: Plan) -> None:
    stated = RelatedPlan.objects.filter(plan=plan, is_estimated=False)
    assert [(row.name, row.start_year, row.end_year) for row in stated] == [
        ("新たな総合計画 第1期実施計画", 2016, 2017),
        ("行財政改革に関する計画", 2016, 2017),
        ("川崎市情報化推進プラン", 2016, 2020),
        ("川崎市情報化推進プログラム（2016-2017）", 2016, 2017),
        ("川崎市情報化基本計画（第1次）", 1997, 2005),
        ("第2次川崎市情報化基本計画", 2006, 2015),
        ("川崎市情報化実施計画（第1次）", 2006, 2010),
        ("川崎市情報化実施計画（2011-2013）", 2011, 2013),
        ("川崎市情報化推進プログラム（2014-2015）", 2014, 2015),
    ]
    assert all(row.note for row in RelatedPlan.objects.filter(plan=plan, is_estimated=True))


# --- mendings -----------------------------------------------------------------------------


def test_every_entry_of_the_ledger_is_answered(plan: Plan) -> None:
    mendings = list(Mending.objects.filter(plan=plan))
    assert [mending.ledger for mending in mendings] == [f"I{number:02}" for number in range(1, 88)]
    assert all(mending.place and mending.before and mending.reason for mending in mendings)


def test_what_is_mended_is_published_and_what_was_wrong_is_not(plan: Plan) -> None:
    shown = "\n".join(map(fold, _shown_texts(plan)))
    for ledger in ("I40", "I41", "I46", "I47", "I48", "I49", "I53", "I54", "I56", "I57", "I64"):
        mending = Mending.objects.get(plan=plan, ledger=ledger)
        for before, after in zip(mending.before.splitlines(), mending.after.splitlines(), strict=True):
            # Folding makes ※1 2 and へムス the same as what they should be: compare as written there.
            assert after in _joined(plan), ledger
            assert before not in _joined(plan).replace(after, ""), ledger
    assert not re.search("[\uac00-\ud7a3]", shown)


def test_wording_that_was_left_stands_in_the_published_text(plan: Plan) -> None:
    for ledger in ("I42", "I43", "I55", "I58", "I59", "I60", "I61", "I62", "I63", "I65", "I66", "I67", "I68", "I73"):
        mending = Mending.objects.get(plan=plan, ledger=ledger)
        assert mending.after == "", ledger
        assert mending.before in _joined(plan), ledger


# --- every sentence -----------------------------------------------------------------------

# Printed in 資料2 and shown on the site by other means: the contents page, the head of the glossary's
# table, its page numbers (`Term.page`), and the names of the columns of a measure.
BY_OTHER_MEANS = {"目次(案)", "※", "頁", "用語", "解説", "川崎市"}
NUMBERING = re.compile(
    r"^(?:#+\s*|-\s+|\*\*|・\s*|●\s*|[①-⑩]\s*|\(\d\)\s*|第\d章\s+|基本施策\s*\d\s*|施策\d-\d\s*|\d-\d\s+|\d\s+(?=\D)|[アイウ]\s+)"
)


def test_every_sentence_of_the_document_is_in_the_loaded_text(plan: Plan) -> None:
    shown = "\n".join(map(fold, [*_shown_texts(plan), *_labels(plan)]))
    lost = [sentence for sentence in _sentences(_mended(plan, "source-2.txt")) if fold(sentence) not in shown]
    assert lost == []


def test_every_sentence_of_the_loaded_text_is_in_the_document(plan: Plan) -> None:
    source = fold("".join(_plain_lines(_mended(plan, "source-2.txt") + _mended(plan, "source-1.txt"))))
    texts = [re.sub(r"\{\{図.+?\}\}", "", text) for text in _own_texts(plan)]
    added = [sentence for sentence in _sentences("\n".join(texts)) if fold(sentence) not in source]
    assert added == []


def test_the_overview_reads_in_the_order_of_its_numbers(plan: Plan) -> None:
    sections = Section.objects.filter(plan=plan, part=Part.OVERVIEW, parent=None).order_by("position")
    assert [section.number for section in sections] == ["1", "2", "3", "4", "5"]
    below = Section.objects.filter(plan=plan, part=Part.OVERVIEW, parent__path="5").order_by("position")
    assert [section.title for section in below] == [
        "推進プランの推進体制",
        "推進プランの進捗管理",
        "情報化推進のための人材育成",
    ]
    assert "情報化施策に係る総合的な調整を行いながら、" in below[0].body
    assert "情報セキュリティ研修" in below[2].body


def test_the_files_hold_no_row_that_is_not_loaded(plan: Plan) -> None:
    toml = tomllib.loads((DIRECTORY / "mendings.toml").read_text(encoding="utf-8"))
    assert [row["before"] for row in toml["mendings"]] == [row.before for row in Mending.objects.filter(plan=plan)]


def _own_texts(plan: Plan) -> Iterator[str]:
    """Texts that must be the document's own words."""
    for section in Section.objects.filter(plan=plan):
        yield from (section.title, section.body)
    for measure in Measure.objects.filter(policy__plan=plan):
        yield from (measure.title, measure.summary)
    yield from Issue.objects.filter(measure__policy__plan=plan).values_list("text", flat=True)
    for effort in PastEffort.objects.filter(measure__policy__plan=plan):
        yield from (effort.title, effort.paragraph)
        yield from effort.items.values_list("text", flat=True)
    for direction in Direction.objects.filter(measure__policy__plan=plan):
        yield direction.title
        yield from direction.items.values_list("text", flat=True)
    for survey in Survey.objects.filter(plan=plan):
        yield from (survey.title, survey.area, survey.population, survey.sampling)
        yield from (survey.method, survey.period, survey.response)
    for question in Question.objects.filter(survey__plan=plan):
        yield from (question.title, question.finding)
    for term in Term.objects.filter(plan=plan):
        yield from (term.name, term.explanation)
    for figure in Figure.objects.filter(plan=plan):
        yield from (figure.title, figure.source)
        if figure.state == FigureState.TEXT:
            yield figure.body
    yield from Policy.objects.filter(plan=plan).values_list("title", flat=True)


def _shown_texts(plan: Plan) -> list[str]:
    numbers = [f"図{figure.number} {figure.title}" for figure in Figure.objects.filter(plan=plan)]
    return [*_own_texts(plan), *numbers, plan.full_title, plan.issued_on, plan.publisher, plan.office, plan.goal]


def _labels(plan: Plan) -> list[str]:
    """Headings of the document that are fixed words of the site, and numbers of headings."""
    models = (Issue, PastEffort, Direction, Term)
    fields = [str(field.verbose_name) for field in Survey._meta.fields]
    numbers = Section.objects.filter(plan=plan).values_list("number", flat=True)
    return [*(str(model._meta.verbose_name_plural) for model in models), *fields, *numbers]


def _joined(plan: Plan) -> str:
    return "\n".join(_shown_texts(plan))


def _mended(plan: Plan, name: str) -> str:
    """The scan with its mark-up taken off and the mendings applied."""
    text = (DIRECTORY / name).read_text(encoding="utf-8")
    text = re.sub(r"</?(?:sup|b)>", "", text)
    text = re.sub(r"<[^>]+>", "\n", text)
    for mending in Mending.objects.filter(plan=plan).exclude(after=""):
        befores, afters = mending.before.splitlines(), mending.after.splitlines()
        if len(befores) == len(afters):
            for before, after in zip(befores, afters, strict=True):
                text = text.replace(before, after)
    return text


def _plain_lines(text: str) -> Iterator[str]:
    for line in re.split(r"[\n\t]| : ", text):
        plain = line.strip()
        if re.match(r"(- )?※[\d ]+ ", plain):
            plain = re.sub(r"^(- )?※[\d ]+ ", "", plain)  # a footnote's text is its term's explanation
        while NUMBERING.match(plain):
            plain = NUMBERING.sub("", plain)
        plain = re.sub(r"\*\*$", "", plain)
        plain = re.sub(r"^\(出典：(.+)\)$", r"\1", plain)
        plain = re.sub(r"^（(総務局.+)）$", r"\1", plain)
        if plain and not re.fullmatch(r"p\.\d+|\d{1,2}|-+|※\d+", plain):
            yield plain


def _sentences(text: str) -> Iterable[str]:
    for line in _plain_lines(text):
        for sentence in line.split("。"):
            if sentence.strip() and fold(sentence) not in map(fold, BY_OTHER_MEANS):
                yield sentence.strip()
