"""What one may look for in the audit trail."""

import unicodedata
from typing import Any

from django import forms

from accounts.audit_list import LOOKED_THROUGH, Criteria
from accounts.enums import AuditKind

LONGEST = 100
DAYS = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]


class DayField(forms.DateField):
    """A day, chosen or typed in any width."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=DAYS, required=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        typed = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value
        try:
            return super().to_python(typed)
        except forms.ValidationError:
            raise forms.ValidationError(
                f"「{value}」は日付として読めません。年月日を入力してください（例：2017-05-31）。", code="invalid"
            ) from None


class AuditFilterForm(forms.Form):
    """Kind, person, period and words; all empty shows everything."""

    kind = forms.ChoiceField(label="種類", required=False, choices=[("", "すべて"), *AuditKind.choices])
    person = forms.CharField(label="氏名または職員番号", required=False, max_length=LONGEST)
    since = DayField(label="この日から")
    until = DayField(label="この日まで")
    words = forms.CharField(
        label="対象・詳細に含む言葉",
        required=False,
        max_length=LONGEST,
        help_text=f"ほかの条件に合う記録を、新しい順に{LOOKED_THROUGH:,}件ずつ調べます。",
    )

    def clean_person(self) -> str:
        return unicodedata.normalize("NFKC", self.cleaned_data["person"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", f"{until}は「この日から」の{since}より前です。同じ日か、後の日を入力してください。")
        return cleaned

    def criteria(self) -> Criteria:
        """What was asked for; only of a valid form."""
        asked = self.cleaned_data
        return Criteria(
            kind=asked["kind"],
            person=asked["person"],
            since=asked["since"],
            until=asked["until"],
            words=tuple(asked["words"].split()),
        )

    def conditions(self) -> dict[str, str]:
        """What was typed, as it goes into an address; nothing of what was left empty."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}

    def in_words(self) -> str:
        """What was asked for as the record of the export says it: 「種類：ログイン、この日から：2017-05-31」."""
        kinds = dict(AuditKind.choices)
        return "、".join(
            f"{self.fields[name].label}：{kinds.get(value, value) if name == 'kind' else value}"
            for name, value in self.conditions().items()
        )
