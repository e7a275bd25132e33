"""What happened to the plan's text, and which state of it is the newest."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import StrIndex, Substr
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from plan.enums import RevisionKind
from plan.models.hierarchy import Plan

_ANCHOR = StrIndex("path", models.Value("#"))
# Compared with a number, not LIKE: its percent sign would be in the way of the statement that makes the column.
_PAGE = models.Case(models.When(GreaterThan(_ANCHOR, 0), then=Substr("path", 1, _ANCHOR - 1)), default="path")
_SHOWN = models.Q(is_hidden=False, is_withdrawn=False)
_LISTED = _SHOWN & models.Q(part_of=None)
_PARTS = _SHOWN & models.Q(part_of__isnull=False)


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Revisions, by who may see them."""

    def shown(self) -> "RevisionQuerySet":
        """What the public reads once the plan is published."""
        return self.filter(_SHOWN)

    def listed(self) -> "RevisionQuerySet":
        """What is read one after the other: of a change of many roots the one entry of them all."""
        return self.shown().filter(part_of=None)


class Revision(models.Model):
    """改定履歴: one change of published text. Append-only.

    `changes` is a list of `{"label": …, "before": …, "after": …}` in the order
    of the form; `object_type` is the model's label (`plan.measure`). `is_hidden`
    marks what was done to something the public could not see, as to a draft
    beside a published plan: it stays on record for staff. `published_with` is
    the key of what has a publication of its own and decides over the row
    (`programs.program/1`, "" for the plan alone), and `is_withdrawn` holds as
    long as that is taken off: the one thing about an entry that changes. `page`
    is `path` without its anchor: what a page shows is found by it, from an index.
    `part_of` leads from what a change of many roots (an import) did to one of
    them to the entry of them all, which is of the same moment.
    """

    plan = models.ForeignKey(Plan, verbose_name="プラン", on_delete=models.PROTECT, related_name="revisions")
    kind = models.CharField("種別", max_length=10, choices=RevisionKind.choices)
    object_type = models.CharField("種類", max_length=50)
    object_id = models.BigIntegerField("番号")
    title = models.CharField("対象", max_length=300)
    path = models.CharField("アドレス", max_length=300, blank=True)
    page = models.GeneratedField(
        verbose_name="ページ", expression=_PAGE, output_field=models.CharField(max_length=300), db_persist=True
    )
    changes = models.JSONField("変更", default=list)
    reason = models.TextField("理由")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="変更した人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("日時", default=timezone.now)
    is_hidden = models.BooleanField("改定履歴に載せない", default=False)
    published_with = models.CharField("公開の単位", max_length=100, blank=True, db_default="")
    is_withdrawn = models.BooleanField("公開をやめている", default=False, db_default=False)
    part_of = models.ForeignKey(
        "self",
        verbose_name="まとめた変更",
        null=True,
        on_delete=models.PROTECT,
        related_name="parts",
        db_index=False,  # below, for the few that have it
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = "改定履歴"
        verbose_name_plural = "改定履歴"
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["plan", "-made_at"], name="revision_plan_time"),
            models.Index(fields=["-made_at", "-id"], name="revision_time"),
            # With the column they are told by: otherwise SQLite reads every row to ask it again.
            models.Index(
                fields=["plan", "-made_at", "-id", "is_hidden", "is_withdrawn", "part_of"],
                condition=_LISTED,
                name="revision_listed_time",
            ),
            models.Index(
                fields=["plan", "page", "-made_at", "-id", "is_hidden", "is_withdrawn"],
                condition=_SHOWN,
                name="revision_shown_page",
            ),
            models.Index(
                fields=["part_of", "-made_at", "-id", "is_hidden", "is_withdrawn"],
                condition=_PARTS,
                name="revision_shown_parts",
            ),
            models.Index(fields=["object_type", "object_id"], name="revision_object"),
            models.Index(
                fields=["published_with"], condition=~models.Q(published_with=""), name="revision_published_with"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.get_kind_display()}）"

    @property
    def is_deletion(self) -> bool:
        return self.kind == RevisionKind.DELETED

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A revision is append-only and cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A revision is append-only and cannot be deleted.")


class ContentVersion(models.Model):
    """One row: a number that grows with every change of what the public sees."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="content_version_single_row")]

    def __str__(self) -> str:
        return str(self.number)


class LoadedRow(models.Model):
    """What `load_plan` last wrote for a row of the fixtures, to tell staff's edits from its own."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="loaded_rows")
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="loaded_row_key_unique")]

    def __str__(self) -> str:
        return self.key
