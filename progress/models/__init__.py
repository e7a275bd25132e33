"""The yearly round: scales, rounds, 調書 and their events, 施策評価, publications, proposals, mail."""

from progress.models.evaluation import Evaluation, EvaluationEvent, EvaluationIndicator, EvaluationMilestone
from progress.models.mail import OutboxMail
from progress.models.measure import MeasureEvaluation
from progress.models.paper import Paper, PaperForm, PaperRequest
from progress.models.proposal import NextYearProposal, PlanOrigin
from progress.models.publication import Correction, Publication, PublishedEvaluation, PublishedMeasure
from progress.models.round import Extension, Guidance, Round
from progress.models.scale import Scale, ScaleEntry
from progress.models.upload import EvaluationUpload

__all__ = [
    "Correction",
    "Evaluation",
    "EvaluationEvent",
    "EvaluationIndicator",
    "EvaluationMilestone",
    "EvaluationUpload",
    "Extension",
    "Guidance",
    "MeasureEvaluation",
    "NextYearProposal",
    "OutboxMail",
    "Paper",
    "PaperForm",
    "PaperRequest",
    "PlanOrigin",
    "Publication",
    "PublishedEvaluation",
    "PublishedMeasure",
    "Round",
    "Scale",
    "ScaleEntry",
]
