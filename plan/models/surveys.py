"""The three surveys of chapter 2, their questions and what the text says was answered."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from plan.enums import Bound, Unit
from plan.models.base import Versioned
from plan.models.document import Section
from plan.models.hierarchy import Plan


class Survey(Versioned):
    """A survey of citizens. Texts are the plan's own; dates are calendar dates."""

    plan = models.ForeignKey(Plan, verbose_name="プラン", on_delete=models.PROTECT, related_name="surveys")
    number = models.PositiveSmallIntegerField("番号")
    title = models.CharField("題名", max_length=200)
    section = models.ForeignKey(Section, verbose_name="章・節", on_delete=models.PROTECT, related_name="surveys")
    area = models.CharField("調査の地域", max_length=200, blank=True)
    population = models.CharField("調査の対象者", max_length=200, blank=True)
    sampling = models.CharField("標本の抽出", max_length=200, blank=True)
    method = models.CharField("調査方法", max_length=200)
    period = models.CharField("調査期間", max_length=200)
    started_on = models.DateField("調査開始日")
    ended_on = models.DateField("調査終了日")
    response = models.CharField("回収状況・回答者数", max_length=200)
    sample_size = models.PositiveIntegerField("標本数", null=True, blank=True)
    respondents = models.PositiveIntegerField("回答者数")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "アンケート"
        verbose_name_plural = "アンケート"
        ordering = ["plan_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="survey_number_unique",
                violation_error_message="このプランには同じ番号のアンケートがすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__gte=F("started_on")),
                name="survey_days_ordered",
                violation_error_message="調査終了日は調査開始日以後の日にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("plan:survey", args=[self.plan.slug, self.number])


class Question(Versioned):
    """One question (①, ②, …) of a survey and the finding the plan states."""

    survey = models.ForeignKey(Survey, verbose_name="アンケート", on_delete=models.CASCADE, related_name="questions")
    number = models.PositiveSmallIntegerField("番号")
    title = models.CharField("設問", max_length=200)
    finding = models.TextField("結果の記述")
    unit = models.CharField("単位", max_length=10, choices=Unit.choices, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "設問"
        verbose_name_plural = "設問"
        ordering = ["survey__plan_id", "survey__number", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "number"],
                name="question_number_unique",
                violation_error_message="このアンケートには同じ番号の設問がすでにあります。",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def anchor(self) -> str:
        return f"q-{self.number}"

    def get_absolute_url(self) -> str:
        return f"{self.survey.get_absolute_url()}#{self.anchor}"


class Answer(models.Model):
    """A value the text states for an answer; the full series of the charts are lost."""

    question = models.ForeignKey(Question, verbose_name="設問", on_delete=models.CASCADE, related_name="answers")
    position = models.PositiveSmallIntegerField("順番")
    label = models.CharField("回答", max_length=300)
    value = models.DecimalField("値", max_digits=10, decimal_places=2)
    bound = models.CharField("値の種類", max_length=10, choices=Bound.choices, default=Bound.EXACT)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "回答"
        verbose_name_plural = "回答"
        ordering = ["question_id", "position"]

    def __str__(self) -> str:
        return self.label
