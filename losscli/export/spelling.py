"""A formula as the code of a library: one record for each way to spell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from losscli.loss.expression import Apply, Name, Node, Number, names_in
from losscli.loss.expression.tree import BINDING
from losscli.spec import number_text

_CALL = 9
_SIGNS = {"and": "&", "or": "|", "not": "~"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a library spells functions of arrays.

    module: the name before most functions, `np`.
    own: the spelling of those that are called otherwise; {0} and {1} are the arguments, {2} a third.
    helpers: the code of those that the library lacks, by the name they are called.
    clamps: whether the least and the greatest of an array and a number are `clamp`.
    lacks: functions that it cannot say.
    """

    module: str
    own: Mapping[str, str]
    helpers: Mapping[str, str]
    clamps: bool = False
    lacks: frozenset[str] = frozenset()


_NUMPY_HELPERS = {
    "softplus": "def softplus(x):\n    return np.logaddexp(0.0, x)\n",
    "sigmoid": "def sigmoid(x):\n    return np.exp(-np.logaddexp(0.0, -x))\n",
    "log_cosh": "def log_cosh(x):\n    return np.logaddexp(x, -x) - np.log(2.0)\n",
    "normal_cdf": "def normal_cdf(x):\n    from scipy.special import ndtr\n\n    return ndtr(x)\n",
    "log_normal_cdf": (
        "def log_normal_cdf(x):\n    from scipy.special import log_ndtr\n\n    return log_ndtr(x)\n"
    ),
    "lgamma": "def lgamma(x):\n    from scipy.special import gammaln\n\n    return gammaln(x)\n",
}

NUMPY = Dialect("np", {name: f"{name}({{0}})" for name in _NUMPY_HELPERS}, _NUMPY_HELPERS)
JAX = Dialect(
    "jnp",
    {
        "softplus": "jax.nn.softplus({0})",
        "sigmoid": "jax.nn.sigmoid({0})",
        "log_cosh": "log_cosh({0})",
        "normal_cdf": "jax.scipy.special.ndtr({0})",
        "log_normal_cdf": "jax.scipy.special.log_ndtr({0})",
        "lgamma": "jax.scipy.special.gammaln({0})",
    },
    {"log_cosh": "def log_cosh(x):\n    return jnp.logaddexp(x, -x) - jnp.log(2.0)\n"},
)
TORCH = Dialect(
    "torch",
    {
        "arctan": "torch.atan({0})",
        "softplus": "torch.logaddexp({0}, torch.zeros_like({0}))",
        "sigmoid": "torch.sigmoid({0})",
        "log_cosh": "log_cosh({0})",
        "normal_cdf": "torch.special.ndtr({0})",
        "log_normal_cdf": "torch.special.log_ndtr({0})",
        "lgamma": "torch.lgamma({0})",
    },
    {"log_cosh": "def log_cosh(x):\n    return torch.logaddexp(x, -x) - math.log(2.0)\n"},
    clamps=True,
)
KERAS = Dialect(
    "ops",
    {
        "softplus": "ops.softplus({0})",
        "sigmoid": "ops.sigmoid({0})",
        "log_cosh": "log_cosh({0})",
    },
    {"log_cosh": "def log_cosh(x):\n    return ops.logaddexp(x, -x) - math.log(2.0)\n"},
    lacks=frozenset({"lgamma", "normal_cdf"}),
)


def code_of(tree: Node, dialect: Dialect) -> str:
    """The formula as an expression of Python."""
    return _code(tree, dialect, 0)


def helpers_of(dialect: Dialect, *trees: Node) -> list[str]:
    """The code of what formulas call and the library lacks, each once."""
    called = set().union(*map(functions_in, trees))
    return [code for name, code in dialect.helpers.items() if name in called]


def functions_in(tree: Node) -> frozenset[str]:
    """The functions that a formula calls."""
    if not isinstance(tree, Apply):
        return frozenset()
    if tree.function == "log" and "normal_cdf" in functions_in(tree.arguments[0]):
        return functions_in(tree.arguments[0]) | {"log_normal_cdf"}
    return frozenset({tree.function}).union(*map(functions_in, tree.arguments))


def _code(tree: Node, dialect: Dialect, least: int) -> str:
    text, binding = _bare(tree, dialect)
    return text if binding >= least else f"({text})"


def _bare(tree: Node, dialect: Dialect) -> tuple[str, int]:
    match tree:
        case Number(value):
            text = number_text(value) if isfinite(value) else f"float('{value}')"
            return text, BINDING["neg"] if value < 0 else _CALL
        case Name(name):
            return name, _CALL
        case Apply("neg", (one,)):
            return f"-{_code(one, dialect, BINDING['neg'])}", BINDING["neg"]
        case Apply("not" | "and" | "or" as function, given):
            words = [f"({_code(one, dialect, 0)})" for one in given]
            return f" {_SIGNS[function]} ".join(words) if len(words) > 1 else f"~{words[0]}", 0
        case Apply("**", (base, exponent)):
            text = f"{_code(base, dialect, _CALL)}**{_code(exponent, dialect, BINDING['neg'])}"
            return text, BINDING["**"]
        case Apply(function, (left, right)) if function in BINDING:
            own = BINDING[function]
            blank = "" if function in "*/" else " "
            first = own + 1 if BINDING["<"] == own else own
            sides = _code(left, dialect, first), _code(right, dialect, own + 1)
            return f"{sides[0]}{blank}{function}{blank}{sides[1]}", own
        case Apply("log", (Apply("normal_cdf", given),)):  # exact far out, too
            return _call("log_normal_cdf", given, dialect), _CALL
    assert isinstance(tree, Apply)
    return _call(tree.function, tree.arguments, dialect), _CALL


def _call(function: str, given: tuple[Node, ...], dialect: Dialect) -> str:
    words = [_code(one, dialect, 0) for one in given]
    if dialect.clamps and function in ("minimum", "maximum"):
        fixed = [not names_in(one) for one in given]
        if any(fixed):
            number, moving = words[fixed.index(True)], words[fixed.index(False)]
            return f"torch.clamp({moving}, {'max' if function == 'minimum' else 'min'}={number})"
    if function in dialect.own:
        return dialect.own[function].format(*words)
    return f"{dialect.module}.{function}({', '.join(words)})"
