"""The search index: one row for each page or part of a page the public can find."""

from django.db import models

from plan.enums import DocumentKind
from plan.models.hierarchy import Measure, Plan


class SearchDocument(models.Model):
    """Derived from the plan's rows by `plan.search`; never edited by hand.

    `folded_title` and `folded` hold `plan.text.folding.fold` of title (with
    aliases) and text: what queries are compared with.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="search_documents")
    kind = models.CharField(max_length=20, choices=DocumentKind.choices)
    source_model = models.CharField(max_length=50)
    source_id = models.BigIntegerField()
    measure = models.ForeignKey(
        Measure, null=True, blank=True, on_delete=models.CASCADE, related_name="search_documents"
    )
    title = models.CharField(max_length=300)
    path = models.CharField(max_length=300)
    text = models.TextField()
    folded_title = models.TextField()
    folded = models.TextField()
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["plan_id", "kind", "position"]
        constraints = [
            models.UniqueConstraint(fields=["source_model", "source_id"], name="search_document_source_unique")
        ]

    def __str__(self) -> str:
        return self.title
