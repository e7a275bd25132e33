"""Programmes of two fiscal years, their actions, and what each action plans for each year."""

from programs.models.action import Action, ActionDirection, ActionLineage, ActionOwner, ActionUpper
from programs.models.program import Program, UpperItem
from programs.models.upload import ProgramUpload
from programs.models.yearly import ActionYear, Indicator, IndicatorYear, Milestone

__all__ = [
    "Action",
    "ActionDirection",
    "ActionLineage",
    "ActionOwner",
    "ActionUpper",
    "ActionYear",
    "Indicator",
    "IndicatorYear",
    "Milestone",
    "Program",
    "ProgramUpload",
    "UpperItem",
]
