"""調書 that a round is published without: in words for their department, and counted for the committee."""

from dataclasses import dataclass

from django.db.models import QuerySet

from progress.enums import DECIDED, RoundState, Status
from progress.models import Evaluation, Round

MOST_SHOWN = 50

_IN_PUBLIC = "公開ページには、計画と次の理由だけを示"


@dataclass(frozen=True)
class LeftOut:
    """What to tell of one: `title` how it stands with 公表, `text` what follows from it, `reason` what the public
    reads. Only `text` needs the plan of its programme."""

    evaluation: Evaluation

    @property
    def title(self) -> str:
        if not self.evaluation.round.is_published:
            return "この調書は、未確定のまま年度の評価を公表することにしています。"
        if self._is_decided:
            return "確認が済み、追加の公表を待っています。"
        return "公表は済んでいますが、この調書は未確定です。"

    @property
    def text(self) -> str:
        if not self.evaluation.round.is_published:
            return (
                f"公表までに確認が済まないときは、{_IN_PUBLIC}します。"
                "記入して提出し、確認が済んだ後に、追加で公表します。"
            )
        if self._is_decided:
            return f"{_shown_now(self.evaluation)}この後、ICT推進課が追加で公表します。"
        return f"{_shown_now(self.evaluation)}記入して提出し、確認が済んだ後に、追加で公表します。"

    @property
    def reason(self) -> str:
        return self.evaluation.exception_reason

    @property
    def _is_decided(self) -> bool:
        return self.evaluation.status in DECIDED


@dataclass(frozen=True)
class LeftOutRows:
    """`total` of all; `rows` are the first of them by code."""

    total: int
    rows: list[Evaluation]


def left_out_of(evaluation: Evaluation) -> LeftOut | None:
    """None for what is published with the others, or was. No query."""
    return LeftOut(evaluation) if evaluation.is_left_out else None


def _shown_now(evaluation: Evaluation) -> str:
    """How the public reads it, its round being published."""
    why_not = evaluation.round.program.why_not_public
    return f"{why_not}公開に戻すと、{_IN_PUBLIC}します。" if why_not else f"{_IN_PUBLIC}しています。"


def exception_problem(evaluation: Evaluation, *, clears: bool = False) -> str:
    """Why a 調書 cannot be made an exception, or be none any more (`clears`), now; "" when it can. No query."""
    if evaluation.round.state != RoundState.OPEN:
        return f"例外{'から外せる' if clears else 'にできる'}のは、照会中の調書だけです。"
    if not clears and evaluation.status == Status.ACCEPTED:
        return "確認が済んでいる調書は、例外にする必要がありません。"
    return ""


def left_out_rows(round_: Round) -> LeftOutRows:
    """One query where there are no more than are shown, else two."""
    rows = list(_left_out(round_).select_related("action", "department").order_by("action__code")[: MOST_SHOWN + 1])
    return LeftOutRows(len(rows) if len(rows) <= MOST_SHOWN else _left_out(round_).count(), rows[:MOST_SHOWN])


def left_out_count(round_: Round, measure_id: int) -> int:
    return _left_out(round_).filter(direction__measure=measure_id).count()


def _left_out(round_: Round) -> QuerySet[Evaluation]:
    undecided = Evaluation.objects.filter(round=round_).exclude(status__in=round_.decided_states)
    return undecided.exclude(exception_reason="")
