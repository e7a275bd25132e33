import pytest

from plan.figures.timeline import EraBand, Span, time_chart

PLAN = Span("推進プラン", 2016, 2020, is_self=True)


@pytest.mark.parametrize(
    ("span", "x", "width", "runs_on"),
    [
        (Span("全期間", 2016, 2025), 0.0, 100.0, False),
        (Span("2年間", 2016, 2017), 0.0, 20.0, False),
        (Span("1年だけ", 2018, 2018), 20.0, 10.0, False),
        (Span("終わりが不明", 2018, None), 20.0, 80.0, True),
        (Span("図より長い", 2016, 2045), 0.0, 100.0, True),
        (Span("年度の明記なし", None, None), 0, 0, False),
        (Span("図より後", 2030, 2035), 0, 0, False),
    ],
)
def test_both_ends_of_a_period_are_included(span: Span, x: float, width: float, runs_on: bool) -> None:
    row = time_chart([Span("全期間", 2016, 2025), span], last_year=2025).rows[1]
    assert (row.x, row.width, row.runs_on) == (x, width, runs_on)


def test_the_axis_begins_with_the_first_period_and_ends_with_the_last() -> None:
    chart = time_chart([Span("第1次", 1997, 2005), PLAN], last_year=2030)
    assert (chart.first_year, chart.last_year) == (1997, 2020)


def test_years_bear_both_calendars_and_do_not_crowd() -> None:
    chart = time_chart([PLAN], last_year=2026)
    assert [(mark.era_year, mark.western) for mark in chart.marks] == [
        ("28", "2016"),
        ("29", "2017"),
        ("30", "2018"),
        ("元", "2019"),
        ("2", "2020"),
    ]
    assert chart.eras == (EraBand("平成", 0.0, 60.0), EraBand("令和", 60.0, 40.0))
    assert len(time_chart([Span("長い", 1997, 2025)], last_year=2025).marks) == 6


def test_a_period_of_many_centuries_is_drawn_all_the_same() -> None:
    assert len(time_chart([Span("誤記", 28, 2020)], last_year=2020).marks) == 20


def test_years_before_the_eras_known_stay_western() -> None:
    chart = time_chart([Span("大正", 1920, 1921)], last_year=1921)
    assert [era.name for era in chart.eras] == ["西暦"]


def test_an_estimate_says_so_in_words_and_by_pattern() -> None:
    chart = time_chart([PLAN, Span("次期プログラム", 2018, None, estimate="推定")], last_year=2020)
    assert chart.rows[1].lines[0].text == "次期プログラム（推定）"
    assert (chart.has_estimates, chart.has_open_ends) == (True, True)
    assert (time_chart([PLAN], last_year=2020).has_estimates, time_chart([PLAN], last_year=2020).has_open_ends) == (
        False,
        False,
    )


def test_rows_stand_below_one_another_inside_the_drawing() -> None:
    chart = time_chart([PLAN, Span("川崎市情報化推進プログラム（2014-2015）の後の計画", 2016, 2017)], last_year=2020)
    edges = [chart.axis_height]
    for row in chart.rows:
        edges += [*(line.y for line in row.lines), row.y, row.bottom, row.line_y]
    assert edges == sorted(edges)
    assert chart.rows[-1].bottom < chart.height


def test_without_any_year_nothing_can_be_drawn() -> None:
    with pytest.raises(ValueError, match="first year"):
        time_chart([Span("不明", None, 2020)], last_year=2020)
