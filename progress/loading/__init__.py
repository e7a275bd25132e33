"""The rounds of the sample programme: played through the same actions that people use."""

from progress.loading.rounds import RoundsResult, load_sample_rounds

__all__ = ["RoundsResult", "load_sample_rounds"]
