"""The glossary: 23 terms in the plan of 2016."""

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from plan.models.base import Versioned
from plan.models.hierarchy import Plan
from plan.models.search import SearchDocument


class Term(Versioned):
    """A term of the glossary; `number` is that of its footnote, ※1 … ※23."""

    plan = models.ForeignKey(Plan, verbose_name="プラン", on_delete=models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField("番号", help_text="脚注の番号（※1の1）。")
    name = models.CharField("用語", max_length=100)
    reading = models.CharField("よみ", max_length=100, help_text="ひらがなで入力します。50音順の並びに使います。")
    aliases = models.TextField("別の書き方", blank=True, help_text="1行に1つ。例：ICT-BCP")
    explanation = models.TextField("解説")
    page = models.PositiveSmallIntegerField("原資料の頁", null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "用語"
        verbose_name_plural = "用語集"
        ordering = ["plan_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="term_number_unique",
                violation_error_message="このプランには同じ番号の用語がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["plan", "name"],
                name="term_name_unique",
                violation_error_message="この用語はすでに用語集にあります。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def alias_list(self) -> list[str]:
        return [line.strip() for line in self.aliases.splitlines() if line.strip()]

    @property
    def spellings(self) -> list[str]:
        """The name and its aliases: everything the marker looks for."""
        return [self.name, *self.alias_list]

    @property
    def anchor(self) -> str:
        return f"term-{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("plan:term", args=[self.plan.slug, self.number])


class TermUse(models.Model):
    """A document in whose running text a term occurs. Derived; rebuilt with the search index."""

    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="uses")
    document = models.ForeignKey(SearchDocument, on_delete=models.CASCADE, related_name="term_uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["term", "document"], name="term_use_unique")]

    def __str__(self) -> str:
        return f"{self.term_id} in {self.document_id}"
