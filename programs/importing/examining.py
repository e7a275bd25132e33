"""Everything there is to say about a file before it is imported: its errors, or what it would change."""

from dataclasses import dataclass

from programs.importing import rules
from programs.importing.comparing import Changes, compare
from programs.importing.errors import CellError
from programs.importing.evaluated import not_as_evaluated
from programs.importing.protection import still_needed
from programs.importing.published import not_as_published
from programs.importing.tables import Tables
from programs.models import Program
from programs.queries.files import Present, present_of


@dataclass(frozen=True)
class Examination:
    """`changes` hold only while `fingerprint` does; where a cell could not be read they are empty."""

    present: Present
    changes: Changes
    errors: list[CellError]
    fingerprint: str

    @property
    def is_empty(self) -> bool:
        """Whether the file says just what stands in the database."""
        return not self.errors and not self.changes.rows


def examine(program: Program, tables: Tables) -> Examination:
    """Hold a file against the programme: 13 queries, one for each kind of thing that hangs on rows that go, one where
    決算額 or 実績値 would change, and one for every 500 actions whose period changes or whose yearly plans go.

    A file that says just what stands in the database has no errors, even where
    that breaks a rule of the import.
    """
    present = present_of(program)
    rules.fill_in_predecessors(tables, program)
    changes = Changes() if tables.errors else compare(tables, present)
    errors = list(rules.other_programme(tables, program))
    if tables.errors or changes.rows:
        errors = [*errors, *tables.errors, *rules.check(tables, present), *still_needed(changes)]
        errors += [*not_as_published(changes, tables, program), *not_as_evaluated(changes, tables, present)]
    return Examination(present, changes, rules.in_order(errors), present.fingerprint())
