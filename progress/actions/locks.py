"""The one way to hold a row of the round: locked to the end of the transaction, as it is stored now."""

from progress.models import Evaluation, Round


def locked_round(round_id: int) -> Round:
    """Held in this order, round before 調書, by everything that needs both: nobody waits in a circle."""
    return Round.objects.select_for_update(of=("self",)).for_reports().get(pk=round_id)


def locked_evaluation(evaluation_id: int) -> Evaluation:
    """The 調書 with what saving and moving it read; only its own row is locked.

    The round is read without a lock: publishing holds every 調書 of the round first, so it waits for who
    holds one, and who comes later sees the published state.
    """
    Evaluation.objects.select_for_update(of=("self",)).get(pk=evaluation_id)
    return Evaluation.objects.with_answers().get(pk=evaluation_id)
