"""What goes into a paper of a round: its parts, its shape, the words of its cover."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from programs.reading import read_line
from progress.enums import Orientation, PaperPart

CHOSEN_PARTS = tuple((part.value, part.label) for part in PaperPart)
_NO_PART = "資料に入れるものを、1つ以上選んでください。"


class LineField(forms.CharField):
    """Words for one line: what is pasted with line breaks or control characters loses them."""

    def to_python(self, value: Any) -> str:
        return read_line(str(super().to_python(value) or ""))


class RecipientForm(forms.Form):
    """For whom a paper is, beside the button that asks for it."""

    recipient = LineField(
        label="提供先", required=False, max_length=100, help_text="だれに渡す資料かの控えです。資料には載りません。"
    )


class SelectionForm(RecipientForm):
    """Shown and previewed by GET, sent by POST; nothing typed but words for the cover and for whom it is."""

    parts = forms.MultipleChoiceField(
        label="資料に入れるもの",
        choices=CHOSEN_PARTS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _NO_PART},
    )
    measures = forms.MultipleChoiceField(
        label="施策",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="選ばないときは、すべての施策を入れます。",
    )
    orientation = forms.ChoiceField(label="用紙の向き", choices=Orientation.choices, widget=forms.RadioSelect)
    as_it_stands = forms.BooleanField(
        label="確認が済んでいない調書も、入力の途中の内容で載せる",
        required=False,
        help_text="内部で検討するための資料です。載せた調書に状態を記します。件数・合計には数えません。会議には公開できません。",
    )
    committee = LineField(label="委員会名", required=False, max_length=100, help_text="例：川崎市議会 総務委員会")
    title = LineField(
        label="件名", required=False, max_length=150, help_text="空欄のときは、プランと年度から付けます。"
    )
    number = LineField(label="資料番号", required=False, max_length=30, help_text="例：資料1")
    date = LineField(label="日付", required=False, max_length=40, help_text="例：平成29年8月4日")
    bureau = LineField(label="局名", required=False, max_length=50, help_text="例：総務企画局")

    def __init__(self, data: Mapping[str, Any] | None, *, measures: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, use_required_attribute=False, **kwargs)
        self.order_fields([name for name in self.fields if name != "recipient"])  # the last
        self.fields["measures"].choices = measures  # type: ignore[attr-defined]  # a MultipleChoiceField


class NameForm(forms.Form):
    """The name a selection is kept under."""

    name = LineField(
        label="帳票の名前",
        max_length=100,
        help_text="同じ名前の帳票があれば、置き換えます。",
        error_messages={"required": "帳票の名前を入力してください（例：総務委員会（全体））。"},
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, use_required_attribute=False)
