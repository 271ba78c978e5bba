"""Fits made by hand: every state that a screen must tell."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from losscli.result import (
    Degradation,
    Downweighted,
    Fit,
    Fits,
    Input,
    Ranking,
    RankRow,
    Refused,
    RowCounts,
    Score,
    Unranked,
    Warning_,
)
from losscli.spec import Spec

HOSTILE = "a\x1b[31m[/]\u202e</script>|`@team`\n::error::"
LEVELS = (0.0, 0.02, 0.05, 0.1, 0.2)
LOWER = ("mae", "rmse", "medae", "trimmed_mae", "brier")


def score(mean: float | None, half: float | None = None, reason: str | None = None) -> Score:
    known = mean is not None and half is not None
    return Score(
        value=mean,
        low=mean - half if known else None,
        high=mean + half if known else None,
        mean=mean,
        folds=(mean,) * 10,
        reason=reason,
    )


def fit(
    spec: str,
    scores: Mapping[str, Score],
    *,
    members: Sequence[str] = (),
    coefficients: Mapping[str, float] | None = None,
    efficiency: float | None = 0.95,
) -> Fit:
    parsed = Spec.parse(spec)
    return Fit(
        spec=spec,
        name=parsed.name,
        params={key: value for key, value in parsed.params if isinstance(value, float)},
        unit="y²",
        elicits="a centre",
        members=tuple(members) or (spec,),
        converged=True,
        iterations=23,
        gradient_norm=3e-9,
        certificate="gradient below 1e-8",
        distance=None,
        efficiency=efficiency,
        l2=0.0,
        mean_loss=0.412,
        penalty=0.0,
        objective=0.412,
        intercept=1.25,
        coefficients={"age": 0.75, "income": -0.0123} if coefficients is None else coefficients,
        downweighted=(),
        scores=scores,
        reason=None,
    )


def ranking(fits: Sequence[Fit], metric: str, ties: int) -> Ranking:
    """Best first by mean; the first `ties` tie, as do all the others."""
    sign = 1.0 if metric in LOWER else -1.0
    known = [one for one in fits if metric in one.scores]
    known.sort(key=lambda one: (one.scores[metric].mean is None, sign * (one.scores[metric].mean or 0.0)))
    rows = []
    for place, one in enumerate(known, 1):
        own, leads = one.scores[metric], place <= ties
        low, high = (1, ties) if leads else (ties + 1, len(known))
        rows.append(RankRow(one.spec, own.value, own.low, own.high, place, low, high, own.reason))
    return Ranking(metric, None if metric == "bias" else metric not in LOWER, tuple(rows))


def degradation(
    spec: str,
    area: float,
    rank: tuple[int, int, int] | None,
    *,
    scheme: str = "shift",
    size: float | None = 10.0,
    levels: Sequence[float] = LEVELS,
) -> Degradation:
    excess = tuple(area * 10 * level for level in levels)
    place, low, high = rank or (None, None, None)
    return Degradation(
        spec=spec,
        scheme=scheme,
        size=size,
        levels=tuple(levels),
        error=tuple(1.1 + value for value in excess),
        excess=excess,
        excess_low=tuple(None if value is None else value - 0.1 for value in excess),
        excess_high=tuple(None if value is None else value + 0.1 for value in excess),
        area=area,
        premium=excess[0],
        rank=place,
        rank_low=low,
        rank_high=high,
        reason=None,
    )


def empty(task: str, headline: str) -> Fits:
    return Fits(
        version="0.1.0",
        command=("losscli", "fit", "train.csv"),
        seed=0,
        confidence=0.95,
        inputs=(Input("train.csv", "0" * 64, 400),),
        decisions=("target y (last column)", f"task {task}: the target is a number"),
        task=task,
        target="y",
        positive=None,
        prevalence=None,
        features=("age", "income"),
        classes=(),
        weights=None,
        rows=RowCounts(400, 400, {}),
        folds=5,
        repeats=10,
        splitter="",
        model="linear",
        optimizer="auto",
        l1=0.0,
        l2=0.0,
        l2_reason=None,
        scale=1.03,
        scale_reason=None,
        threshold=None,
        headline=headline,
        constant={},
        fits=(),
        ranking=(),
        robustness=(),
        unranked=(),
        curves=(),
        refused=(),
        warnings=(),
    )


# spec, members, MAE, area, (rank, low, high) when targets go bad, efficiency
ROBUST = (
    ("tukey:c=4.825549", (), 1.119, 0.003, (1, 1, 3), 0.95),
    ("welsch:c=3.07455", (), 1.1192, 0.004, (2, 1, 3), 0.95),
    ("geman_mcclure:c=3.90061", (), 1.1195, 0.0045, (3, 1, 3), 0.95),
    ("mae", ("mae", "wmape", "quantile:tau=0.5"), 1.130, 0.021, (4, 4, 5), 0.637),
    ("cauchy:c=2.45655", (), 1.121, 0.022, (5, 4, 5), 0.95),
    ("huber:delta=1.38535", ("huber:delta=1.38535", "smooth_l1:beta=1.38535"), 1.120, 0.042, (6, 6, 8), 0.95),
    ("log_cosh:c=1.241341", (), 1.1205, 0.043, (7, 6, 8), 0.95),
    ("fair:c=1.442", (), 1.1206, 0.044, (8, 6, 8), 0.95),
    ("epsilon_insensitive:epsilon=0.63036", (), 1.126, 0.061, (9, 9, 9), 0.81),
    ("lq:q=1.5", (), 1.141, 0.15, (10, 10, 10), None),
    ("squared_epsilon_insensitive:epsilon=0.3785", (), 1.142, 0.33, (11, 11, 12), 0.95),
    ("mse", ("mse", "rmse", "expectile:tau=0.5"), 1.143, 0.35, (12, 11, 12), 1.0),
)


def regression() -> Fits:
    """Twelve classes of losses, nine tie; three lose least when targets go bad."""
    fits = []
    for number, (spec, members, mae, _, _, efficiency) in enumerate(ROBUST):
        scores = {
            "mae": score(mae, 0.06),
            "rmse": score(1.671 + number / 1000, 0.2),
            "medae": score(0.9 + number / 100),
            "trimmed_mae": score(0.95 + number / 100),
            "r2": score(0.61 - number / 1000),
            "bias": score(0.01 - number / 500),
        }
        income = -0.0123 if number < 9 else 0.004
        fits.append(
            fit(
                spec,
                scores,
                members=members,
                efficiency=efficiency,
                coefficients={"age": 0.75 + number / 100, "income": income},
            )
        )
    rows = tuple(Downweighted(row, 0.01 * place) for place, row in enumerate((17, 88, 204, 205, 311, 399)))
    fits[0] = replace(fits[0], downweighted=rows)
    metrics = ("mae", "rmse", "medae", "trimmed_mae", "r2", "bias")
    bad = [degradation(spec, area, rank) for spec, _, _, area, rank, _ in ROBUST]
    small = [degradation(spec, area / 2, rank, size=3.0) for spec, _, _, area, rank, _ in ROBUST]
    lever = [
        degradation(spec, 1.2 + area, None, scheme="leverage", levels=(0.0, 0.05))
        for spec, _, _, area, _, _ in ROBUST
    ]
    constants = dict(zip(metrics, (1.963, 2.5, 1.7, 1.8, -0.01, 0.02), strict=True))
    return replace(
        empty("regression", "mae"),
        constant=constants,
        fits=tuple(fits),
        ranking=tuple(ranking(fits, name, 9) for name in metrics),
        robustness=(*small, *bad, *lever),
        unranked=(Unranked("andrews:c=1.379", "no start converged"),),
        refused=(Refused("mape", "a target of 0", (17, 23)),),
    )


def without_contamination() -> Fits:
    return replace(regression(), robustness=())


def cannot_tell() -> Fits:
    found = without_contamination()
    return replace(found, ranking=tuple(ranking(found.fits, one.metric, 12) for one in found.ranking))


def one_loss() -> Fits:
    found = regression()
    own = found.fits[5]
    return replace(
        found,
        command=("losscli", "fit", "train.csv", "--loss", "huber"),
        fits=(own,),
        ranking=(ranking((own,), "mae", 1),),
        robustness=tuple(one for one in found.robustness if one.spec == own.spec),
        unranked=(),
        refused=(),
    )


def unconverged() -> Fits:
    """Tukey was fitted and did not converge: shown, and not ranked."""
    found = regression()
    first, *others = found.fits
    first = replace(
        first, converged=False, certificate="gradient 0.03 after 1000 iterations", downweighted=()
    )
    return replace(
        found,
        fits=(*others[:3], first),
        ranking=tuple(ranking(others[:3], one.metric, 2) for one in found.ranking),
        unranked=(Unranked(first.spec, "did not converge"),),
    )


def textbook() -> Fits:
    """Fitted by an optimizer that certifies nothing."""
    found = regression()
    fits = tuple(replace(one, distance=0.0042, certificate="none") for one in found.fits)
    return replace(found, optimizer="sgd:batch=64,rate=0.1", fits=fits)


CLASSIFIERS = {  # average precision, precision, recall, predicted positive, area
    "bce": (0.987, 0.951, 0.944, 209.0, 0.21),
    "hinge": (0.991, 0.957, 0.939, 205.0, 0.11),
    "focal:gamma=2": (0.985, 0.949, 0.949, 212.0, 0.24),
    "perceptron": (0.962, None, 0.0, 0.0, 0.5),
}


def _classes(task: str) -> Fits:
    fits = []
    for spec, (average, precision, recall, predicted, _) in CLASSIFIERS.items():
        why = None if precision is not None else "nothing is predicted positive"
        scores = {
            "average_precision": score(average, 0.02),
            "precision": score(precision, 0.03, why),
            "recall": score(recall, 0.03),
            "f1": score(0.94),
            "roc_auc": score(0.99),
            "accuracy": score(0.95),
            "balanced_accuracy": score(0.94),
            "brier": score(0.03),
        }
        if task == "binary":
            scores["predicted_positive"] = score(predicted)
        fits.append(fit(spec, scores, efficiency=None))
    metrics = [name for name in fits[0].scores if name != "predicted_positive"]
    constant: dict[str, float | None] = dict.fromkeys(metrics, 0.37)
    bad = [
        degradation(spec, row[-1], (place, place, place), scheme="flip", size=None)
        for place, (spec, row) in enumerate(sorted(CLASSIFIERS.items(), key=lambda item: item[1][-1]), 1)
    ]
    return replace(
        empty(task, "average_precision"),
        decisions=("target label", f"task {task}: values"),
        target="label",
        l2=None,
        l2_reason="2/n of each loss",
        scale=None,
        scale_reason="classes have none",
        splitter="stratified",
        constant=constant | {"precision": None},
        fits=tuple(fits),
        ranking=tuple(ranking(fits, name, 3) for name in metrics),
        robustness=tuple(bad),
    )


def binary() -> Fits:
    return replace(_classes("binary"), positive="1", prevalence=212 / 569, classes=("0", "1"))


def multiclass() -> Fits:
    found = _classes("multiclass")
    labels = ("ash", "elm", "oak")
    by_class = {label: 0.5 * place - 0.5 for place, label in enumerate(labels)}
    fits = tuple(
        replace(one, intercept=by_class, coefficients={"age": by_class, "income": by_class})
        for one in found.fits
    )
    return replace(found, classes=labels, fits=fits)


def nothing() -> Fits:
    return replace(empty("regression", "mae"), refused=(Refused("msle", "a target of -1 or less", (3,)),))


def hostile() -> Fits:
    """Names that would colour, end, forge or widen what they are printed in."""
    found = regression()
    coefficients = {HOSTILE: 1.0, "=1+1": -2.0, "模型" * 15: 3.0}
    return replace(
        found,
        command=("losscli", "fit", HOSTILE),
        inputs=(Input(f"/tmp/{HOSTILE}{'n' * 60}.csv", "0" * 64, 9),),
        decisions=(f"target {HOSTILE}{'t' * 60}", f"left out {HOSTILE}{'w' * 70}"),
        target=HOSTILE + "t" * 60,
        weights=HOSTILE,
        splitter=HOSTILE,
        model="linear",
        optimizer=HOSTILE,
        rows=RowCounts(500, 400, {HOSTILE: 100}),
        fits=tuple(
            replace(
                one, coefficients=coefficients, downweighted=(Downweighted(HOSTILE, 0.0),), reason=HOSTILE
            )
            for one in found.fits
        ),
        unranked=(Unranked(HOSTILE, HOSTILE),),
        refused=(Refused("mape", HOSTILE, (HOSTILE, "=2")),),
        warnings=(Warning_("odd", f"column {HOSTILE}", "Look"),),
    )


def warned() -> Fits:
    warnings = tuple(Warning_(f"code_{n}", f"Something {n} is odd", f"Do {n}") for n in range(1, 10))
    return replace(regression(), warnings=warnings)


ALL = {
    "regression": regression(),
    "without contamination": without_contamination(),
    "cannot tell": cannot_tell(),
    "one loss": one_loss(),
    "unconverged": unconverged(),
    "textbook": textbook(),
    "binary": binary(),
    "multiclass": multiclass(),
    "nothing": nothing(),
    "hostile": hostile(),
    "warned": warned(),
}
