"""Closing the loop: what an accepted 調書 proposes for the next year."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from plan.fiscal import fiscal_year_label
from programs.models import ActionYear
from progress.enums import ProposalState
from progress.models.evaluation import Evaluation


class NextYearProposal(models.Model):
    """The Act part of an accepted 調書 as the next `ActionYear`, or the end of the action.

    Staff confirm it; a `PlanOrigin` then tells of each yearly plan it became.
    Taken back when the 調書 is returned.
    `targets` is a list of `{"indicator": id, "target": "12.5" or null, "reason": …}`.
    """

    evaluation = models.OneToOneField(Evaluation, on_delete=models.PROTECT, related_name="proposal")
    year = models.PositiveSmallIntegerField("年度（西暦）")
    planned_work = models.TextField("計画", blank=True)
    budget = models.BigIntegerField("予算額（千円）", null=True)
    targets = models.JSONField("目標値", default=list)
    ends_action = models.BooleanField("取組を終える", default=False)
    state = models.CharField("状態", max_length=20, choices=ProposalState.choices, default=ProposalState.PROPOSED)
    decided_at = models.DateTimeField("決めた日時", null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decline_reason = models.CharField("反映しない理由", max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "次年度計画の案"
        verbose_name_plural = "次年度計画の案"
        ordering = ["year", "evaluation__action__code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ProposalState.PROPOSED, decided_at__isnull=True)
                | Q(decided_at__isnull=False) & ~Q(state=ProposalState.PROPOSED),
                name="proposal_decision_agrees",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.DECLINED) | ~Q(decline_reason=""),
                name="proposal_declined_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "year"], name="proposal_state_year")]

    def __str__(self) -> str:
        return f"{self.evaluation}（{fiscal_year_label(self.year)}）"

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return _TONES[ProposalState(self.state)]


class PlanOrigin(models.Model):
    """A 調書 a yearly plan came from, with the part it gave (money in 千円). A merged action has several."""

    proposal = models.ForeignKey(NextYearProposal, on_delete=models.CASCADE, related_name="plans")
    action_year = models.ForeignKey(ActionYear, on_delete=models.PROTECT, related_name="origins")
    planned_work = models.TextField("計画", blank=True)
    budget = models.BigIntegerField("予算額（千円）", null=True)

    class Meta:
        verbose_name = "年度別計画の元の調書"
        verbose_name_plural = "年度別計画の元の調書"
        ordering = ["proposal_id", "action_year_id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "action_year"], name="plan_origin_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal} → {self.action_year}"


_TONES = {ProposalState.PROPOSED: "info", ProposalState.CONFIRMED: "success", ProposalState.DECLINED: "neutral"}
