"""Forms of a round as ICT推進課 keeps it: the round itself, its 記入要領, extensions, exceptions."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Department
from plan.fiscal import date_label
from programs.models import Program
from programs.reading import clean_text
from progress.default_scale import NAME
from progress.enums import EvaluationField, RoundState
from progress.forms.days import DayField, YearField
from progress.forms.fields import NoteField, ProseField
from progress.models import Extension, Round, Scale
from progress.models.round import RESERVED, RESERVED_SLUG

REASON_REQUIRED = "理由を入力してください。"
LATE_LABEL = "追加で公表する理由"
DECLINE_LABEL = "反映しない理由"


class _ChangedForm(forms.ModelForm):
    """Beside each field stands hidden what the person has read: `changes` leaves out what they left as it was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    @property
    def changes(self) -> dict[str, Any]:
        """What somebody else has changed meanwhile stays; what was sent without what was read counts as changed."""
        read = {name for name in self.fields if self.add_initial_prefix(name) in self.data}
        return {name: self.cleaned_data[name] for name in self.fields if name not in read - set(self.changed_data)}


class RoundForm(_ChangedForm):
    """A round in preparation: everything may be chosen. The address is the year unless something else is typed."""

    year = YearField(label="評価する年度", help_text="例：2016または平成28年度")
    opens_on = DayField(
        label="照会の開始日", help_text="この日の所管課に調書を配ります。照会は、開始のボタンを押したときに始まります。"
    )
    deadline = DayField(label="提出期限", is_open=True, help_text="開庁日にします。課ごとに後から延ばせます。")
    slug = forms.SlugField(
        label="アドレス",
        required=False,
        max_length=30,
        help_text="公開ページのアドレスの一部です。空欄のときは年度（例：2016）にします。",
        error_messages={"invalid": "半角の英小文字、数字、ハイフンで入力してください（例：2016）。"},
    )

    class Meta:
        model = Round
        fields = ["program", "year", "opens_on", "deadline", "scale", "slug"]
        error_messages = {
            "program": {"required": "プログラムを選んでください。"},
            "scale": {"required": "評価尺度を選んでください。"},
        }

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programs, scales = Program.objects.order_by("-start_year", "slug"), Scale.objects.order_by("name")
        self.fields["program"].queryset = programs  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["program"].empty_label = "選んでください"  # type: ignore[attr-defined]
        self.fields["scale"].queryset = scales  # type: ignore[attr-defined]
        if scales.exists():
            self.fields["scale"].empty_label = None  # type: ignore[attr-defined]
        else:  # a new installation: the city's own scale is made with the round
            self.fields["scale"].empty_label = NAME  # type: ignore[attr-defined]
            self.fields["scale"].required = False
        self.fields["year"].error_messages["required"] = "評価する年度を入力してください（例：2016）。"
        self.fields["opens_on"].error_messages["required"] = "照会の開始日を入力してください（例：2017年4月17日）。"
        self.fields["deadline"].error_messages["required"] = "提出期限を入力してください（例：2017年5月31日）。"

    def clean_slug(self) -> str:
        """The constraint says the same, but not at the field."""
        slug = str(self.cleaned_data["slug"])
        if slug in RESERVED:
            raise ValidationError(RESERVED_SLUG)
        return slug

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        opens_on, deadline = cleaned.get("opens_on"), cleaned.get("deadline")
        if opens_on and deadline and deadline < opens_on:
            self.add_error(
                "deadline",
                f"{date_label(deadline)}は、照会の開始日の{date_label(opens_on)}より前です。"
                "開始日以後の開庁日を入力してください。",
            )
        program, year = cleaned.get("program"), cleaned.get("year")
        if program and year and not cleaned.get("slug") and "slug" not in self.errors:
            cleaned["slug"] = self._address(program, year)
        return cleaned

    def _address(self, program: Program, year: int) -> str:
        """The year, unless another programme's round has that address; its own one again where it is changed."""
        others = Round.objects.exclude(pk=self.instance.pk)
        plain = str(year)
        return f"{plain}-{program.slug}" if others.filter(slug=plain).exists() else plain


class DeadlineForm(_ChangedForm):
    """What of an open round may still change."""

    deadline = DayField(label="提出期限", is_open=True, help_text="開庁日にします。")

    class Meta:
        model = Round
        fields = ["deadline"]

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deadline"].error_messages["required"] = "提出期限を入力してください（例：2017年5月31日）。"


def form_for(round_: Round, data: Mapping[str, Any] | None = None) -> RoundForm | DeadlineForm:
    """The form for what may change now."""
    kind = RoundForm if round_.state == RoundState.PLANNED else DeadlineForm
    return kind(data, instance=copy(round_))  # the form writes into what it is given; the page shows the round


class GuidanceForm(forms.Form):
    """記入要領 of every field on one page. Only what was sent and changed counts as written.

    Beside each field stands hidden what the person has read: where somebody else has changed it since, both are shown.
    """

    def __init__(self, data: Mapping[str, Any] | None = None, *, texts: Mapping[EvaluationField, str]) -> None:
        super().__init__(data, use_required_attribute=False)
        for field, text in texts.items():
            self.fields[field.value] = ProseField(label=str(field.label), rows=3)
            self.fields[field.value].show_hidden_initial = True
            self.initial[field.value] = text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        overtaken = [name for name in self.fields if self._is_overtaken(name, cleaned.get(name))]
        for name in overtaken:
            self.add_error(
                name,
                "あなたが開いた後に、ほかの人が変えました。このまま保存すると、あなたの入力に置き換わります。"
                f"今の内容：『{self.initial[name]}』",
            )
        self._read_again(overtaken)
        return cleaned

    @property
    def texts(self) -> dict[EvaluationField, str]:
        return {
            EvaluationField(name): text
            for name, text in self.cleaned_data.items()
            if name in self.data and text != self._read(name)
        }

    def _read(self, name: str) -> str | None:
        """What the person has read; None where it was not sent."""
        text = self.data.get(self.add_initial_prefix(name))
        return None if text is None else clean_text(text)

    def _is_overtaken(self, name: str, typed: str | None) -> bool:
        read, stored = self._read(name), clean_text(self.initial[name])
        return typed is not None and read is not None and read not in {stored, typed} and typed != stored

    def _read_again(self, names: list[str]) -> None:
        """The page that is shown now tells what is stored: who saves it once more has seen that."""
        if names:
            again: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
            for name in names:
                again[self.add_initial_prefix(name)] = self.initial[name]
            self.data = again


class ExtensionForm(forms.ModelForm):
    """A later deadline for one department that has 調書 in the round."""

    deadline = DayField(label="延長後の提出期限", is_open=True, help_text="もとの期限より後の開庁日にします。")
    reason = NoteField(label="理由")

    class Meta:
        model = Extension
        fields = ["department", "deadline", "reason"]
        error_messages = {"department": {"required": "所管課を選んでください。"}}

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Department.objects.filter(evaluations__round=self.instance.round).distinct().order_by("code")
        self.fields["department"].queryset = choices  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["department"].empty_label = "選んでください"  # type: ignore[attr-defined]
        self.fields["deadline"].error_messages["required"] = "延長後の提出期限を入力してください（例：2017年6月7日）。"
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = REASON_REQUIRED
        self.fields["reason"].help_text = "記録に残ります。"
        if self.instance.pk is not None:
            del self.fields["department"]

    def clean_department(self) -> Department:
        """The form does not hold the round, so that Django does not look for the pair itself."""
        department: Department = self.cleaned_data["department"]
        if Extension.objects.filter(round=self.instance.round, department=department).exists():
            raise forms.ValidationError(
                f"{department}の期限はすでに延長されています。一覧の「変更する」から、期限を変更してください。"
            )
        return department


class ExceptionForm(forms.Form):
    """Why a round may be published without one 調書; the public reads it."""

    reason = NoteField(label="公表の例外とする理由")

    def __init__(self, data: Mapping[str, Any] | None = None, *, reason: str = "") -> None:
        super().__init__(data, initial={"reason": reason}, use_required_attribute=False)
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = REASON_REQUIRED
        self.fields["reason"].help_text = "公開ページに、そのまま表示します（例：決算が確定していないため）。"


class ReasonForm(forms.Form):
    """A reason and nothing else."""

    reason = NoteField(label="理由")

    def __init__(self, data: Mapping[str, Any] | None = None, *, label: str) -> None:
        super().__init__(data, use_required_attribute=False)
        self.fields["reason"].label = label
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = REASON_REQUIRED
