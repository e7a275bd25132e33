"""Every error is told by sheet, row, column, value and remedy, and all of them at once."""

import datetime
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from programs.importing.errors import CellError
from programs.models import Program
from progress.models import Evaluation, EvaluationIndicator, Round, Scale
from tests.factories import DepartmentFactory
from tests.programs import factories
from tests.programs.workbooks import examined, place, put, small_program

pytestmark = pytest.mark.django_db
Change = Callable[[Workbook], object]


@pytest.fixture
def program() -> Program:
    return small_program()


def append(sheet: str, *cells: object) -> Change:
    return lambda workbook: workbook[sheet].append(cells)


def test_a_cell_error_says_it_all(program: Program) -> None:
    examination = examined(program, put("年度別計画", 3, **{"予算額（千円）": "12,30o"}))
    assert examination.errors == [
        CellError(
            sheet="年度別計画",
            row=3,
            column="D",
            label="予算額（千円）",
            value="12,30o",
            problem="金額として読めません。",
            remedy="千円単位の数字で入力してください（例：1,234または1,234千円）。",
        )
    ]
    assert str(examination.errors[0]) == (
        "シート『年度別計画』 3行 D列『予算額（千円）』：『12,30o』は金額として読めません。"
        "千円単位の数字で入力してください（例：1,234または1,234千円）。"
    )


# (name, change, errors as people read them)
CELLS: list[tuple[str, Change, list[str]]] = [
    (
        "required cell empty",
        put("取組", 2, 取組名=None),
        ["シート『取組』 2行 B列『取組名』：空欄です。入力してください（例：オンライン申請の拡大）。"],
    ),
    (
        "code turned into a date",
        put("取組", 2, 主な基本方向=datetime.date(2001, 1, 1)),
        [
            "シート『取組』 2行 C列『主な基本方向』：『2001/01/01』は日付になっています。"
            "Excelがコードを日付に変えています。セルの表示形式を「文字列」にしてから入力し直してください（例：1-1-1）。"
        ],
    ),
    (
        "unknown direction",
        put("取組", 2, 主な基本方向="9-9-9"),
        [
            "シート『取組』 2行 C列『主な基本方向』：『9-9-9』はプランにない基本方向です。"
            "シート「コード表」の「基本方向コード」から選んでください。"
        ],
    ),
    (
        "unknown word",
        put("取組", 2, 実施主体="県"),
        [
            "シート『取組』 2行 H列『実施主体』：『県』は選べる言葉ではありません。「市が直接実施」"
            "「市が民間等に委託して実施」「市民・事業者等と協働して実施」「その他」のどれかを入力してください。"
        ],
    ),
    (
        "title too long",
        put("取組", 2, 取組名="あ" * 201),
        [f"シート『取組』 2行 B列『取組名』：『{'あ' * 60}…』は長すぎます（201文字）。200文字以内で入力してください。"],
    ),
    (
        "text too long",
        put("取組", 2, 内容="あ" * 10_001),
        [
            f"シート『取組』 2行 F列『内容』：『{'あ' * 60}…』は長すぎます（10,001文字）。"
            "10,000文字以内で入力してください。"
        ],
    ),
    (
        "formula",
        put("年度別計画", 2, **{"予算額（千円）": "=SUM(A1:A3)"}),
        [
            "シート『年度別計画』 2行 D列『予算額（千円）』：『=SUM(A1:A3)』は数式が入っています。"
            "コピーして「値として貼り付け」をしてください。"
        ],
    ),
    (
        "error of Excel",
        put("年度別計画", 2, **{"予算額（千円）": "#REF!"}),
        [
            "シート『年度別計画』 2行 D列『予算額（千円）』：『#REF!』はExcelのエラー値です。"
            "正しい値を入力し直してください。"
        ],
    ),
    (
        "year outside the programme",
        put("年度別計画", 2, 年度="令和2年度"),
        [
            "シート『年度別計画』 2行 B列『年度』：『令和2年度』はプログラムの期間の外です。"
            "平成28(2016)年度から平成29(2017)年度までの年度を入力してください。",
            "シート『マイルストーン』 2行 B列『年度』：『2016』は"
            "シート『年度別計画』に、この取組のこの年度の行がありません。"
            "年度を直すか、シート『年度別計画』に行を加えてください。",
            "シート『マイルストーン』 3行 B列『年度』：『2016』は"
            "シート『年度別計画』に、この取組のこの年度の行がありません。"
            "年度を直すか、シート『年度別計画』に行を加えてください。",
        ],
    ),
    (
        "years the wrong way round",
        put("取組", 2, 開始年度=2017, 終了年度=2016),
        ["シート『取組』 2行 J列『終了年度』：『2016』は開始年度より前です。終了年度は開始年度以後にしてください。"],
    ),
    (
        "duplicate code",
        append("取組", "1-1-001", "写し", "1-1-1", "その他", "", "", "", "その他", 2016),
        [
            "シート『取組』 4行 A列『取組コード』：『1-1-001』は2行と取組コードが同じです。"
            "どちらかの行を削除するか、正しい値に直してください。"
        ],
    ),
    (
        "unknown action",
        append("ほかの基本方向", "1-1-404", "1-1-2"),
        [
            "シート『ほかの基本方向』 3行 A列『取組コード』：『1-1-404』はシート『取組』にない取組コードです。"
            "取組コードを直すか、シート『取組』に取組を加えてください。"
        ],
    ),
    (
        "the main direction again",
        append("ほかの基本方向", "1-1-001", "1-1-1"),
        [
            "シート『ほかの基本方向』 3行 B列『基本方向』：『1-1-1』はこの取組の主な基本方向と同じです。"
            "この行を削除するか、別の基本方向にしてください。"
        ],
    ),
    (
        "unknown department",
        append("所管課", "1-1-001", "9999", None, "関係", "2016-04-01"),
        [
            "シート『所管課』 6行 B列『組織コード』：『9999』は登録されていない組織コードです。"
            "シート「コード表」の「組織コード」から選んでください。"
        ],
    ),
    (
        "department not there yet",
        append("所管課", "1-1-001", "1702", None, "関係", "2015-04-01"),
        [
            "シート『所管課』 6行 B列『組織コード』：『1702』は2015年4月1日には設置されていない組織です"
            "（情報課は2016年4月1日から現在まで）。組織コードか開始日を直してください。"
        ],
    ),
    (
        "period the wrong way round",
        append("所管課", "1-1-001", "1702", None, "関係", "2017-04-01", "2017-03-31"),
        [
            "シート『所管課』 6行 F列『終了日』：『2017-03-31』は"
            "開始日より前です。終了日は開始日以後の日にしてください。"
        ],
    ),
    (
        "two leads at once",
        append("所管課", "1-1-001", "1702", None, "主管", "2017-04-01"),
        [
            "シート『所管課』 6行 E列『開始日』：『2017-04-01』は2行の主管の期間と重なっています。"
            "2行の終了日を、この行の開始日の前の日にしてください。"
        ],
    ),
    (
        "no lead in a year",
        put("所管課", 2, 終了日="2017-03-31"),
        [
            "シート『取組』 2行 A列『取組コード』：『1-1-001』は平成29(2017)年度に主管の所管課がありません。"
            "シート『所管課』に、区分が「主管」の行を加えてください。"
        ],
    ),
    (
        "unknown item of an upper plan",
        append("上位計画", "1-1-001", "総合計画の基本政策", 99),
        [
            "シート『上位計画』 3行 C列『番号』：『99』はこの種別にない番号です。"
            "シート「コード表」の「上位計画の項目の番号」から選んでください。"
        ],
    ),
    (
        "no such month",
        put("マイルストーン", 2, 月="13月"),
        [
            "シート『マイルストーン』 2行 D列『月』：『13月』は月として読めません。"
            "1から12までの数字で入力してください（例：9または9月）。"
        ],
    ),
    (
        "target of an unknown indicator",
        append("指標の目標", "1-1-001", "ない指標", 2016, 5),
        [
            "シート『指標の目標』 6行 B列『指標名』：『ない指標』は"
            "シート『指標』に、この取組のこの名前の指標がありません。"
            "指標名を直すか、シート『指標』に行を加えてください。"
        ],
    ),
    (
        "unknown predecessor",
        append("引き継ぎ", "1-1-002", None, "9-9-999", "継続"),
        [
            "シート『引き継ぎ』 3行 C列『前プログラムの取組コード』：『9-9-999』は"
            "プログラム「2014」にない取組コードです。"
            "このプログラムより前のプログラムにある取組コードを入力してください。"
        ],
    ),
    (
        "the file of another programme",
        lambda workbook: setattr(workbook["情報"]["B3"], "value", "2018"),
        [
            "シート『情報』 3行 B列『プログラムのアドレス』：『2018』は別のプログラムのファイルです。"
            "取り込むファイルを選び直してください。このプログラムに取り込むときは、シート「情報」を削除してください。"
        ],
    ),
    (
        "sheet missing",
        lambda workbook: workbook.remove(workbook["マイルストーン"]),
        [
            "シート『マイルストーン』：このシートがありません。シート名を変えたときは元に戻してください。"
            "書くことがないときも、見出しだけのシートを残してください。"
        ],
    ),
    (
        "required column missing",
        lambda workbook: setattr(place(workbook["所管課"], "区分", 1), "value", "種類"),
        [
            "シート『所管課』 1行『区分』：この列がありません。"
            "見出しの名前を変えたときは元に戻し、消したときは様式から写してください。"
        ],
    ),
    (
        "column twice",
        lambda workbook: setattr(workbook["所管課"]["H1"], "value", "区分"),
        [
            "シート『所管課』 1行 H列『区分』：同じ見出しの列が2つあります（D列とH列）。"
            "使わない方の見出しを消すか、名前を変えてください。"
        ],
    ),
    (
        "no headings",
        lambda workbook: workbook["上位計画"].delete_rows(1, 5),
        [
            "シート『上位計画』：見出しの行が見つかりません。"
            "20行目までに「取組コード」「種別」「番号」の見出しを書いてください。"
        ],
    ),
    (
        "no actions",
        lambda workbook: [page.delete_rows(2, 50) for page in workbook],
        ["シート『取組』：取組が1件もありません。取組を1件以上入力してください。"],
    ),
]


@pytest.mark.parametrize(("change", "errors"), [case[1:] for case in CELLS], ids=[case[0] for case in CELLS])
def test_each_error(program: Program, change: Change, errors: list[str]) -> None:
    assert [str(error) for error in examined(program, change).errors] == errors


def test_all_errors_are_told_at_once(program: Program) -> None:
    def change(workbook: Workbook) -> None:
        put("取組", 2, 取組名=None, 主な基本方向="9-9-9", 開始年度="いつか")(workbook)
        put("所管課", 4, 組織コード="9999")(workbook)
        put("マイルストーン", 2, 月=0)(workbook)
        put("指標の目標", 5, 目標値="多め", 年度=2030)(workbook)

    assert [(error.sheet, error.row, error.column, error.value) for error in examined(program, change).errors] == [
        ("取組", 2, "B", ""),
        ("取組", 2, "I", "いつか"),
        ("取組", 2, "C", "9-9-9"),
        ("所管課", 4, "B", "9999"),
        ("マイルストーン", 2, "D", "0"),
        ("指標の目標", 5, "D", "多め"),
        ("指標の目標", 5, "C", "2030"),
    ]


def test_more_rows_than_can_be_read(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("programs.importing.tables.MOST_ROWS", 3)
    assert [str(error) for error in examined(program, append("上位計画")).errors] == [
        "シート『所管課』：行が多すぎます（3行まで）。使っていない行を削除するか、取組を分けてください。",
        "シート『年度別計画』：行が多すぎます（3行まで）。使っていない行を削除するか、取組を分けてください。",
        "シート『マイルストーン』：行が多すぎます（3行まで）。使っていない行を削除するか、取組を分けてください。",
        "シート『指標の目標』：行が多すぎます（3行まで）。使っていない行を削除するか、取組を分けてください。",
    ]


def without(code: str) -> Change:
    """Every row of an action is deleted."""

    def change(workbook: Workbook) -> None:
        for page in workbook:
            for row in reversed(range(2, page.max_row + 1)):
                if page.cell(row=row, column=1).value == code:
                    page.delete_rows(row)

    return change


def test_an_action_that_later_programmes_carry_on_stays(program: Program) -> None:
    later = factories.ActionFactory.create(program__slug="2018", program__start_year=2018, program__predecessor=program)
    factories.ActionLineageFactory.create(action=later, predecessor=program.actions.get(code="1-1-002"))
    assert [str(error) for error in examined(program, without("1-1-002")).errors] == [
        "シート『取組』：『1-1-002 オープンデータ』はファイルにありませんが、取組の引き継ぎ1件が結び付いているため、"
        "削除できません。この行をファイルに戻してください。やめる取組は、行を残して終了年度を入力します。"
    ]


def test_a_missing_predecessor_programme_is_told(program: Program) -> None:
    program.predecessor = None
    program.save()
    change = append("引き継ぎ", "1-1-002", None, "1-1-009", "継続")
    assert [error.problem for error in examined(program, change).errors] == ["前のプログラムが登録されていません。"]


def test_a_department_without_a_period_that_fits_lists_those_it_has(program: Program) -> None:
    DepartmentFactory.create(code="1900", name="旧い課", valid_from="2010-04-01", valid_to="2012-03-31")
    DepartmentFactory.create(code="1900", name="新しい課", valid_from="2018-04-01")
    change = append("所管課", "1-1-001", "1900", None, "関係", "2016-04-01")
    assert [error.problem for error in examined(program, change).errors] == [
        "2016年4月1日には設置されていない組織です（新しい課は2018年4月1日から現在まで、"
        "旧い課は2010年4月1日から2012年3月31日まで）。"
    ]


def test_what_has_evaluations_stays(program: Program) -> None:
    """The app of the evaluations is not known to the import: it goes by what hangs on the rows."""
    action = program.actions.get(code="1-1-002")
    scale = Scale.objects.create(name="試験の尺度")
    round_ = Round.objects.create(
        program=program, year=2016, slug="2016", opens_on="2017-04-03", deadline="2017-05-31", scale=scale
    )
    evaluation = Evaluation.objects.create(
        round=round_, action=action, direction=action.main_direction, department=action.owners.all()[0].department
    )
    EvaluationIndicator.objects.create(evaluation=evaluation, indicator=action.indicators.get())
    errors = [(error.sheet, error.value, error.problem) for error in examined(program, without("1-1-002")).errors]
    assert errors == [
        (
            "取組",
            "1-1-002 オープンデータ",
            "ファイルにありませんが、評価調書1件が結び付いているため、削除できません。",
        ),
        (
            "指標",
            "1-1-002 申請の件数",
            "ファイルにありませんが、指標の実績1件が結び付いているため、削除できません。",
        ),
    ]
