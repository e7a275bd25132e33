"""Forms of the import of a programme."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from programs import excel_safety
from programs.importing.tables import read_tables


class WorkbookField(forms.FileField):
    """A workbook; what `opens` refuses with UnsafeFile is refused before it is kept."""

    def __init__(self, *, label: str, help_text: str, opens: Callable[[bytes], object]) -> None:
        self._opens = opens
        super().__init__(
            label=label,
            help_text=help_text,
            widget=forms.FileInput(attrs={"accept": ".xlsx"}),
            error_messages={
                "required": "ファイルを選んでください。",
                "empty": "ファイルが空です。Excelで開いて中身を確かめ、保存し直してください。",
            },
        )

    def clean(self, data: Any, initial: Any = None) -> "UploadedFile[bytes]":
        """The file, which can be opened."""
        file: UploadedFile[bytes] = super().clean(data, initial)
        try:
            excel_safety.check_size(file.size or 0)
            self._opens(file.read(excel_safety.LARGEST_FILE + 1))
        except excel_safety.UnsafeFile as error:
            raise forms.ValidationError(f"『{file.name}』は読み込めません。{error}") from error
        file.seek(0)
        return file


class UploadForm(forms.Form):
    """A file to import."""

    file = WorkbookField(
        label="Excelファイル",
        help_text="様式または書き出したファイル（.xlsx、10MBまで）を選びます。",
        opens=read_tables,
    )


class ConfirmForm(forms.Form):
    """What a person has seen in the preview, and why they want it."""

    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(
        label="変更の理由",
        help_text="公開しているプログラムでは、改定履歴に市民にも見える形で残ります。",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
    )

    def __init__(self, *args: object, needs_reason: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through
        self.fields["reason"].required = needs_reason
        self.fields["reason"].error_messages["required"] = (
            "公開しているプログラムの変更には理由が必要です。「変更の理由」を入力してください。"
        )
