"""Which column is what, and the task that they pose: names propose, values decide, flags say otherwise."""

from losscli.data.roles.asked import Asked
from losscli.data.roles.class_weight import ClassWeight
from losscli.data.roles.models import ModelColumns, Predictions, check_count
from losscli.data.roles.problem import Problem
from losscli.data.roles.vectors import stacked

__all__ = ["Asked", "ClassWeight", "ModelColumns", "Predictions", "Problem", "check_count", "stacked"]
