"""Figures computed by other programs, and the shape they are written in.

Each family has its own file: golden_regression.py, golden_binary.py, golden_multiclass.py, each with
one tuple `GOLDEN: tuple[Golden, ...]`; test_golden.py collects them. Every loss of the catalogue needs
at least one row.

Import as `from battery.golden import Golden` (tests/ is on the path).
"""

from typing import Any, NamedTuple

from losscli.domain import Task


class Golden(NamedTuple):
    """What one loss gives on one fixture, and who says so.

    arguments: the positional arguments of `value`, as `Loss.argument` names them, each a sequence (or
    a sequence of rows): residuals for r, targets and predictions for "y, p", margins for m, class
    codes and a matrix for "y, l_k" … Fixtures given in another space are carried over here (a logit
    and a label become a margin) with numpy, not with losscli.
    expected: a tuple is the row values; a number is the figure after the reduction (mean, root of the
    mean, median, maximum, function of means).
    source: program, version and call, or the publication; "by hand: …" with the arithmetic.
    rtol: as many digits as the source prints; never widened to pass.
    """

    task: Task
    spec: str
    arguments: tuple[Any, ...]
    expected: float | tuple[float, ...]
    source: str
    rtol: float = 1e-12
