"""施策評価: ICT推進課's evaluation of one measure in one round."""

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from plan.models import Measure
from progress.models.round import Round
from progress.models.scale import ScaleEntry


class MeasureEvaluation(models.Model):
    """One measure in one round; complete when rating and reason are there."""

    round = models.ForeignKey(
        Round, verbose_name="評価年度", on_delete=models.PROTECT, related_name="measure_evaluations"
    )
    measure = models.ForeignKey(Measure, verbose_name="施策", on_delete=models.PROTECT, related_name="evaluations")
    version = models.PositiveIntegerField("版", default=1, editable=False)
    rating = models.ForeignKey(
        ScaleEntry, verbose_name="評価", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField("評価の理由", blank=True)
    results = models.TextField("主な成果", blank=True)
    problems = models.TextField("主な課題", blank=True)
    outlook = models.TextField("今後の見通し", blank=True)
    saved_at = models.DateTimeField("保存した日時", null=True, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "施策評価"
        verbose_name_plural = "施策評価"
        ordering = ["round", "measure__policy__number", "measure__number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "measure"], name="measure_evaluation_unique"),
        ]

    def __str__(self) -> str:
        return str(self.measure)

    @property
    def lacks_reason(self) -> bool:
        """Whether it is rated, and nobody says why: so it is not published."""
        return self.rating_id is not None and not self.reason.strip()

    @property
    def is_complete(self) -> bool:
        return self.rating_id is not None and bool(self.reason.strip())
