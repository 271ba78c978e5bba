"""Losses of boxes: how far two rectangles are from one another.

Y, P: corners x1, y1, x2, y2 of the true and the predicted box, (n, 4) each, x1 < x2 and y1 < y2.
"""

import numpy as np

from losscli.domain import Floats, Kind, Task, Unit
from losscli.loss import Argument, Loss, Trait


def areas(y: Floats, p: Floats) -> tuple[Floats, Floats]:
    """(intersection, union): (n,) each."""
    sides = np.minimum(y[:, 2:], p[:, 2:]) - np.maximum(y[:, :2], p[:, :2])
    inside = np.maximum(sides, 0.0).prod(axis=1)
    own = [(box[:, 2:] - box[:, :2]).prod(axis=1) for box in (y, p)]
    return inside, own[0] + own[1] - inside


def _iou(y: Floats, p: Floats) -> Floats:
    inside, union = areas(y, p)
    return np.asarray(1.0 - inside / union)


LOSSES: tuple[Loss, ...] = (
    Loss(
        name="iou",
        title="Intersection over union, lost",
        task=Task.BOXES,
        formula="1 - intersection/union",
        argument=Argument.TARGETS,
        value=_iou,
        needs=frozenset({Kind.BOX}),
        unit=Unit.ONE,
        elicits="the box",
        traits=Trait.BOUNDED,
        choose="Boxes are judged by overlap alone.",
        avoid="Boxes may miss each other: all misses cost 1.",
        reference="Rezatofighi et al. 2019, doi:10.1109/CVPR.2019.00075",
        inventory=("iou_loss",),
    ),
)
