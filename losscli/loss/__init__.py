"""What a loss is, every loss there is, and those of the user's own."""

from losscli.loss.params import FromData, Param, Params, Scaled
from losscli.loss.record import Alias, BoundLoss, Each, Loss, OfResidual, OfTarget, Pointwise, Term
from losscli.loss.vocabulary import BY_DIFFERENCES, NO_TRAITS, Argument, Reduction, Trait

__all__ = [
    "BY_DIFFERENCES",
    "NO_TRAITS",
    "Alias",
    "Argument",
    "BoundLoss",
    "Each",
    "FromData",
    "Loss",
    "OfResidual",
    "OfTarget",
    "Param",
    "Params",
    "Pointwise",
    "Reduction",
    "Scaled",
    "Term",
    "Trait",
]
