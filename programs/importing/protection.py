"""What keeps rows from being deleted: 調書, publications and whatever else later apps hang on them.

The apps above are not known here. Every relation that would stop a deletion, or
be swept away by it, counts, unless it is a part of the programme's own file.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import DO_NOTHING, SET_NULL, Model

from programs.importing.comparing import ChangeKind, Changes, RowChange
from programs.importing.errors import CellError
from programs.models import Action, ActionLineage
from programs.queries.files import MODELS
from programs.workbook.sheets import ACTIONS, SHEETS

AT_ONCE = 500


def still_needed(changes: Changes) -> Iterator[CellError]:
    """An error for each row that would go although something hangs on it. One query for each such relation."""
    for sheet in SHEETS:
        gone = changes.of(sheet, ChangeKind.GONE)
        if not gone:
            continue
        counts = _dependants(MODELS[sheet.name], [row.stored.instance.pk for row in gone if row.stored])
        for row in gone:
            names = counts.get(row.stored.instance.pk) if row.stored else None
            if names:
                yield _error(row, names)


def _dependants(model: type[Model], keys: Sequence[int]) -> dict[int, list[str]]:
    """Primary key → what hangs on the row, in words: 「評価調書2件」."""
    found: dict[int, list[str]] = {}
    for relation in _relations(model):
        counts: Counter[int] = Counter()
        for start in range(0, len(keys), AT_ONCE):
            rows = relation.related_model._base_manager.filter(
                **{f"{relation.field.name}__in": keys[start : start + AT_ONCE]}
            )
            counts.update(rows.values_list(relation.field.attname, flat=True))
        for key, count in counts.items():
            found.setdefault(key, []).append(f"{relation.related_model._meta.verbose_name}{count}件")
    return found


def _relations(model: type[Model]) -> list[Any]:
    """The relations that lead to the model from outside the file. Lineages of later programmes do count."""
    own = set(MODELS.values())
    fields: list[Any] = model._meta.get_fields(include_hidden=True)
    return [
        relation
        for relation in fields
        if relation.auto_created
        and relation.one_to_many
        and relation.on_delete not in (DO_NOTHING, SET_NULL)
        and (relation.related_model not in own or _is_lineage_of_later(model, relation))
    ]


def _is_lineage_of_later(model: type[Model], relation: Any) -> bool:
    return model is Action and relation.related_model is ActionLineage and relation.field.name == "predecessor"


def _error(row: RowChange, names: Sequence[str]) -> CellError:
    remedy = "この行をファイルに戻してください。"
    if row.sheet is ACTIONS:
        remedy += "やめる取組は、行を残して終了年度を入力します。"
    return CellError(
        row.sheet.name,
        None,
        "",
        "",
        row.title,
        f"ファイルにありませんが、{'、'.join(names)}が結び付いているため、削除できません。",
        remedy,
    )
