"""To be written."""

from losscli.loss import Loss

LOSSES: tuple[Loss, ...] = ()
