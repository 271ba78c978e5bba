"""Hypothesis is deterministic here: a red test is red for everyone."""

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")
