"""Writing many rows at once, with the history that `save()` and `delete()` would write one by one."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, router
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts.models import User
from plan.actions import HISTORY_REASON_LENGTH

AT_ONCE = 500


@dataclass(frozen=True)
class Writer:
    """Who writes, why, and the one moment of all history records. Needs a transaction."""

    by: User
    reason: str
    moment: datetime.datetime

    def create(self, model: type[models.Model], rows: Sequence[models.Model]) -> None:
        """Afterwards the rows have their primary keys."""
        if not rows:
            return
        if _has_history(model):
            bulk_create_with_history(rows, model, batch_size=AT_ONCE, **self._on_record())
        else:
            model._default_manager.bulk_create(rows, batch_size=AT_ONCE)

    def update(self, model: type[models.Model], rows: Sequence[models.Model], fields: Sequence[str]) -> None:
        """`fields` by name or by attribute (main_direction_id)."""
        if rows:
            bulk_update_with_history(rows, model, fields, batch_size=AT_ONCE, **self._on_record())

    def delete(self, model: type[models.Model], rows: Sequence[models.Model]) -> None:
        """Nothing is swept away with the rows: what hangs on them must be gone, or the database refuses."""
        if _has_history(model):
            self._record_deletions(model, rows)
        keys = [row.pk for row in rows]
        for start in range(0, len(keys), AT_ONCE):
            chosen = model._base_manager.filter(pk__in=keys[start : start + AT_ONCE])
            # delete() would fetch every row again and write its history one by one.
            chosen._raw_delete(router.db_for_write(model))

    def _record_deletions(self, model: Any, rows: Sequence[models.Model]) -> None:
        history = model.history.model
        records = [
            history(
                history_date=self.moment,
                history_user=self.by,
                history_change_reason=self._short_reason,
                history_type="-",
                **{field.attname: getattr(row, field.attname) for field in history.tracked_fields},
            )
            for row in rows
        ]
        history._default_manager.bulk_create(records, batch_size=AT_ONCE)

    @property
    def _short_reason(self) -> str:
        return self.reason.strip()[:HISTORY_REASON_LENGTH]

    def _on_record(self) -> dict[str, Any]:
        return {
            "default_user": self.by,
            "default_change_reason": self._short_reason,
            "default_date": self.moment,
        }


def _has_history(model: type[models.Model]) -> bool:
    return hasattr(model, "history")
