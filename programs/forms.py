"""Forms of the import of a programme."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from programs import excel_safety
from programs.importing.tables import read_tables


class UploadForm(forms.Form):
    """A file to import; anything that is no workbook is refused before it is kept."""

    file = forms.FileField(
        label="Excelファイル",
        help_text="様式または書き出したファイル（.xlsx、10MBまで）を選びます。",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": "ファイルを選んでください。",
            "empty": "ファイルが空です。Excelで開いて中身を確かめ、保存し直してください。",
        },
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """The file, which can be opened."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            read_tables(file.read(excel_safety.LARGEST_FILE + 1))
        except excel_safety.UnsafeFile as error:
            raise forms.ValidationError(f"『{file.name}』は読み込めません。{error}") from error
        file.seek(0)
        return file


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
