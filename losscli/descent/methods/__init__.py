"""By what a model is trained: the first method that handles it, from the special to the general.

A method is a file that ends with its record, and a row here.
"""

from losscli.descent.methods import l1, margins, outputs, piecewise, rounded, smooth
from losscli.descent.methods.method import Method, solve_by, solved

__all__ = ["METHODS", "Method", "solve_by", "solved"]

_OF_ONE_OBJECTIVE = (
    l1.PIECEWISE,
    l1.ROUNDED,
    l1.SMOOTH,
    margins.METHOD,
    piecewise.METHOD,
    rounded.METHOD,
    smooth.METHOD,
)
METHODS = (outputs.method(_OF_ONE_OBJECTIVE), *_OF_ONE_OBJECTIVE)
