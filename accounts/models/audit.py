"""監査記録: who did what, when and from where; append-only, each record chained to the one before."""

import datetime
import hashlib
import json
from typing import Any

from django.db import models
from django.db.models import Q

from accounts.enums import AuditKind
from accounts.models.people import User

FIRST_HASH = "0" * 64
"""What the first record names as the hash of the one before."""

# In the order in which another programme would write them; the canonical JSON sorts them anyway.
HASHED = (
    "number",
    "at",
    "person",
    "person_name",
    "staff_number",
    "kind",
    "about",
    "path",
    "client",
    "details",
    "previous_hash",
)


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """What the audit page filters by."""

    def by_person(self, text: str) -> "AuditEntryQuerySet":
        """Of people whose name or staff number, now or ever before, contains `text`."""
        asked = Q(name__icontains=text) | Q(staff_number__icontains=text)
        now = User.objects.filter(asked).order_by().values("id")
        ever = User.history.filter(asked).order_by().values("id")
        # One set of keys, not two conditions joined by OR: so the index of person and number serves.
        return self.filter(person__in=now.union(ever))

    def between(
        self, start: datetime.datetime | None = None, end: datetime.datetime | None = None
    ) -> "AuditEntryQuerySet":
        """From `start` up to, but not including, `end`; None leaves a side open."""
        found = self if start is None else self.filter(at__gte=start)
        return found if end is None else found.filter(at__lt=end)

    def older_than(self, entry: "AuditEntry") -> "AuditEntryQuerySet":
        """By time, and by number within a moment."""
        return self.filter(at__lte=entry.at).exclude(at=entry.at, number__gte=entry.number)

    def down_to(self, entry: "AuditEntry") -> "AuditEntryQuerySet":
        """All that are not older than it."""
        return self.filter(at__gte=entry.at).exclude(at=entry.at, number__lt=entry.number)

    def with_words(self, words: list[str]) -> "AuditEntryQuerySet":
        """Those that contain every word in what they are about, their details, address or client."""
        found = self
        for word in words:
            # Inside the JSON text, quotation marks and backslashes are escaped.
            escaped = json.dumps(word, ensure_ascii=False)[1:-1]
            found = found.filter(
                Q(about__icontains=word)
                | Q(details__icontains=escaped)
                | Q(path__icontains=word)
                | Q(client__icontains=word)
            )
        return found


class AuditEntry(models.Model):
    """One record of the audit trail. `accounts.audit.record` writes it; nothing changes or deletes it.

    `hash` is the SHA-256, in lower-case hexadecimal, of the UTF-8 bytes of a
    JSON object with the keys of `HASHED`, sorted by name, without blanks
    (separators "," and ":"), non-ASCII characters as themselves, control
    characters, `"` and `\\` escaped as Python's `json.dumps` does:

    - `number`: integer, 1, 2, 3 … without a gap
    - `at`: text, UTC, always with six digits of microseconds: "2017-05-31T01:02:03.000000+00:00"
    - `person`: integer (the key of the user) or null
    - `person_name`, `staff_number`: as they were at that time, "" without a person
    - `kind`, `about`, `path`, `client`: text
    - `details`: text, just as it is stored (a JSON object written by the same rules)
    - `previous_hash`: the hash of the record before, 64 zeros for the first

    With that, any programme can check the chain from the rows alone.
    """

    number = models.PositiveBigIntegerField("番号", primary_key=True)
    at = models.DateTimeField("日時")
    person = models.ForeignKey(
        User, verbose_name="利用者", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    person_name = models.CharField("氏名", max_length=100, blank=True)
    staff_number = models.CharField("職員番号", max_length=30, blank=True)
    kind = models.CharField("種類", max_length=30, choices=AuditKind.choices)
    about = models.CharField("対象", max_length=300, blank=True)
    path = models.CharField("アドレス", max_length=300, blank=True)
    client = models.CharField("接続元", max_length=45, blank=True)
    # Text, not JSONField: PostgreSQL would store the object in a form of its own, and the hash is of this one.
    details = models.TextField("詳細", default="{}")
    previous_hash = models.CharField("前の記録のハッシュ値", max_length=64)
    hash = models.CharField("ハッシュ値", max_length=64)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "監査記録"
        verbose_name_plural = "監査記録"
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["kind", "number"], name="audit_kind_number"),
            models.Index(fields=["person", "number"], name="audit_person_number"),
            # With what else is asked of a period: counting it reads no record.
            models.Index(fields=["-at", "-number", "kind", "person"], name="audit_time"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A record of the audit trail is append-only and cannot be changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A record of the audit trail is append-only and cannot be deleted.")

    @property
    def facts(self) -> dict[str, Any]:
        """The details as they were given: label → value. Empty where they are no longer a JSON object."""
        try:
            facts = json.loads(self.details)
        except json.JSONDecodeError:
            return {}
        return facts if isinstance(facts, dict) else {}

    def computed_hash(self) -> str:
        """The hash that belongs to what the fields say; see the class for the rule."""
        values = {name: getattr(self, name) for name in HASHED if name not in {"at", "person"}}
        values["at"] = self.at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
        values["person"] = self.person_id
        return hashlib.sha256(canonical(values).encode()).hexdigest()


class AuditHead(models.Model):
    """One row: the newest number and hash. Locked by who records, so that numbers have no gap.

    Without it, nobody would notice that the newest records are gone.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=FIRST_HASH)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_head_single_row")]

    def __str__(self) -> str:
        return str(self.number)


def canonical(value: object) -> str:
    """JSON in the one spelling that hashes are taken of: sorted keys, no blanks, Japanese as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
