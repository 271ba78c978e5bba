"""One line of the score: the package's own, which `check-loss` measures on."""

from losscli.battery import Curve, Line

__all__ = ["Curve", "Line"]
