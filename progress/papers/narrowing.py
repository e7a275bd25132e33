"""What a paper of a round is of: its report, narrowed to its selection, and what it is called."""

from collections.abc import Iterable

from progress.enums import PaperKind
from progress.models import PublishedMeasure, Round
from progress.papers.report import Report, report_of
from progress.papers.selection import Selection


def report_for(round_: Round, selection: Selection) -> Report:
    """All that the paper is made of. Raises nothing; who may read it was asked when it was ordered."""
    return narrowed_to(report_of(round_, as_it_stands=selection.tells_undecided), selection)


def narrowed_to(report: Report, selection: Selection) -> Report:
    """The rows that a small paper is of: one 調書, those of a 所管課, one 施策; else all."""
    subject = selection.subject
    rows, measures = report.evaluations, report.measures
    match selection.kind:
        case PaperKind.EVALUATION:
            rows = tuple(row for row in rows if str(row.evaluation_id) == subject)
        case PaperKind.DEPARTMENT:
            rows = tuple(row for row in rows if str(row.department_id) == subject)
        case PaperKind.MEASURE:
            rows = tuple(row for row in rows if row.measure.code == subject)
            measures = tuple(row for row in measures if row.measure.code == subject)
        case _:
            return report
    shown = {row.measure_id for row in rows} | (
        {row.measure_id for row in measures} if subject in _codes(measures) else set()
    )
    return Report(report.published, report.is_draft, tuple(row for row in measures if row.measure_id in shown), rows)


def _codes(measures: Iterable[PublishedMeasure]) -> set[str]:
    return {row.measure.code for row in measures}


def title_of(report: Report, selection: Selection) -> str:
    """What the paper is called: on its first page, in its properties and in lists."""
    year = report.published.year_label
    first = next(iter(report.evaluations), None)
    match selection.kind:
        case PaperKind.COMMITTEE:
            return selection.cover.subject or f"{report.published.plan.title} {year}の取組の評価"
        case PaperKind.EVALUATION if first:
            return f"{year} 評価調書 {first.code} {first.title}"
        case PaperKind.DEPARTMENT if first:
            return f"{year} 評価調書（{first.department_name}）"
        case PaperKind.MEASURE if report.measures:
            return f"{year} {report.measures[0]}の評価"
        case PaperKind.CORRECTIONS:
            return f"{year}の評価 正誤表"
    return f"{report.published.plan.title} {year} 年次報告書"
