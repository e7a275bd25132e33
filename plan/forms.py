"""Forms of the people who keep the plan: normalise what is typed, ask for a reason, notice who was faster."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.urls import NoReverseMatch

from accounts.controls import without_controls
from accounts.fields import SoundFormSet
from plan.editing.roots import content_fields, is_public, problems_of, public_path
from plan.models import Section
from plan.models.base import Versioned

REASON_LABEL = "変更の理由（公開されます）"
REASON_MISSING = "公開している内容を変えるときは、変更の理由を入力してください（例：統計の数値を訂正）。"
NO_ADDRESS = "この番号や識別名では、公開ページのアドレスを作れません。番号は1から9999までにしてください。"
STALE = (
    "ほかの人がこの内容を先に保存しました。あなたの入力は下に残っています。"
    "違いを確かめてから保存すると、あなたの入力で上書きします。"
)


# An address of each level, for messages.
EXAMPLE_PATHS = {1: "2", 2: "2/3", 3: "2/3/1", 4: "2/3/1/2"}


class ProseField(forms.CharField):
    """Text of several lines: line ends become plain newlines, as browsers send CRLF; no control characters."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not isinstance(text, str):
            return text
        return without_controls(text.replace("\r\n", "\n").replace("\r", "\n"))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


class ReasonField(ProseField):
    """Why; shown to the public in 改定履歴."""

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(
            label=REASON_LABEL,
            required=required,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="公開ページの「改定履歴」に、日時と変更箇所とともに載ります。",
            error_messages={"required": REASON_MISSING},
        )


class ReasonForm(forms.Form):
    """What deleting and restoring ask: why, and which version was looked at."""

    reason = ReasonField()
    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, reason_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = reason_required


class RootForm(forms.ModelForm):
    """A root with its reason and the version it was read at.

    `inline_formsets` are the formsets posted with it (the admin sets them):
    whether a reason is needed depends on them too. After validation, `stored`
    is the root as somebody else saved it meanwhile, else None; the form's
    hidden version is then the new one, so that sending it again overwrites.
    """

    reason = ReasonField()
    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    inline_formsets: Sequence[BaseInlineFormSet] = ()
    stored: Versioned | None = None
    read_version: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expected_version"].initial = self.instance.version if self.instance.pk else None

    def text_has_changed(self) -> bool:
        """Whether anything the public can see differs from what was read."""
        own = set(self.changed_data) - {"reason", "expected_version"}
        return bool(own) or any(formset.has_changed() for formset in self.inline_formsets)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk is not None:
            self._notice_newer_version(cleaned.get("expected_version"))
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's hook after the instance has its values
        for name, problem in ({} if self.errors else problems_of(self.instance)).items():
            self.add_error(name if name in self.fields else None, problem)
        reason = self.cleaned_data.get("reason", "")
        if not reason and "reason" not in self.errors and self.text_has_changed() and self._is_public():
            self.add_error("reason", REASON_MISSING)
        if not self.errors and not self._has_address():
            self.add_error(None, NO_ADDRESS)

    def _has_address(self) -> bool:
        try:
            public_path(self.instance)
        except NoReverseMatch:
            return False
        return True

    def _notice_newer_version(self, read_version: int | None) -> None:
        stored = type(self.instance)._default_manager.get(pk=self.instance.pk)
        if stored.version == read_version:
            return
        self.stored, self.read_version = stored, read_version
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        data[self.add_prefix("expected_version")] = str(stored.version)
        self.data = data
        self.add_error(None, STALE)

    def _is_public(self) -> bool:
        manager = type(self.instance)._default_manager
        root = manager.get(pk=self.instance.pk) if self.instance.pk is not None else self.instance
        try:
            return is_public(root)
        except ObjectDoesNotExist:
            return False  # the field that leads to the plan is empty and says so itself


class SectionForm(RootForm):
    """A section stands one level below its parent, in the same paper of the same plan."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        parent: Section | None = cleaned.get("parent")
        level, path = cleaned.get("level"), cleaned.get("path")
        if level is not None and path and path.count("/") + 1 != level:
            self.add_error("path", f"この階層のアドレスは「{EXAMPLE_PATHS[level]}」の形で入力してください。")
        if parent is None:
            return cleaned
        if level is not None and parent.level != level - 1:
            self.add_error("parent", "ひとつ上の階層の見出しを選んでください。")
        if parent.plan != cleaned.get("plan") or parent.part != cleaned.get("part"):
            self.add_error("parent", "同じプランの同じ資料の見出しを選んでください。")
        if path and not path.startswith(f"{parent.path}/"):
            self.add_error("path", f"上の見出しのアドレスで始めてください（例：{parent.path}/1）。")
        return cleaned


class RowForm(forms.ModelForm):
    """A row below a root. A new row with nothing but its place is no row."""

    def has_changed(self) -> bool:
        changed = set(self.changed_data)
        if self.instance.pk is None:
            changed -= {"position"}
        return bool(changed)


class RowFormSet(SoundFormSet):
    """Rows people put in order by number; the numbers are made 1, 2, 3 … when saved."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if self.is_bound:
            self.data = without_lost_rows(self.data, str(self.prefix), {str(row.pk) for row in self.get_queryset()})

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "position" in form.fields:
            form.fields["position"].required = False

    def rows_in_order(self) -> list[models.Model]:
        """The rows as they will stand, numbered from 1; rows somebody else added meanwhile come last."""
        placed = []
        for index, form in enumerate(self.forms):
            if form in self.deleted_forms or (form.instance.pk is None and not form.has_changed()):
                continue
            typed = form.cleaned_data.get("position") if hasattr(form, "cleaned_data") else None
            placed.append((typed is None, typed or 0, index, form.instance))
        rows = [row for *_, row in sorted(placed, key=lambda entry: entry[:3])]
        posted = {form.instance.pk for form in self.forms}
        rows += [row for row in self.get_queryset() if row.pk not in posted]
        self.number(rows)
        return rows

    def number(self, rows: Sequence[models.Model]) -> None:
        """Give the rows their places."""
        for place, row in enumerate(rows, start=1):
            row.position = place  # type: ignore[attr-defined]  # rows have one

    def rows_to_save(self) -> list[models.Model]:
        """The new and changed rows, and those whose number changed."""
        stored = {row.pk: row for row in self.fk.model._default_manager.filter(**{self.fk.name: self.instance.pk})}
        return [row for row in self.rows_in_order() if row.pk not in stored or _differs(row, stored[row.pk])]

    def rows_to_delete(self) -> list[models.Model]:
        return [form.instance for form in self.deleted_forms if form.instance.pk is not None]


def without_lost_rows(data: Any, prefix: str, living: set[str]) -> Any:
    """Posted rows somebody else deleted meanwhile become new rows, so that their text is not lost.

    A formset takes the first INITIAL_FORMS rows for stored ones: the living
    rows are put first, the others follow without an id. Returns a QueryDict.
    """
    try:
        total = int(data.get(f"{prefix}-TOTAL_FORMS", ""))
        initial = int(data.get(f"{prefix}-INITIAL_FORMS", ""))
    except ValueError:
        return data  # Django says that the form was tampered with
    ids = [data.get(f"{prefix}-{index}-id", "") for index in range(min(total, 1000))]
    kept = [index for index, key in enumerate(ids) if key in living]
    if len(kept) == initial:
        return data
    order = kept + [index for index in range(len(ids)) if index not in set(kept)]
    mended = data.copy()
    for key in [key for key in data if key.startswith(f"{prefix}-") and key.split("-")[-2].isdigit()]:
        del mended[key]
    for new, old in enumerate(order):
        start = f"{prefix}-{old}-"
        for key in [key for key in data if key.startswith(start)]:
            mended.setlist(f"{prefix}-{new}-{key[len(start) :]}", data.getlist(key))
        if old not in set(kept):
            mended[f"{prefix}-{new}-id"] = ""
    mended[f"{prefix}-INITIAL_FORMS"] = str(len(kept))
    return mended


def _differs(row: models.Model, stored: models.Model) -> bool:
    return any(getattr(row, field.attname) != getattr(stored, field.attname) for field in content_fields(type(row)))
