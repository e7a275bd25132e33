"""What is asked for a 組織改編: which organisations and when, who follows, and for a split what goes where."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from accounts.lookups import KeysField
from accounts.models import Department
from accounts.models.people import CODE_IN_ADDRESSES
from programs.reading import Unreadable, read_day, read_line
from progress.queries.reorganisation import code_problems, moves
from progress.reorganising import Reorganisation, Successor

MOST_SUCCESSORS = 4
MOST_IN_TABLE = 1000
MONTHS_AHEAD = 3


class Kind(models.TextChoices):
    RENAME = "rename", "名称や所属する局を変える"
    MERGE = "merge", "統合する（ほかの組織に加える場合も）"
    SPLIT = "split", "分割する"


def likely_day(today: datetime.date) -> datetime.date:
    """The 1 April that is near, else today."""
    april = datetime.date(today.year, 4, 1)
    return april if 0 <= april.month - today.month <= MONTHS_AHEAD and april >= today else today


class DayField(forms.CharField):
    """A day as people write it: 2017-04-01, 2017年4月1日, 平成29年4月1日."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return read_day(text)
        except Unreadable as error:
            raise ValidationError(str(error)) from error

    def run_validators(self, value: Any) -> None:
        """What was read is a day, not a text of some length."""


@dataclass(frozen=True)
class Option:
    """A department of the first page; a 局 that has ended is only the heading of its 課."""

    department: Department
    can_be_chosen: bool
    is_chosen: bool


class StartForm(forms.Form):
    """The kind, the organisations that end, and the first day of what follows."""

    prefix = "start"
    kind = forms.ChoiceField(
        label="改編の種類",
        choices=Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "改編の種類を選んでください。"},
    )
    day = DayField(
        label="改編の日",
        help_text="新しい組織の最初の日。前の日までが今の組織です。例：2017年4月1日、H29.4.1",
        error_messages={"required": "改編の日を入力してください（例：2017年4月1日）。"},
    )
    departments = KeysField(
        label="改編する組織",
        queryset=Department.objects.select_related("bureau").order_by("code", "valid_from"),
        error_messages={"required": "改編する組織を選んでください。"},
    )

    def __init__(self, data: Any, *, today: datetime.date | None = None, chosen: str = "") -> None:
        day = likely_day(today or timezone.localdate())
        super().__init__(
            data, initial={"day": f"{day.year}年{day.month}月{day.day}日", "kind": Kind.RENAME, "departments": [chosen]}
        )

    def clean_departments(self) -> list[Department]:
        found = list(self.cleaned_data["departments"])
        if len({department.bureau_id is None for department in found}) > 1:
            raise ValidationError("局と課を一度に改編することはできません。分けて操作してください。")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        found, kind = cleaned.get("departments"), cleaned.get("kind")
        if found and kind in {Kind.RENAME, Kind.SPLIT} and len(found) > 1:
            names = "』『".join(map(str, found))
            self.add_error("departments", f"『{names}』の{len(found)}つが選ばれています。一つだけ選んでください。")
        if found and kind == Kind.SPLIT and found[0].bureau_id is None:
            self.add_error("departments", "局の分割は、課ごとに所属する局を変えて行ってください。")
        return cleaned

    @property
    def groups(self) -> list[tuple["Option", list["Option"]]]:
        """What can be chosen: each 局 with its 課, those in force and what is chosen already."""
        chosen = set(map(str, self["departments"].value() or []))
        everything: Iterable[Department] = self.fields["departments"].queryset  # type: ignore[attr-defined]  # a field of models
        living = [one for one in everything if one.valid_to is None or str(one.pk) in chosen]
        bureaus = {one.bureau or one for one in living}
        return [
            (
                Option(bureau, bureau in living, str(bureau.pk) in chosen),
                [Option(one, True, str(one.pk) in chosen) for one in living if one.bureau_id == bureau.pk],
            )
            for bureau in sorted(bureaus, key=lambda bureau: (bureau.code, bureau.valid_from))
        ]

    @property
    def reorganisation(self) -> Reorganisation:
        """Of the valid form, still without successors."""
        return Reorganisation(self.cleaned_data["day"], tuple(self.cleaned_data["departments"]), ())


class SuccessorsForm(forms.Form):
    """One organisation that follows, or several for a split: new ones, or such as are there already."""

    prefix = "to"

    def __init__(self, data: Any, *, kind: str, begun: Reorganisation) -> None:
        self.kind, self.begun = kind, begun
        self.count = MOST_SUCCESSORS if kind == Kind.SPLIT else 1
        super().__init__(data, initial=self._initial())
        standing = Department.objects.valid_on(begun.day).select_related("bureau").order_by("code")
        leaving = [department.pk for department in begun.predecessors]
        others = [
            (one.pk, one.full_name)
            for one in standing.filter(bureau__isnull=begun.is_of_bureaus).exclude(pk__in=leaving)
        ]
        bureaus = [(one.pk, one.name) for one in standing.filter(bureau__isnull=True).exclude(pk__in=leaving)]
        for index in range(self.count):
            self._add_fields(index, others, bureaus)

    def _add_fields(self, index: int, others: list[Any], bureaus: list[Any]) -> None:
        if self.kind != Kind.RENAME:
            self.fields[f"existing-{index}"] = forms.ChoiceField(
                label="すでにある組織",
                choices=[("", "（新しく設ける）"), *others],
                required=False,
                help_text="今ある組織に引き継ぐときに選びます。選んだときは、下のコードと名称は空欄にします。",
            )
        self.fields[f"code-{index}"] = forms.CharField(
            label="組織コード",
            max_length=20,
            required=False,
            validators=[CODE_IN_ADDRESSES],
            help_text="今の組織と同じコードを使えます。",
        )
        self.fields[f"name-{index}"] = forms.CharField(label="名称", max_length=100, required=False)
        if not self.begun.is_of_bureaus:
            self.fields[f"bureau-{index}"] = forms.ChoiceField(
                label="所属する局", choices=[("", "---------"), *bureaus], required=False
            )

    def _initial(self) -> dict[str, Any]:
        first = self.begun.predecessors[0]
        known = {f"bureau-{index}": first.bureau_id for index in range(self.count)}
        return known | ({"code-0": first.code, "name-0": first.name} if self.kind == Kind.RENAME else {})

    @property
    def wide_fields(self) -> list[str]:
        """The names of fields that take a line of their own."""
        return [name for name in self.fields if name.startswith("existing-")]

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The fields of each organisation."""
        return [[field for field in self if field.name.endswith(f"-{index}")] for index in range(self.count)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        placed = {index: each for index in range(self.count) if (each := self._successor(index, cleaned))}
        self._refuse_codes(placed)
        found = list(placed.values())
        if not self.errors and self.kind == Kind.SPLIT and len(found) < 2:  # a split
            self.add_error("name-1", "分割では、引き継ぐ組織を二つ以上入力してください。")
        if not self.errors and self.kind == Kind.RENAME and self._is_as_before(found[0]):
            self.add_error("name-0", "今の組織と変わったところがありません。新しい名称か所属する局を入力してください。")
        self.successors = tuple(found)
        return cleaned

    def _refuse_codes(self, placed: Mapping[int, Successor]) -> None:
        """Not once it is done: by then the code is that of the successor, and the last page tells it."""
        if any(department.valid_to is not None for department in self.begun.predecessors):
            return
        places = list(placed)
        for at, problem in code_problems(replace(self.begun, successors=tuple(placed.values()))).items():
            self.add_error(f"code-{places[at]}", problem)

    def _successor(self, index: int, cleaned: Mapping[str, Any]) -> Successor | None:
        typed = (read_line(cleaned.get(f"{field}-{index}") or "") for field in ("existing", "code", "name"))
        existing, code, name = typed
        if not (existing or code or name) and index > 0:
            return None
        if existing:
            if code or name:
                self.add_error(
                    f"existing-{index}", "すでにある組織を選んだときは、組織コードと名称は空欄にしてください。"
                )
            return Successor(existing=Department.objects.select_related("bureau").get(pk=existing))
        bureau = cleaned.get(f"bureau-{index}")
        for field, value, words in (("code", code, "組織コード"), ("name", name, "名称")):
            if not value and f"{field}-{index}" not in self.errors:
                which = f"引き継ぐ組織{index + 1}" if self.count > 1 else "引き継ぐ組織"
                self.add_error(f"{field}-{index}", f"{which}の{words}を入力してください。")
        if not bureau and not self.begun.is_of_bureaus:
            self.add_error(f"bureau-{index}", "課が所属する局を選んでください。")
        found = Department.objects.get(pk=bureau) if bureau else None
        return Successor(code=code, name=name, bureau=found)

    def _is_as_before(self, successor: Successor) -> bool:
        before = self.begun.predecessors[0]
        return (successor.name, successor.bureau) == (before.name, before.bureau)

    @property
    def reorganisation(self) -> Reorganisation:
        """Of the valid form, still without what goes where."""
        return replace(self.begun, successors=self.successors)


@dataclass
class Share:
    """An action or a person, and the index of the successor that takes it."""

    key: int
    code: str
    label: str
    field: str
    to: int = 0
    is_chosen: bool = False


class AllocationForm:
    """For a split: each action and each person with the successor that takes them.

    A choice for each, and one for all that have none of their own; where there
    are too many, a text of codes (of actions) and of staff numbers for each
    successor but the first, which takes the others.
    """

    prefix = "share"

    def __init__(self, data: Any, *, begun: Reorganisation) -> None:
        self.begun, self.data = begun, data
        self.choices = list(enumerate(_name(successor) for successor in begun.successors))
        self.errors: list[tuple[str, str]] = []
        listed = moves(begun)
        self.actions = self._shares("action", _actions(listed.owners))
        self.people = self._shares("person", _people(listed.memberships))

    def is_valid(self) -> bool:
        return not self.errors

    @property
    def reorganisation(self) -> Reorganisation:
        return replace(
            self.begun,
            action_to={share.key: share.to for share in self.actions if share.to},
            person_to={share.key: share.to for share in self.people if share.to},
        )

    @property
    def actions_as_table(self) -> bool:
        return len(self.actions) <= MOST_IN_TABLE

    @property
    def people_as_table(self) -> bool:
        return len(self.people) <= MOST_IN_TABLE

    @property
    def action_others(self) -> tuple[str, int | None]:
        """Who takes the actions without a choice of their own: the field, and the index, None where none is chosen."""
        return self._others("action")

    @property
    def person_others(self) -> tuple[str, int | None]:
        return self._others("person")

    def _others(self, what: str) -> tuple[str, int | None]:
        field = f"{self.prefix}-{what}-others"
        return field, self._read_index(field) if self.data is not None else None

    @property
    def action_texts(self) -> list[tuple[str, str, str]]:
        """For each successor but the first: its field, its name, what was typed."""
        return self._texts("action")

    @property
    def person_texts(self) -> list[tuple[str, str, str]]:
        return self._texts("person")

    def _texts(self, what: str) -> list[tuple[str, str, str]]:
        named = [(f"{self.prefix}-{what}-codes-{index}", name) for index, name in self.choices[1:]]
        return [(field, name, (self.data or {}).get(field, "")) for field, name in named]

    def _shares(self, what: str, found: Iterator[tuple[int, str, str]]) -> list[Share]:
        shares = [Share(key, code, label, f"{self.prefix}-{what}-{key}") for key, code, label in found]
        if self.data is None:
            return shares
        if len(shares) > MOST_IN_TABLE:
            self._read_texts(what, shares)
        else:
            others = self._read_index(f"{self.prefix}-{what}-others")
            for share in shares:
                self._read_choice(share, others)
        return shares

    def _read_choice(self, share: Share, others: int | None) -> None:
        typed = self._read_index(share.field)
        share.is_chosen = typed is not None
        found = others if typed is None else typed
        if found is None:
            self.errors.append((share.field, f"『{share.label}』を引き継ぐ組織を選んでください。"))
        else:
            share.to = found

    def _read_index(self, field: str) -> int | None:
        """Of the chosen successor."""
        typed = self.data.get(field)
        return int(typed) if typed in {str(index) for index, _ in self.choices} else None

    def _read_texts(self, what: str, shares: list[Share]) -> None:
        by_code: dict[str, list[Share]] = {}
        for share in shares:
            by_code.setdefault(share.code, []).append(share)
        for index, (field, name, text) in enumerate(self._texts(what), start=1):
            codes = text.replace("、", " ").replace(",", " ").split()
            for code in dict.fromkeys(codes):
                for share in by_code.get(code, ()):
                    share.to = index
                if code not in by_code:
                    self.errors.append(
                        (field, f"{name}：『{code}』は、移るものの中にありません。書き方を確かめてください。")
                    )


class ReasonForm(forms.Form):
    """Why; and what the list said that was looked at."""

    prefix = "last"
    reason = forms.CharField(
        label="改編の理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="監査記録に残ります。例：平成29年4月1日付けの組織改正による。",
        error_messages={"required": "改編の理由を入力してください（例：平成29年4月1日付けの組織改正による）。"},
    )
    fingerprint = forms.CharField(required=False, widget=forms.HiddenInput)


def _name(successor: Successor) -> str:
    return successor.existing.name if successor.existing else successor.name


def _actions(owners: Any) -> Iterator[tuple[int, str, str]]:
    """Each action once, though several departments may own it; with how they own it."""
    owned: dict[int, list[Any]] = {}
    for owner in owners.select_related("action__program"):
        owned.setdefault(owner.action_id, []).append(owner)
    for key, found in owned.items():
        action = found[0].action
        kinds = "、".join(dict.fromkeys(owner.get_kind_display() for owner in found))
        yield key, action.code, f"{action}（{action.program}、{kinds}）"


def _people(memberships: Any) -> Iterator[tuple[int, str, str]]:
    roles: dict[int, list[Any]] = {}
    for membership in memberships:
        roles.setdefault(membership.user_id, []).append(membership)
    for key, found in roles.items():
        user = found[0].user
        words = "、".join(dict.fromkeys(membership.get_role_display() for membership in found))
        yield key, user.staff_number, f"{user.name}（{user.staff_number}、{words}）"
