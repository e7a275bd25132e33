"""The form by which a workbook of 調書 comes back."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from programs import excel_safety


class SheetsForm(forms.Form):
    """A workbook; anything that is none is refused before it is kept."""

    file = forms.FileField(
        label="記入したExcelファイル",
        help_text="調書のファイル（.xlsx、10MBまで）を選びます。",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": "ファイルを選んでください。",
            "empty": "ファイルが空です。Excelで開いて中身を確かめ、保存し直してください。",
        },
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """The file, which is a workbook of ordinary size."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            excel_safety.check(file.read(excel_safety.LARGEST_FILE + 1))
        except excel_safety.UnsafeFile as error:
            raise forms.ValidationError(f"『{file.name}』は読み込めません。{error}") from error
        file.seek(0)
        return file
