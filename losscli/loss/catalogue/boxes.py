"""Losses of boxes: how far two rectangles are from one another.

Y, P: corners x1, y1, x2, y2 of the true and the predicted box, (n, 4) each, x1 < x2 and y1 < y2. Slopes are
(n, 4), d/dP; where edges coincide, one of both sides' slopes.
"""

from dataclasses import dataclass

import numpy as np

from losscli.domain import POSITIVE, Floats, Kind, Task, Unit
from losscli.loss import Alias, Argument, Loss, Param, Trait

_TERMS = (
    "intersection and union are areas, hull that of the smallest box around both, apart the squared "
    "distance of the centres, diagonal that of the hull's corners"
)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Areas and their slopes in the corners of the prediction: (n,) and (n, 4)."""

    intersection: Floats
    union: Floats
    by_intersection: Floats
    by_union: Floats

    @property
    def iou(self) -> Floats:
        return _over(self.intersection, self.union)

    @property
    def by_iou(self) -> Floats:
        share = self.iou[:, None]
        return _over(self.by_intersection - share * self.by_union, self.union[:, None])


def _over(part: Floats, whole: Floats) -> Floats:
    """part/whole; 0 of an area too small for a double."""
    return np.divide(part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0)


def _area(sides: Floats, by_low: Floats | float, by_high: Floats | float) -> tuple[Floats, Floats]:
    """(area of sides (n, 2), its slope in the corners (n, 4)), by what the sides change with them."""
    other = sides[:, ::-1]
    return sides.prod(axis=1), np.hstack([other * by_low, other * by_high])


def _pair(y: Floats, p: Floats) -> _Pair:
    sides = np.minimum(y[:, 2:], p[:, 2:]) - np.maximum(y[:, :2], p[:, :2])
    meets = (sides > 0).all(axis=1, keepdims=True)
    inside, by_inside = _area(
        np.where(meets, sides, 0.0),
        np.where(p[:, :2] > y[:, :2], -1.0, 0.0),
        np.where(p[:, 2:] < y[:, 2:], 1.0, 0.0),
    )
    true = (y[:, 2:] - y[:, :2]).prod(axis=1)
    own, by_own = _area(p[:, 2:] - p[:, :2], -1.0, 1.0)
    return _Pair(inside, true + own - inside, by_inside, by_own - by_inside)


def _hull(y: Floats, p: Floats) -> tuple[Floats, Floats, Floats]:
    """(sides of the smallest box around both (n, 2), their slopes in the lower and the upper corner)."""
    sides = np.maximum(y[:, 2:], p[:, 2:]) - np.minimum(y[:, :2], p[:, :2])
    lower, upper = p[:, :2] < y[:, :2], p[:, 2:] > y[:, 2:]
    return sides, np.where(lower, -1.0, 0.0), np.where(upper, 1.0, 0.0)


def _iou_value(y: Floats, p: Floats) -> Floats:
    return np.asarray(1.0 - _pair(y, p).iou)


def _iou_slope(y: Floats, p: Floats) -> Floats:
    return np.asarray(-_pair(y, p).by_iou)


def _giou_value(y: Floats, p: Floats) -> Floats:
    pair, hull = _pair(y, p), _hull(y, p)[0].prod(axis=1)
    return np.asarray(1.0 - pair.iou + _over(hull - pair.union, hull))


def _giou_slope(y: Floats, p: Floats) -> Floats:
    pair = _pair(y, p)
    hull, by_hull = _area(*_hull(y, p))
    filled = _over(pair.union, hull)[:, None]
    return np.asarray(-pair.by_iou - _over(pair.by_union - filled * by_hull, hull[:, None]))


def _centres(y: Floats, p: Floats) -> tuple[Floats, Floats]:
    """(vector between the centres (n, 2), squared diagonal of the hull (n,))."""
    apart = 0.5 * (p[:, :2] + p[:, 2:] - y[:, :2] - y[:, 2:])
    return apart, np.square(_hull(y, p)[0]).sum(axis=1)


def _distance(y: Floats, p: Floats) -> Floats:
    apart, diagonal = _centres(y, p)
    return _over(np.square(apart).sum(axis=1), diagonal)


def _distance_slope(y: Floats, p: Floats) -> Floats:
    apart, diagonal = _centres(y, p)
    sides, by_low, by_high = _hull(y, p)
    by_diagonal = 2.0 * np.hstack([sides * by_low, sides * by_high])
    share = _over(np.square(apart).sum(axis=1), diagonal)[:, None]
    return _over(np.hstack([apart, apart]) - share * by_diagonal, diagonal[:, None])


def _diou_value(y: Floats, p: Floats) -> Floats:
    return _iou_value(y, p) + _distance(y, p)


def _diou_slope(y: Floats, p: Floats) -> Floats:
    return _iou_slope(y, p) + _distance_slope(y, p)


def _angles(y: Floats, p: Floats) -> Floats:
    """2/π times the difference of the angles whose tangents are width over height; its square is v."""
    of = [np.arctan2(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]) for box in (y, p)]
    return np.asarray(2.0 / np.pi * (of[0] - of[1]))


def _ciou_value(y: Floats, p: Floats) -> Floats:
    lost, v = _iou_value(y, p), np.square(_angles(y, p))
    return lost + _distance(y, p) + _over(v * v, lost + v)


def _ciou_slope(y: Floats, p: Floats) -> Floats:
    angles, by_lost = _angles(y, p), _iou_slope(y, p)
    lost, v = _iou_value(y, p), np.square(angles)
    wide, high = p[:, 2] - p[:, 0], p[:, 3] - p[:, 1]
    turn = _over(-4.0 / np.pi * angles, wide * wide + high * high)[:, None]
    by_v = turn * np.column_stack([-high, wide, high, -wide])
    share = _over(v, lost + v)[:, None]
    return by_lost + _distance_slope(y, p) + 2.0 * share * by_v - share * share * (by_lost + by_v)


def _smooth_l1_value(y: Floats, p: Floats, *, beta: float) -> Floats:
    size = np.abs(p - y)
    inner = np.minimum(size, beta)
    return np.asarray((inner * inner / (2.0 * beta) + (size - inner)).sum(axis=1))


def _smooth_l1_slope(y: Floats, p: Floats, *, beta: float) -> Floats:
    return np.clip((p - y) / beta, -1.0, 1.0)


IOU = Loss(
    name="iou",
    title="Intersection over union, lost",
    task=Task.BOXES,
    formula="1 - intersection/union",
    argument=Argument.TARGETS,
    value=_iou_value,
    slope=_iou_slope,
    needs=frozenset({Kind.BOX}),
    unit=Unit.ONE,
    elicits="the box",
    traits=Trait.LIPSCHITZ | Trait.BOUNDED,
    choose="Boxes are judged by overlap alone.",
    avoid="Boxes may miss each other: all misses cost 1, and the slope is 0 there.",
    trap="1 - IoU; UnitBox takes -log IoU. Areas are plain products: old code adds a pixel to every side. "
    "torchvision adds 1e-7 to the union.",
    reference="Yu et al. 2016, doi:10.1145/2964284.2967274",
    inventory=("iou_loss",),
)

GIOU = Loss(
    name="giou",
    title="Generalised IoU, lost",
    task=Task.BOXES,
    formula="1 - intersection/union + (hull - union)/hull",
    argument=Argument.TARGETS,
    value=_giou_value,
    slope=_giou_slope,
    needs=frozenset({Kind.BOX}),
    unit=Unit.ONE,
    elicits="the box",
    traits=Trait.LIPSCHITZ | Trait.BOUNDED,
    choose="Boxes may miss each other, and a near miss should cost less than a far one.",
    avoid="You report overlap to people who expect IoU: this one goes to 2.",
    trap=f"{_TERMS}.".capitalize() + " torchvision adds 1e-7 to union and hull.",
    reference="Rezatofighi et al. 2019, doi:10.1109/CVPR.2019.00075",
    aliases=(Alias("torchvision", "generalized_box_iou_loss", "giou", note="adds 1e-7 to areas"),),
    inventory=("giou_loss",),
)

DIOU = Loss(
    name="diou",
    title="Distance IoU, lost",
    task=Task.BOXES,
    formula="1 - intersection/union + apart/diagonal",
    argument=Argument.TARGETS,
    value=_diou_value,
    slope=_diou_slope,
    needs=frozenset({Kind.BOX}),
    unit=Unit.ONE,
    elicits="the box",
    traits=Trait.LIPSCHITZ | Trait.BOUNDED,
    choose="The centres should meet, as in tracking.",
    avoid="Shapes matter: two boxes on one centre differ by their overlap alone.",
    trap=f"{_TERMS}.".capitalize(),
    reference="Zheng et al. 2020, doi:10.1609/aaai.v34i07.6999",
    aliases=(Alias("torchvision", "distance_box_iou_loss", "diou", note="adds 1e-7 to areas"),),
    inventory=("diou_loss",),
)

CIOU = Loss(
    name="ciou",
    title="Complete IoU, lost",
    task=Task.BOXES,
    formula="1 - intersection/union + apart/diagonal + v**2/(1 - intersection/union + v)",
    argument=Argument.TARGETS,
    value=_ciou_value,
    slope=_ciou_slope,
    needs=frozenset({Kind.BOX}),
    unit=Unit.ONE,
    elicits="the box",
    traits=Trait.LIPSCHITZ | Trait.BOUNDED,
    choose="Overlap, centres and the ratio of the sides should all count.",
    avoid="You want one geometric meaning: it adds up three.",
    trap=f"{_TERMS}".capitalize() + ", v the square of 2/π times the difference of arctan(width/height). "
    "The slope is that of the formula; torchvision holds the factor v/(1 - IoU + v) fixed.",
    reference="Zheng et al. 2020, doi:10.1609/aaai.v34i07.6999",
    aliases=(Alias("torchvision", "complete_box_iou_loss", "ciou", note="adds 1e-7 to areas"),),
    inventory=("ciou_loss",),
)

SMOOTH_L1 = Loss(
    name="smooth_l1",
    title="Smooth L1 of the corners",
    task=Task.BOXES,
    formula="sum(where(abs(r) < beta, r**2/(2*beta), abs(r) - beta/2))",
    argument=Argument.TARGETS,
    value=_smooth_l1_value,
    slope=_smooth_l1_slope,
    slope_formula="minimum(maximum(r/beta, -1), 1)",
    needs=frozenset({Kind.BOX}),
    elicits="a centre of every corner between mean and median",
    asks="~medians",
    traits=Trait.CONVEX | Trait.SMOOTH | Trait.LIPSCHITZ | Trait.SYMMETRIC,
    params=(Param("beta", 1.0, POSITIVE, "error of a corner up to which the loss is quadratic"),),
    choose="Corners are regressed one by one, as in Fast R-CNN.",
    avoid="Boxes differ in size: a pixel costs the same on a small box and on a large one.",
    trap="The sum over the 4 corner coordinates, then the mean over boxes; torch's mean divides by 4 too. "
    "Of the columns as they are: detectors often encode boxes as offsets first. beta is 1 in units of the "
    "columns unless written; torch has 1, Detectron 1/9.",
    reference="Girshick 2015, doi:10.1109/ICCV.2015.169",
    aliases=(Alias("torch", "SmoothL1Loss", "smooth_l1:beta=1", factor=0.25),),
    inventory=("box_l1_smooth",),
)

LOSSES: tuple[Loss, ...] = (IOU, GIOU, DIOU, CIOU, SMOOTH_L1)
