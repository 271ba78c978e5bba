"""Shapes of prediction files as tools write them, each with figures that numpy has made of its arrays."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Columns = Mapping[str, Sequence[Any]]
N = 40


@dataclass(frozen=True)
class Shape:
    """files: name → columns; flags: after the files; task, models: what is read; figures: loss or metric →
    its values over the models, in any order; sign: between fields; may_refuse: whether exit 2 is as good."""

    name: str
    files: Mapping[str, Columns]
    task: str
    models: int
    figures: Mapping[str, Sequence[float]]
    flags: tuple[str, ...] = ()
    sign: str = ","
    may_refuse: bool = False
    refused: tuple[str, ...] = field(default=())  # words of the message, where it must be refused

    @property
    def text(self) -> dict[str, str]:
        return {name: delimited(columns, self.sign) for name, columns in self.files.items()}


def delimited(columns: Columns, sign: str) -> str:
    def cell(value: Any) -> str:
        text = f"{value:.6g}" if isinstance(value, float) else str(value)
        return f'"{text}"' if sign in text or '"' in text else text

    names = [
        f'"{name.replace(chr(34), chr(34) * 2)}"' if sign in name or '"' in name else name for name in columns
    ]
    rows = zip(*columns.values(), strict=True)
    return "\n".join([sign.join(names), *(sign.join(map(cell, row)) for row in rows)]) + "\n"


def shares(k: int, seed: int, digits: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """(codes (N,), probabilities (N, k) of so many digits that add up to 1)."""
    rng = np.random.default_rng(seed)
    y = np.arange(N) % k
    rng.shuffle(y)
    z = rng.normal(size=(N, k)) + 1.2 * np.eye(k)[y]
    p = np.round(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), digits)
    p[:, 0] = np.round(1 - p[:, 1:].sum(axis=1), digits)
    return y, np.clip(p, 10.0**-digits, 1)


def log_loss(y: np.ndarray, p: np.ndarray) -> float:
    return float(-np.log(p[np.arange(len(y)), y]).mean())


def accuracy(y: np.ndarray, said: np.ndarray) -> float:
    return float((y == said).mean())


# How a column per class may be called: {m} the model, {c} the class.
BLOCKS = (
    *("{m}_pred_{c}", "{m}_prob_{c}", "{m}_proba_{c}", "{c}_{m}_prob", "prob_{c}", "proba_{c}", "pred_{c}"),
    *(".pred_{c}", "{c}_prob", "p_{c}", "P({c})", "probability of {c}", "{c}", "class_{c}", "{m}.{c}"),
    *(
        'Scored Probabilities for Class "{c}"',
        "probability_{c}",
        "predictions_{c}",
        "{m}:prob:{c}",
        "likelihood {c}",
    ),
)
# Classes: (as the target spells them, flags that are needed)
BINARY = (
    ((0, 1), ()),
    ((-1, 1), ()),
    (("no", "yes"), ()),
    (("False", "True"), ()),
    (("ham", "spam"), ("--positive", "spam")),
    (("Good", "Very bad"), ("--positive", "Very bad")),
)
SEVERAL = (
    ("C", "CL", "D"),
    (0, 1, 2),
    (1, 2, 3),
    ("setosa", "versicolor", "virginica"),
    ("New York", "Rome", "Kyoto"),
    ("a-1", "a-2", "b-1", "b-2"),
)


def blocks_of_two() -> Iterator[Shape]:
    for pattern, ((classes, flags), turned) in zip(
        BLOCKS * 2, itertools.cycle(itertools.product(BINARY, (False, True))), strict=False
    ):
        models = ("rf", "nn") if "{m}" in pattern else ("rf",)
        columns: dict[str, Sequence[Any]] = {}
        found = []
        y, _ = shares(2, 1)
        columns["y_true"] = [classes[code] for code in y]
        for seed, model in enumerate(models):
            _, p = shares(2, 1 if seed == 0 else 7)
            found.append(log_loss(y, p))
            places = (1, 0) if turned else (0, 1)
            columns |= {pattern.format(m=model, c=classes[k]): p[:, k].tolist() for k in places}
        name = f"two {pattern} {classes[1]} {'turned' if turned else ''}"
        yield Shape(name, {"a.csv": columns}, "binary", len(models), {"bce": found}, flags)


def blocks_of_several() -> Iterator[Shape]:
    kinds = itertools.cycle(itertools.product(SEVERAL, (False, True)))
    for pattern, (classes, with_id) in zip(BLOCKS * 2, kinds, strict=False):
        k = len(classes)
        models = ("rf", "nn") if "{m}" in pattern else ("rf",)
        y, p = shares(k, 3)
        columns: dict[str, Sequence[Any]] = {"id": list(range(100, 100 + N))} if with_id else {}
        columns["label"] = [classes[code] for code in y]
        found = []
        for seed, model in enumerate(models):
            _, p = shares(k, 3 if seed == 0 else 11)
            found.append(log_loss(y, p))
            order = list(range(k))[:: -1 if with_id else 1]
            columns |= {pattern.format(m=model, c=classes[j]): p[:, j].tolist() for j in order}
        name = f"several {pattern} {classes[0]}{' with id' if with_id else ''}"
        yield Shape(name, {"a.csv": columns}, "multiclass", len(models), {"cross_entropy": found})


def absent_classes() -> Iterator[Shape]:
    """Classes that have a column and never occur."""
    for pattern, classes, own in (
        ("prob_{c}", ("a", "b", "c"), 2),
        ("{c}_prob", ("a", "b", "c", "d"), 3),
        ("p{c}", (0, 1, 2), 2),
        ("class_{c}", ("x", "y", "z"), 2),
    ):
        y, _ = shares(own, 5)
        _, p = shares(len(classes), 5)
        columns = {"target": [classes[code] for code in y]}
        columns |= {pattern.format(c=c): p[:, k].tolist() for k, c in enumerate(classes)}
        figures = {"cross_entropy": [log_loss(y, p)]}
        yield Shape(f"absent {pattern} {own}", {"a.csv": columns}, "multiclass", 1, figures)
        said = ",".join(map(str, classes))
        yield Shape(
            f"absent --classes {pattern} {own}",
            {"a.csv": columns},
            "multiclass",
            1,
            figures,
            ("--classes", said),
        )


def labels() -> Iterator[Shape]:
    """Predicted labels that are spelled otherwise than the target's."""
    rng = np.random.default_rng(9)
    y = np.arange(N) % 2
    said = np.where(rng.random(N) < 0.25, 1 - y, y)
    spelled = [
        ((0, 1), ("0", "1")),
        ((0, 1), ("0.0", "1.0")),
        ((0, 1), ("no", "yes")),
        ((0, 1), ("False", "True")),
        ((-1, 1), ("0", "1")),
        (("FALSE", "TRUE"), ("False", "True")),
        (("no", "yes"), ("No", "Yes")),
        (("no", "yes"), (0, 1)),
        (("neg", "pos"), ("Neg ", " Pos")),
        (("negative", "positive"), (0, 1)),
    ]
    for own, other in spelled:
        for name in ("pred", "rf_pred", "predicted_class", "prediction", "Predicted Label", "yhat"):
            columns = {"truth": [own[code] for code in y], name: [other[code] for code in said]}
            figures = {"accuracy": [accuracy(y, said)], "zero_one": [1 - accuracy(y, said)]}
            yield Shape(f"labels {own} {other} {name}", {"a.csv": columns}, "binary", 1, figures)
    three = ("a", "b", "c")
    y3, said3 = np.arange(N) % 3, (np.arange(N) * 7 // 3) % 3
    for other in (("a", "b", "c"), ("A", "B", "C"), (" a", "b ", "c")):
        columns = {"y": [three[code] for code in y3], "pred": [other[code] for code in said3]}
        yield Shape(
            f"labels {other}", {"a.csv": columns}, "multiclass", 1, {"accuracy": [accuracy(y3, said3)]}
        )


def probabilities() -> Iterator[Shape]:
    """A single probability: of the positive class, of one that is named, in percent, as a score in [0, 1]."""
    y, p = shares(2, 21)
    positive = p[:, 1]
    figures = {"bce": [log_loss(y, p)], "accuracy": [accuracy(y, (positive > 0.5).astype(int))]}
    for name in ("prob", "proba", "rf_prob", "score", "y_score", "probability", "confidence", "likelihood"):
        yield Shape(
            f"single {name}", {"a.csv": {"y": y.tolist(), name: positive.tolist()}}, "binary", 1, figures
        )
    words = np.array(["ham", "spam"])[y].tolist()
    for name, column in (("p_spam", 1), ("spam_prob", 1), ("prob_ham", 0), ("P(spam)", 1)):
        flags = ("--positive", "spam")
        columns = {"label": words, name: p[:, column].tolist()}
        yield Shape(f"single {name}", {"a.csv": columns}, "binary", 1, figures, flags)
    percent = np.round(100 * positive, 4)
    yield Shape("percent", {"a.csv": {"y": y.tolist(), "prob": percent.tolist()}}, "binary", 1, figures)
    both = {"y": y.tolist(), "p_0": (100 - percent).round(4).tolist(), "p_1": percent.tolist()}
    yield Shape("percent block", {"a.csv": both}, "binary", 1, figures)
    said = (positive > 0.5).astype(int)
    sure = np.where(said == 1, positive, 1 - positive)
    columns = {"label": y.tolist(), "prediction": said.tolist(), "probability": sure.round(6).tolist()}
    flags = ("--kind", "confidence")
    yield Shape("confidence", {"a.csv": columns}, "binary", 1, figures, flags)
    yield Shape("confidence unsaid", {"a.csv": columns}, "binary", 1, {}, refused=("--kind confidence",))
    rated = {"label": (y + 1).tolist(), "prob": positive.tolist()}
    yield Shape(
        "classes 1 and 2", {"a.csv": rated}, "binary", 1, {}, refused=("--positive 1", "--positive 2")
    )
    yield Shape("classes 1 and 2 said", {"a.csv": rated}, "binary", 1, figures, ("--positive", "2"))


def numbers() -> Iterator[Shape]:
    rng = np.random.default_rng(31)
    y = np.round(10 + 3 * rng.normal(size=N), 3)
    p, q = np.round(y + rng.normal(size=N), 3), np.round(y + 2 * rng.normal(size=N), 3)
    mae = {"mae": [float(np.abs(p - y).mean())]}
    both = {"mae": [*mae["mae"], float(np.abs(q - y).mean())]}
    for target, name in (
        *(
            ("price", "price_pred"),
            ("price", "pred_price"),
            ("price", "price_hat"),
            ("price", "predicted_price"),
        ),
        *(("obs", "pred"), ("y_test", "y_pred"), ("Y True", "yhat"), ("gold", "prediction"), ("y", "model")),
        *(("reference", "forecast"), ("actual", "x"), ("ground truth", "predicted")),
    ):
        columns = {target: y.tolist(), name: p.tolist()}
        yield Shape(f"numbers {target} {name}", {"a.csv": columns}, "regression", 1, mae)
        ids = {"row_id": list(range(N)), **columns}
        yield Shape(f"numbers {target} {name} id", {"a.csv": ids}, "regression", 1, mae, sign="\t")
    keys = [f"k{i:03}" for i in range(N)]
    truth, one, two = {"Id": keys, "SalePrice": y.tolist()}, {"Id": keys, "SalePrice": p.tolist()}, None
    order = rng.permutation(N)
    two = {"Id": [keys[i] for i in order], "SalePrice": q[order].tolist()}
    flags = ("--truth", "truth.csv", "--id", "Id")
    files = {"one.csv": one, "two.csv": two, "truth.csv": truth}
    yield Shape("kaggle", files, "regression", 2, both, flags)
    long = {
        "id": keys * 2,
        "y": y.tolist() * 2,
        "model": ["rf"] * N + ["nn"] * N,
        "pred": p.tolist() + q.tolist(),
    }
    yield Shape("long", {"a.csv": long}, "regression", 2, both)
    shuffled = {name: [values[i] for i in rng.permutation(2 * N)] for name, values in long.items()}
    mixed = rng.permutation(2 * N)
    shuffled = {name: [values[i] for i in mixed] for name, values in long.items()}
    yield Shape("long shuffled", {"a.csv": shuffled}, "regression", 2, both)
    other = {("variant" if name == "model" else name): values for name, values in long.items()}
    yield Shape("long by flag", {"a.csv": other}, "regression", 2, both, ("--model-column", "variant"))
    yield Shape("long unsaid", {"a.csv": other}, "regression", 2, {}, refused=("--model-column variant",))
    without = {name: values for name, values in long.items() if name != "id"}
    yield Shape("long without id", {"a.csv": without}, "regression", 2, {}, refused=("--by model",))
    low, high = np.round(p - 1.5, 3), np.round(p + 1.5, 3)
    outside = np.maximum(low - y, 0) + np.maximum(y - high, 0)
    score = {"interval_score": [float((high - low + 2 / 0.2 * outside).mean())]}
    for a, b, point, flags in (
        ("yhat_lower", "yhat_upper", "yhat", ("--level", "0.8")),
        ("lwr", "upr", "fit", ("--level", "0.8")),
        ("AutoARIMA-lo-80", "AutoARIMA-hi-80", "AutoARIMA", ()),
        ("pred_lower", "pred_upper", "pred", ("--level", "0.8")),
    ):
        columns = {"y": y.tolist(), point: p.tolist(), a: low.tolist(), b: high.tolist()}
        scored = (*flags, "--loss", "interval_score:alpha=0.2")
        yield Shape(f"interval {a}", {"a.csv": columns}, "forecast", 1, score, scored)
        yield Shape(f"bounds {a}", {"a.csv": columns}, "regression", 1, mae, ("--loss", "mae"))


def one_hot() -> Iterator[Shape]:
    for classes, prefix in itertools.product((("a", "b", "c"), ("x", "y")), ("target_", "y_true_", "label_")):
        y, p = shares(len(classes), 41)
        columns = {f"{prefix}{c}": (y == k).astype(int).tolist() for k, c in enumerate(classes)}
        columns |= {f"prob_{c}": p[:, k].tolist() for k, c in enumerate(classes)}
        figures = {"cross_entropy": [log_loss(y, p)]}
        yield Shape(f"one-hot {prefix} {len(classes)}", {"a.csv": columns}, "multiclass", 1, figures)


def refusals() -> Iterator[Shape]:
    """Names that fit and values that do not; numbers written for people."""
    rng = np.random.default_rng(51)
    y, p = shares(3, 51)
    off = {f"prob_{c}": rng.uniform(0, 1, N).round(3).tolist() for c in "abc"}
    label = np.array(list("abc"))[y].tolist()
    yield Shape("unnormalised", {"a.csv": {"y": label, **off}}, "multiclass", 1, {}, refused=("--normalize",))
    raw = np.array([off[f"prob_{c}"] for c in "abc"]).T
    figures = {"cross_entropy": [log_loss(y, raw / raw.sum(axis=1, keepdims=True))]}
    yield Shape("normalised", {"a.csv": {"y": label, **off}}, "multiclass", 1, figures, ("--normalize",))
    counted = {"y": (y + 1).tolist(), **{f"prob_{k}": p[:, k].tolist() for k in range(3)}}
    yield Shape("counted from 0", {"a.csv": counted}, "multiclass", 1, {}, refused=("--pred",))
    named = {"y": label, **{f"proba_{k}": p[:, k].tolist() for k in range(3)}}
    yield Shape("counted classes", {"a.csv": named}, "multiclass", 1, {}, refused=("--pred",))
    given = {"cross_entropy": [log_loss(y, p)]}
    yield Shape("counted by --classes", {"a.csv": named}, "multiclass", 1, given, ("--classes", "a,b,c"))
    flag = ("--pred", "m=a:proba_0,b:proba_1,c:proba_2")
    yield Shape("counted by --pred", {"a.csv": named}, "multiclass", 1, given, flag)
    seeds = {"y": (y > 0).astype(int).tolist()}
    seeds |= {f"prob_{k}": rng.uniform(0, 1, N).round(3).tolist() for k in range(2)}
    yield Shape("seeds", {"a.csv": seeds}, "binary", 2, {}, refused=("sum",))
    for written in (
        "84,247.{:02}",
        "$12.{:02}",
        "12.{:02} %",
        "[1.{:02}]",
        "tensor(1.{:02})",
        "np.float64(1.{:02})",
    ):
        texts = [written.format(i) for i in range(N)]
        columns = {"y": texts, "pred": [float(i) for i in range(N)]}
        yield Shape(f"written {written}", {"a.csv": columns}, "", 0, {}, refused=("is no",))


def shapes() -> list[Shape]:
    kinds = (
        blocks_of_two,
        blocks_of_several,
        absent_classes,
        labels,
        probabilities,
        numbers,
        one_hot,
        refusals,
    )
    return [shape for kind in kinds for shape in kind()]
