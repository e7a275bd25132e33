"""From a selection to a paper in the queue: what it is of, its title, the state of its content."""

from accounts.models import Department, User
from plan.models import Plan
from progress.actions.papers import Order, order_paper
from progress.enums import PaperKind
from progress.errors import NotNow
from progress.models import Evaluation, Paper, Round
from progress.papers.narrowing import report_for, title_of
from progress.papers.selection import Selection
from progress.papers.versions import content_version, key_of, plan_version


def order_of_round(*, round_: Round, selection: Selection, by: User | None, recipient: str = "") -> tuple[Paper, bool]:
    """Order a paper of a round; `round_` with its programme, plan and scale. Raises NotYours, NotNow."""
    report = report_for(round_, selection)
    if selection.subject and not report.evaluations:
        raise NotNow("この資料に載せる調書は、いまはありません。")
    version = content_version(report)
    order = Order(
        key=key_of(round_.program.plan.slug, round_.slug, selection, version),
        kind=selection.kind,
        title=title_of(report, selection),
        plan=round_.program.plan,
        selection=selection.as_json(),
        content_version=version,
        shows_undecided=report.shows_undecided,
        round=round_,
        evaluation=_evaluation(round_, selection),
        department=_department(selection),
        recipient=recipient,
    )
    return order_paper(order=order, by=by)


def order_of_plan(*, plan: Plan, by: User | None, recipient: str = "") -> tuple[Paper, bool]:
    """Order the plan itself, as it is published. Raises NotYours, NotNow."""
    if not plan.is_published:
        raise NotNow("このプランはいま公開していないため、冊子を作れません。公開に戻した後に、作り直してください。")
    selection = Selection.of(PaperKind.PLAN)
    version = plan_version(plan)
    order = Order(
        key=key_of(plan.slug, "", selection, version),
        kind=PaperKind.PLAN,
        title=plan.full_title,
        plan=plan,
        selection=selection.as_json(),
        content_version=version,
        recipient=recipient,
    )
    return order_paper(order=order, by=by)


def _evaluation(round_: Round, selection: Selection) -> Evaluation | None:
    if selection.kind != PaperKind.EVALUATION:
        return None
    return Evaluation.objects.get(round=round_, pk=int(selection.subject))


def _department(selection: Selection) -> Department | None:
    return Department.objects.get(pk=int(selection.subject)) if selection.kind == PaperKind.DEPARTMENT else None
