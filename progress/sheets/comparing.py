"""What a workbook that came back would change in the 調書 as they stand now. Writes nothing.

For each answer: new, changed, emptied, in conflict with what was saved since
the file was made, or not to be taken, with the place, what was typed and the
remedy. What is the same is only counted.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from accounts.models import User
from plan.text.diffing import Piece, word_diff
from programs import reading
from progress import permissions, workflow
from progress.actions.evaluations import Answers
from progress.forms.evaluation import EvaluationForm
from progress.models import Evaluation, Round, ScaleEntry
from progress.queries.filling import entries_of
from progress.queries.versions import Key, values_of_versions
from progress.sheets.cells import why_closed
from progress.sheets.contents import answerable
from progress.sheets.keys import ANSWER
from progress.sheets.lists import INDICATOR, MILESTONE
from progress.sheets.locating import (
    AGAIN,
    Found,
    Headings,
    Known,
    Located,
    Lost,
    Place,
    duplicates,
    locate,
    opened,
    plain,
)
from progress.sheets.questions import INDICATOR_PARTS, MILESTONE_PARTS, OWN, Question, questions_of, words_of
from progress.sheets.reading import Untaken, sent_text

_UNKNOWN = object()
HEADINGS = Headings(
    parts={
        **{plain(f"{each.label}{unit}"): each.value for each in OWN for unit in ("", "（千円）")},
        **{plain(label): part for part, label in (INDICATOR_PARTS | MILESTONE_PARTS).items()},
    },
    row_names=(plain(INDICATOR), plain(MILESTONE)),
)
_PARTS = frozenset({ANSWER, *HEADINGS.parts.values()})
_PARTS_OF = {"indicator": INDICATOR_PARTS, "milestone": MILESTONE_PARTS}


class Kind(Enum):
    """What taking an answer would do."""

    NEW = "new"
    CHANGED = "changed"
    EMPTIED = "emptied"
    CONFLICT = "conflict"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return _KINDS[self]


_KINDS = {
    Kind.NEW: "新しい記入",
    Kind.CHANGED: "変更",
    Kind.EMPTIED: "空欄にする",
    Kind.CONFLICT: "重なり",
    Kind.REFUSED: "取り込めない",
}


@dataclass(frozen=True)
class Outcome:
    """One answer that differs. `sent` is the value as the form takes it; `theirs` and `mine` are words."""

    kind: Kind
    evaluation: Evaluation
    question: Question
    place: Place
    sent: str
    mine: str
    theirs: str
    problem: str = ""

    @property
    def key(self) -> str:
        """What the choice about it is called in the page's form."""
        return f"choice-{self.evaluation.pk}-{self.question.name}"

    @property
    def pieces(self) -> list[Piece]:
        return word_diff(self.theirs, self.mine)

    @property
    def may_join(self) -> bool:
        return self.question.is_prose and bool(self.mine and self.theirs)


@dataclass(frozen=True)
class Preview:
    """The whole file beside what is stored."""

    outcomes: Sequence[Outcome]
    unchanged: int
    theirs_only: int
    lost: Sequence[Lost]
    missing: Sequence[str]
    absent: Sequence[Evaluation]
    fingerprint: str
    entries: Sequence[ScaleEntry] = field(default_factory=tuple)

    def of(self, *kinds: Kind) -> list[Outcome]:
        return [each for each in self.outcomes if each.kind in kinds]

    @property
    def takeable(self) -> list[Outcome]:
        return self.of(Kind.NEW, Kind.CHANGED, Kind.EMPTIED)

    @property
    def conflicts(self) -> list[Outcome]:
        return self.of(Kind.CONFLICT)

    @property
    def refused(self) -> list[Outcome]:
        return self.of(Kind.REFUSED)


@dataclass(frozen=True)
class _Read:
    """A file as it was read, with the 調書 that it may be about."""

    entries: Sequence[ScaleEntry]
    evaluations: Mapping[int, Evaluation]
    questions: Mapping[int, Sequence[Question]]
    located: Located


def holds_answers(content: bytes, round_: Round, user: User) -> bool:
    """Whether the file has anything of 調書, whosever they are; compares nothing. At most nine queries.

    Raises `programs.excel_safety.UnsafeFile` when the file may not be opened.
    """
    located = _read(content, round_, user).located
    return bool(located.found or located.lost)


def preview(content: bytes, round_: Round, user: User) -> Preview:
    """Read the file and compare it with what is stored. At most ten queries.

    Raises `programs.excel_safety.UnsafeFile` when the file may not be opened.
    """
    return _Comparing(round_, user, _read(content, round_, user)).preview()


def _read(content: bytes, round_: Round, user: User) -> _Read:
    workbook = opened(content)
    entries = entries_of(round_)
    evaluations = {each.pk: each for each in answerable(round_, user)}
    questions = {each.pk: questions_of(each, entries) for each in evaluations.values()}
    known = {pk: _known(evaluations[pk], asked) for pk, asked in questions.items()}
    return _Read(entries, evaluations, questions, locate(workbook, known, HEADINGS))


def _known(evaluation: Evaluation, questions: Sequence[Question]) -> Known:
    labels = _unless_twice((plain(each.label), each.name) for each in questions)
    rows = [
        *(
            (plain(row.indicator.name), f"indicator-{row.pk}", row.indicator.name)
            for row in evaluation.indicators.all()
        ),
        *((plain(str(row)), f"milestone-{row.pk}", str(row)) for row in evaluation.milestones.all()),
    ]
    return Known(
        pk=evaluation.pk,
        code=evaluation.action.code,
        labels=labels,
        rows=_unless_twice((words, name) for words, name, _ in rows),
        row_labels={name: label for _, name, label in rows},
    )


def _unless_twice(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Words → name; "" for words that stand for several."""
    found: dict[str, str] = {}
    for words, name in pairs:
        found[words] = "" if words in found else name
    return found


class _Comparing:
    """One comparison while it is made."""

    def __init__(self, round_: Round, user: User, read: _Read) -> None:
        self.round, self.user, self.entries, self.evaluations = round_, user, read.entries, read.evaluations
        self.questions = {pk: {each.name: each for each in asked} for pk, asked in read.questions.items()}
        self.located, self.lost = read.located, list(read.located.lost)
        self.outcomes: list[Outcome] = []
        self.unchanged = self.theirs_only = 0
        self.found: dict[int, dict[str, Found]] = defaultdict(dict)

    def preview(self) -> Preview:
        self._sort_out()
        self.bases = values_of_versions(
            (each.evaluation, each.version)
            for cells in self.found.values()
            for each in cells.values()
            if each.version is not None and each.version != self.evaluations[each.evaluation].version
        )
        for pk, evaluation in self.evaluations.items():
            if pk in self.found:
                self._compare(evaluation, self.found[pk])
        touched = [self.evaluations[pk] for pk in self.evaluations if pk in self.found]
        return Preview(
            outcomes=self.outcomes,
            unchanged=self.unchanged,
            theirs_only=self.theirs_only,
            lost=self.lost,
            missing=self._missing(),
            absent=[each for each in self.evaluations.values() if each.pk not in self.found],
            fingerprint=_fingerprint(touched),
            entries=self.entries,
        )

    # ── What belongs to which answer ──────────────────────────────────────────

    def _sort_out(self) -> None:
        """Each answer once; what is of no 調書 of this person, or of no answer, is told."""
        strangers: dict[int, Place] = {}
        for each in self.located.found:
            if each.evaluation not in self.evaluations:
                strangers.setdefault(each.evaluation, each.place)
            elif each.name in self.questions[each.evaluation]:
                self.found[each.evaluation].setdefault(each.name, each)
            elif each.value is not None and not self._is_of_another_layout(each.name):
                self.lost.append(Lost(each.place, "この欄がどの項目のものか分かりません。", AGAIN, each.evaluation))
        for place in strangers.values():
            self.lost.append(
                Lost(
                    Place(place.sheet, place.row),
                    "この年度の、あなたの課の調書ではありません。",
                    "ファイルと評価年度を確かめてください。課が変わったときは、ダウンロードし直してください。",
                )
            )

    def _is_of_another_layout(self, name: str) -> bool:
        """Sheets of several layouts put together: a row meets columns that are not its own."""
        part = name.rpartition("-")[2]
        return part in _PARTS and part not in _PARTS_OF.get(name.partition("-")[0], ())

    def _missing(self) -> list[str]:
        """Answers that the file was made with and that are in it no longer, in words."""
        only = self.located.book is not None and self.located.book.shape == "indicators"
        gone: dict[str, list[str]] = defaultdict(list)
        for pk, cells in self.found.items():
            for question in self.questions[pk].values():
                if question.name not in cells and (not only or question.name.startswith("indicator-")):
                    gone[question.label].append(self.evaluations[pk].action.code)
        return [f"『{label}』（{_codes(codes)}）" for label, codes in gone.items()]

    # ── Comparing ─────────────────────────────────────────────────────────────

    def _compare(self, evaluation: Evaluation, cells: Mapping[str, Found]) -> None:
        sent: dict[str, str] = {}
        problems: dict[str, str] = dict(self._doubled(evaluation.pk))
        for name, cell in cells.items():
            try:
                sent[name] = sent_text(cell, self.questions[evaluation.pk][name])
            except Untaken as error:
                problems.setdefault(name, str(error))
        form = EvaluationForm({**sent, "version": "1"}, evaluation=evaluation, entries=self.entries)
        for name, errors in form.errors.items():
            problems.setdefault(name, " ".join(str(error) for error in errors))
        closed = self._closed(evaluation)
        for name, question in self.questions[evaluation.pk].items():
            if name in cells:
                self._judge(evaluation, question, cells[name], form, sent.get(name, ""), problems.get(name, ""), closed)

    def _doubled(self, pk: int) -> Iterable[tuple[str, str]]:
        for group in duplicates([each for each in self.located.found if each.evaluation == pk]):
            if len({reading.read_text(each.value) for each in group}) > 1:
                others = "、".join(str(each.place) for each in group[1:])
                yield group[0].name, f"同じ項目が{others}にもあり、内容が違います。使わない方を消してください。"

    def _closed(self, evaluation: Evaluation) -> str:
        """Why nothing can be saved in it, and who can change that; "" where it can."""
        if refused := permissions.refusal(self.user, workflow.SAVE, evaluation):
            return refused
        closed = why_closed(evaluation)
        return f"{closed}{permissions.way_back(self.user, evaluation)}" if closed else ""

    def _judge(
        self,
        evaluation: Evaluation,
        question: Question,
        cell: Found,
        form: EvaluationForm,
        sent: str,
        problem: str,
        closed: str,
    ) -> None:
        theirs = _normal(question, question.value)
        mine = None if problem else _normal(question, form.cleaned_data[question.name])
        if not problem and mine == theirs:
            self.unchanged += 1
            return
        base = self._base(evaluation, question, cell, form, theirs)
        if not problem and mine == base:
            self.theirs_only += 1
            return
        kind = Kind.REFUSED if problem or closed else _kind(mine, theirs, base)
        words = reading.read_text(cell.value) if problem else words_of(question, mine)
        self.outcomes.append(
            Outcome(kind, evaluation, question, cell.place, sent, words, words_of(question, theirs), problem or closed)
        )

    def _base(self, evaluation: Evaluation, question: Question, cell: Found, form: EvaluationForm, theirs: Any) -> Any:
        """What stood there when the file was made."""
        if cell.version == evaluation.version:
            return theirs
        if cell.version is None:
            return _UNKNOWN
        target = form.targets[question.name]
        values: Mapping[Key, Any] = self.bases.get((evaluation.pk, cell.version), {})
        value = values.get((target.row, target.name), _UNKNOWN)
        return value if value is _UNKNOWN else _normal(question, value)


def _kind(mine: Any, theirs: Any, base: Any) -> Kind:
    if _is_empty(theirs):
        return Kind.NEW if base is _UNKNOWN or base == theirs else Kind.CONFLICT
    if base != theirs:
        return Kind.CONFLICT
    return Kind.EMPTIED if _is_empty(mine) else Kind.CHANGED


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _normal(question: Question, value: Any) -> Any:
    """The value as it would come back from the file."""
    if not isinstance(value, str) or question.choices:
        return value
    return reading.clean_text(value) if question.is_prose else reading.read_line(value)


def _codes(codes: Sequence[str]) -> str:
    shown = "、".join(codes[:5])
    return f"{shown}ほか{len(codes) - 5}件" if len(codes) > 5 else shown


def _fingerprint(evaluations: Iterable[Evaluation]) -> str:
    text = ";".join(f"{each.pk}:{each.version}:{each.status}" for each in evaluations)
    return hashlib.sha256(text.encode()).hexdigest()


# ── What is to be written ─────────────────────────────────────────────────────────────────


MINE, THEIRS, BOTH = "mine", "theirs", "both"


def answers_of(preview: Preview, choices: Mapping[str, str]) -> list[tuple[Evaluation, Answers]]:
    """What to save, in the order of the 調書: all that can be taken, conflicts as chosen.

    Raises Untaken where two texts joined are too long.
    """
    sent: dict[int, dict[str, str]] = defaultdict(dict)
    evaluations: dict[int, Evaluation] = {}
    for each in taken(preview, choices):
        evaluations[each.evaluation.pk] = each.evaluation
        joins = each.kind is Kind.CONFLICT and choices.get(each.key) == BOTH and each.may_join
        joined = f"{each.theirs}\n{each.sent}" if joins else each.sent
        sent[each.evaluation.pk][each.question.name] = joined
    changes = []
    for pk, data in sorted(sent.items()):
        form = EvaluationForm({**data, "version": "1"}, evaluation=evaluations[pk], entries=preview.entries)
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise Untaken(f"{evaluations[pk]}の『{form.fields[name].label}』：{' '.join(map(str, errors))}")
        changes.append((evaluations[pk], form.answers()))
    return changes


def taken(preview: Preview, choices: Mapping[str, str]) -> list[Outcome]:
    """What is to be saved: all that can be taken, and the conflicts that were decided for the file or for both."""
    for_the_file = [each for each in preview.conflicts if choices.get(each.key, THEIRS) != THEIRS]
    return [*preview.takeable, *for_the_file]


def undecided(preview: Preview, choices: Mapping[str, str]) -> list[Outcome]:
    """Conflicts about which nothing was chosen."""
    return [each for each in preview.conflicts if choices.get(each.key) not in {MINE, THEIRS, BOTH}]
