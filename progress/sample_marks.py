"""The ways from what a round is made of to its programme, for the mark 「見本データ」 in the admin."""

from programs.queries.sample_marks import ANY, NONE, register_ways
from progress.models import (
    Correction,
    Evaluation,
    EvaluationEvent,
    MeasureEvaluation,
    NextYearProposal,
    OutboxMail,
    Publication,
    PublishedEvaluation,
    PublishedMeasure,
    Round,
    Scale,
)


def register() -> None:
    register_ways(
        {
            Round: ("program",),
            Evaluation: ("round.program",),
            EvaluationEvent: ("evaluation.round.program",),
            MeasureEvaluation: ("round.program",),
            NextYearProposal: ("evaluation.round.program",),
            Publication: ("round.program",),
            PublishedEvaluation: ("round.program",),
            PublishedMeasure: ("round.program",),
            Correction: ("publication.round.program",),
            # A mail tells of rounds in its text alone.
            OutboxMail: (ANY,),
            # The city's own steps, whatever programme is measured by them.
            Scale: (NONE,),
        }
    )
