"""Loads a plan from reviewable TOML files, idempotently."""

from plan.loading.errors import FixtureError
from plan.loading.loading import Difference, LoadResult, load

__all__ = ["Difference", "FixtureError", "LoadResult", "load"]
