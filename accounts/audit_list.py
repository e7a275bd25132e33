"""What the audit page shows and what its file holds."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.utils import timezone

from accounts.csv_export import Column
from accounts.models import AuditEntry, AuditHead
from accounts.models.audit import AuditEntryQuerySet
from accounts.samples import SAMPLE_MARK

PER_PAGE = 50
LOOKED_THROUGH = 5_000
"""So many records are compared with words for one page: no index leads to words of one or two Japanese letters."""


@dataclass(frozen=True)
class Criteria:
    """What somebody looks for; empty where it does not matter. Days belong to the period, both ends."""

    kind: str = ""
    person: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    words: tuple[str, ...] = ()

    @property
    def has_period(self) -> bool:
        return self.since is not None or self.until is not None

    def entries(self, newest: int) -> AuditEntryQuerySet:
        """The records that meet all of it, the newest first, none later than number `newest`."""
        return self.without_words(newest).with_words(list(self.words))

    def without_words(self, newest: int) -> AuditEntryQuerySet:
        """Those that meet all but the words: indexes lead to them."""
        # Of a period by time: so that the one index leads to it and to the newest of it.
        order = ("-at", "-number") if self.has_period else ("-number",)
        found = AuditEntry.objects.filter(number__lte=newest).order_by(*order)
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.person:
            found = found.by_person(self.person)
        until = self.until + datetime.timedelta(days=1) if self.until else None
        return found.between(_midnight(self.since), _midnight(until))


@dataclass(frozen=True)
class AuditPage:
    """One page of records, and the addresses that go on from there.

    `page` is None where words were looked for: those are looked for some thousand
    records at a time, and `reached` is the last record that was compared, where
    there are older ones. `total` is None where not all records were compared.
    """

    entries: list[AuditEntry]
    total: int | None
    query: str
    """The conditions and the newest number, encoded, ending in "&": for the links to other pages."""
    page: "Page[AuditEntry] | None" = None
    reached: AuditEntry | None = None
    is_further: bool = False
    """Whether it goes on from a page of newer records."""


def audit_page(
    criteria: Criteria, conditions: Mapping[str, str], newest: int, *, number: str, before: int | None
) -> AuditPage:
    """Three queries at most, however many records there are.

    `number` is that of the page; of a search for words `before`, the record it got to (None to begin).

    `newest` goes into the links, so that what is recorded meanwhile does not move the records from page to page.
    """
    query = urlencode({**conditions, "newest": newest}) + "&"
    if criteria.words:
        return _looked_for(criteria, query, newest, before)
    paginator = Paginator(criteria.entries(newest), PER_PAGE)
    page = paginator.get_page(number)
    return AuditPage(list(page), paginator.count, query, page)


def _looked_for(criteria: Criteria, query: str, newest: int, before: int | None) -> AuditPage:
    """The newest with the words among the next `LOOKED_THROUGH` records that meet everything else."""
    compared = criteria.without_words(newest)
    if before is not None:
        compared = _beyond(compared, before, by_time=criteria.has_period)
    edge = list(compared[LOOKED_THROUGH - 1 : LOOKED_THROUGH + 1])
    last = edge[0] if len(edge) > 1 else None  # where there are older ones
    if last is not None:
        compared = compared.down_to(last) if criteria.has_period else compared.filter(number__gte=last.number)
    found = list(compared.with_words(list(criteria.words))[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    reached = shown[-1] if len(found) > PER_PAGE else last
    is_whole = reached is None and before is None
    return AuditPage(shown, len(shown) if is_whole else None, query, reached=reached, is_further=before is not None)


def _beyond(entries: AuditEntryQuerySet, number: int, *, by_time: bool) -> AuditEntryQuerySet:
    """Those behind the record with the number, in the order they are in."""
    reached = AuditEntry.objects.filter(number=number).first() if by_time else None
    return entries.older_than(reached) if reached else entries.filter(number__lt=number)


def newest_number() -> int:
    return AuditHead.objects.filter(id=1).values_list("number", flat=True).first() or 0


def facts_text(entry: AuditEntry) -> str:
    """The details in one line: 「操作：変更／内容：氏名を変更しました。」."""
    return "／".join(f"{label}：{_value(value)}" for label, value in entry.facts.items())


def _value(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(_value, value))
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return "なし" if value is None else str(value)


def _midnight(day: datetime.date | None) -> datetime.datetime | None:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time())) if day else None


def _of(name: str) -> Callable[[AuditEntry], object]:
    return lambda entry: getattr(entry, name)


COLUMNS = (
    Column("番号", _of("number")),
    Column("日時（日本時間）", lambda entry: f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"),
    Column("種類", lambda entry: entry.get_kind_display()),
    Column("氏名", _of("person_name")),
    Column("職員番号", _of("staff_number")),
    Column("対象", _of("about")),
    Column("詳細", facts_text),
    Column("アドレス", _of("path")),
    Column("接続元", _of("client")),
    Column("前の記録のハッシュ値", _of("previous_hash")),
    Column("ハッシュ値", _of("hash")),
)
"""The file of the audit page. People's names and numbers are those of the time of the record."""


def columns(holds_samples: bool) -> tuple[Column, ...]:
    """Where there is anything made up, each row says so: a record does not tell which of it is."""
    mark = SAMPLE_MARK if holds_samples else None
    return (*COLUMNS, Column(SAMPLE_MARK, lambda entry: mark))


def filename(day: datetime.date, holds_samples: bool) -> str:
    return f"監査記録_{day:%Y%m%d}{f'_{SAMPLE_MARK}' if holds_samples else ''}.csv"
