"""The sample programme: files that a person can review, brought into the database of a demo."""

from programs.loading.loading import SampleResult, load_sample

__all__ = ["SampleResult", "load_sample"]
