"""改定履歴 of before: which programme each entry was published with, and whether that is taken off now."""

from collections.abc import Iterator
from typing import Any

from django.db import migrations

AT_ONCE = 500


def name_programmes(apps: Any, schema_editor: Any) -> None:
    revisions = apps.get_model("plan", "Revision").objects
    withdrawn = set(apps.get_model("programs", "Program").objects.filter(is_published=False).values_list("pk", flat=True))
    for object_type, programs in _programs_by_object(apps).items():
        for program in sorted(set(programs.values())):
            keys = [key for key, its_program in programs.items() if its_program == program]
            for some in _batches(keys):
                revisions.filter(object_type=object_type, object_id__in=some).update(
                    published_with=f"programs.program/{program}", is_withdrawn=program in withdrawn
                )


def _programs_by_object(apps: Any) -> dict[str, dict[int, int]]:
    """Label → key → programme, of what lives and of what was deleted."""
    of_action = _parents(apps, "Action", "program_id")
    found = {
        "programs.program": _parents(apps, "Program", "id"),
        "programs.action": of_action,
    }
    for model in ("ActionYear", "Indicator"):
        actions = _parents(apps, model, "action_id")
        found[f"programs.{model.lower()}"] = {
            key: of_action[action] for key, action in actions.items() if action in of_action
        }
    return found


def _parents(apps: Any, model: str, column: str) -> dict[int, int]:
    """What lives comes last: not every row has a history."""
    kept = apps.get_model("programs", f"Historical{model}").objects.order_by().values_list("id", column)
    living = apps.get_model("programs", model).objects.order_by().values_list("id", column)
    return dict(kept.iterator()) | dict(living.iterator())


def _batches(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


class Migration(migrations.Migration):
    dependencies = [
        ("plan", "0014_what_was_withdrawn_is_not_listed"),
        ("programs", "0008_yearly_plans_keep_their_first_milestones"),
    ]

    operations = [migrations.RunPython(name_programmes, migrations.RunPython.noop)]
