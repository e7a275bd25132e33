"""The form by which a workbook of 調書 comes back."""

from django import forms

from programs import excel_safety
from programs.forms import WorkbookField


class SheetsForm(forms.Form):
    """A workbook of ordinary size."""

    file = WorkbookField(
        label="記入したExcelファイル",
        help_text="調書のファイル（.xlsx、10MBまで）を選びます。",
        opens=excel_safety.check,
    )
