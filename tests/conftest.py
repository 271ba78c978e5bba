"""Hypothesis is deterministic here: a red test is red for everyone. Ctrl-C reaches commands under test."""

import signal

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")

# A background job ignores SIGINT, one under nohup SIGHUP, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
