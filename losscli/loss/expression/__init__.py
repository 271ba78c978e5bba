"""Formulas that users write: text → tree → figures and slopes. Nothing of it is ever run as Python."""

from losscli.loss.expression.derive import derivative
from losscli.loss.expression.evaluate import evaluate
from losscli.loss.expression.functions import FUNCTIONS, Function
from losscli.loss.expression.parse import MOST_CHARACTERS, parse
from losscli.loss.expression.stable import stable
from losscli.loss.expression.tree import Apply, Name, Node, Number, names_in, numbers_in, replaced, text_of
