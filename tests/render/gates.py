"""Gates made by hand."""

from dataclasses import replace

from losscli.result import Comparison, Gate
from render.samples import judged


def gate(
    verdict: str, text: str = "mae > 23.5", model: str = "ridge", *, baseline: str | None = None
) -> Gate:
    """A gate on mae with its verdict; one with a baseline is an allowance of 2 %."""
    weighed = baseline is not None
    return Gate(
        text=text,
        spec="mae",
        model=model,
        verdict=verdict,
        value=0.044 if weighed else 24.14,
        low=-0.01 if weighed else 23.0,
        high=0.09 if weighed else 25.2,
        threshold=0.02 if weighed else 23.5,
        reason=None if weighed else "no uncertainty used",
        rows_needed=9412 if verdict == "inconclusive" else None,
        baseline=baseline,
        old=23.12 if weighed else None,
        new=24.14 if weighed else None,
        relative=True if weighed else None,
        level=0.9 if weighed else None,
    )


PASS = gate("pass", model="gbm")
FAIL = gate("fail")
UNSURE = gate("inconclusive", "mae=2%", "ridge", baseline="huber")


def gated(*gates: Gate) -> Comparison:
    return replace(judged(), gates=gates)
