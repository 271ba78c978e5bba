"""One line of the score: the package's own, which `check-loss` measures on."""

from losscli.loss.battery import Curve, Line

__all__ = ["Curve", "Line"]
