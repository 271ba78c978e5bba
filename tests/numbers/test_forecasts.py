"""Forecasts of a distribution end to end: quantiles, intervals, ensembles, means with their spread."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from comparisons import Columns, Compare
from scipy import integrate, optimize, stats
from scipy.special import ndtr

from losscli.domain import Floats
from losscli.errors import DataError, UsageError
from losscli.result import Comparison

N = 240
LEVELS = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
MEMBERS = 7


def rows(seed: int = 0) -> tuple[dict[str, Any], Floats]:
    """Columns of two models, near and far; weights."""
    rng = np.random.default_rng(seed)
    centre = rng.normal(10.0, 3.0, N)
    y = centre + rng.normal(size=N)
    columns: dict[str, Any] = {"target": y}
    for name, bias, sd in (("near", 0.0, 1.0), ("far", 0.7, 0.6)):
        middle = centre + bias + 0.2 * rng.normal(size=N)
        spread = sd * np.exp(0.2 * rng.normal(size=N))
        for level in LEVELS:
            columns[f"{name}_q{level:g}"] = middle + spread * stats.norm.ppf(level)
        columns[f"{name}_lower"], columns[f"{name}_upper"] = middle - 1.6 * spread, middle + 1.6 * spread
        columns[f"{name}_mean"], columns[f"{name}_var"] = middle, spread**2
        for j in range(MEMBERS):
            columns[f"{name}_member_{j}"] = middle + spread * rng.normal(size=N)
    return columns, rng.choice([0.5, 1.0, 2.0], N)


def crps_by_integral(y: float, cdf: Callable[[float], float], ends: tuple[float, float]) -> float:
    """∫ (F(t) - 1[t ≥ y])², the definition."""
    below, _ = integrate.quad(lambda t: cdf(t) ** 2, ends[0], y, limit=200)
    above, _ = integrate.quad(lambda t: (1.0 - cdf(t)) ** 2, y, ends[1], limit=200)
    return below + above


def pinball(y: Floats, q: Floats, tau: float) -> Floats:
    return np.where(y >= q, tau * (y - q), (1 - tau) * (q - y))


def row_losses(columns: Columns, model: str) -> dict[str, Floats]:
    """Every loss of every row by its definition, with scipy where it has one."""
    y = np.asarray(columns["target"])
    quantiles = sum(pinball(y, columns[f"{model}_q{tau:g}"], tau) for tau in LEVELS) / len(LEVELS)
    lower, upper = columns[f"{model}_lower"], columns[f"{model}_upper"]
    below, above = np.where(y < lower, lower - y, 0), np.where(y > upper, y - upper, 0)
    mean, sd = columns[f"{model}_mean"], np.sqrt(columns[f"{model}_var"])
    x = np.column_stack([columns[f"{model}_member_{j}"] for j in range(MEMBERS)])
    pairs = np.abs(x[:, :, None] - x[:, None, :]).sum(axis=(1, 2))
    distance = np.abs(x - y[:, None]).mean(axis=1)
    return {
        "multi_quantile_pinball": quantiles,
        "weighted_interval_score": 2 * quantiles,
        "interval_score:alpha=0.1": upper - lower + 20 * below + 20 * above,
        "interval_score:alpha=0.3": upper - lower + 2 / 0.3 * below + 2 / 0.3 * above,
        "crps_ensemble:fair=0": distance - pairs / (2 * MEMBERS**2),
        "crps_ensemble:fair=1": distance - pairs / (2 * MEMBERS * (MEMBERS - 1)),
        "gaussian_nll:full=1": -stats.norm.logpdf(y, mean, sd),
        "gaussian_nll:full=0": -stats.norm.logpdf(y, mean, sd) - 0.5 * math.log(2 * math.pi),
        "laplace_nll": -stats.laplace.logpdf(y, mean, sd / math.sqrt(2)),
        "student_t_nll:nu=4": -stats.t.logpdf(y, 4, mean, sd * math.sqrt(0.5)),
        "student_t_nll:nu=9": -stats.t.logpdf(y, 9, mean, sd * math.sqrt(7 / 9)),
    }


def row_crps(columns: Columns, model: str) -> Floats:
    """Of the Gaussian with the predicted mean and variance, by its definition."""

    def one(y: float, mean: float, sd: float) -> float:
        return crps_by_integral(y, lambda t: float(ndtr((t - mean) / sd)), (mean - 12, mean + 12))

    spread = np.sqrt(columns[f"{model}_var"])
    return np.array(list(map(one, columns["target"], columns[f"{model}_mean"], spread)))


def value(found: Comparison, spec: str, model: str) -> float:
    (table,) = (table for table in found.losses if table.spec == spec)
    (result,) = (result for result in table.results if result.model == model)
    assert result.value is not None
    return result.value


def metric(found: Comparison, name: str, model: str) -> Any:
    table = found.metric(name)
    assert table is not None
    return next(result for result in table.results if result.model == model)


@pytest.mark.parametrize("weighted", [False, True])
def test_every_loss_is_its_definition(compared: Compare, weighted: bool) -> None:
    columns, w = rows()
    asked = {"weights": "w"} if weighted else {}
    specs = [*row_losses(columns, "near"), "crps_gaussian"]
    found = compared(columns | {"w": w}, losses=specs, **asked)
    assert found.task == "forecast"
    assert [model.name for model in found.models] == ["near", "far"]
    for model in ("near", "far"):
        definitions = row_losses(columns, model) | {"crps_gaussian": row_crps(columns, model)}
        for spec, each in definitions.items():
            theirs = np.average(each, weights=w if weighted else None)
            assert value(found, spec, model) == pytest.approx(theirs, rel=1e-9), spec


def test_without_a_loss_all_are_computed_and_the_first_quantile_loss_decides(compared: Compare) -> None:
    columns, _ = rows()
    found = compared(columns, level=0.9)
    assert found.primary == "weighted_interval_score"
    assert len(found.losses) == 8
    assert not found.refused
    (refused,) = compared(columns).refused
    assert (refused.spec, refused.reason) == ("interval_score", "no name says the level of the intervals")
    (pair,) = (one for one in found.comparisons if one.spec == found.primary)
    assert (pair.a, pair.b, pair.verdict) == ("near", "far", "a")


def test_bracher_weighs_intervals_and_the_median(compared: Compare) -> None:
    """Bracher et al. 2021, eq. 1, which equals twice the mean quantile loss for symmetric levels."""
    columns, _ = rows()
    y = np.asarray(columns["target"])
    total = np.abs(y - columns["near_q0.5"]) / 2
    for alpha, low, high in ((0.5, "0.25", "0.75"), (0.2, "0.1", "0.9")):
        lower, upper = columns[f"near_q{low}"], columns[f"near_q{high}"]
        outside = np.maximum(lower - y, 0) + np.maximum(y - upper, 0)
        total = total + alpha / 2 * (upper - lower + 2 / alpha * outside)
    found = compared(columns, losses=["weighted_interval_score"])
    assert value(found, "weighted_interval_score", "near") == pytest.approx(total.mean() / 2.5, rel=1e-12)


def marginal(y: Floats) -> dict[str, float]:
    """What the distribution of the targets loses as a forecast of every one of them."""
    quantiles = [np.quantile(y, tau, method="inverted_cdf") for tau in LEVELS]
    of_levels = np.mean([pinball(y, q, tau) for q, tau in zip(quantiles, LEVELS, strict=True)])
    lower, upper = np.quantile(y, [0.05, 0.95], method="inverted_cdf")
    outside = np.maximum(lower - y, 0) + np.maximum(y - upper, 0)

    def gaussian(at: Floats) -> float:
        z = (y - at[0]) / np.exp(at[1])
        each = z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / math.sqrt(math.pi)
        return float(np.exp(at[1]) * each.mean())

    start = np.array([y.mean(), math.log(y.std())])
    least = optimize.minimize(gaussian, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14})
    return {
        "multi_quantile_pinball": float(of_levels),
        "weighted_interval_score": float(2 * of_levels),
        "interval_score:alpha=0.1": float(np.mean(upper - lower + 20 * outside)),
        "crps_ensemble:fair=0": float(np.abs(y[:, None] - y[None, :]).mean() / 2),
        "crps_gaussian": float(least.fun),
    }


def test_skill_is_measured_from_the_marginal_distribution(compared: Compare) -> None:
    columns, _ = rows()
    found = compared(columns, level=0.9)
    theirs = marginal(np.asarray(columns["target"]))
    for table in found.losses:
        if table.spec in theirs:
            assert table.reference == pytest.approx(theirs[table.spec], rel=1e-8), table.spec
            assert table.results[0].skill == pytest.approx(1 - table.results[0].value / table.reference)
        else:
            assert table.reference is None
            assert table.results[0].skill is None
            assert "no zero" in (table.results[0].reason or "no zero")


def test_a_weight_counts_as_so_many_rows_in_the_marginal_distribution(compared: Compare) -> None:
    columns, _ = rows()
    w = np.random.default_rng(1).integers(0, 4, N)
    repeated = {name: np.repeat(np.asarray(column), w) for name, column in columns.items()}
    weighted, plain = compared(columns | {"w": w}, weights="w"), compared(repeated)
    for one, other in zip(weighted.losses, plain.losses, strict=True):
        assert (one.reference or 0.0) == pytest.approx(other.reference or 0.0, rel=1e-9)
        assert one.results[0].value == pytest.approx(other.results[0].value, rel=1e-12)


def test_metrics_are_shares_of_the_rows(compared: Compare) -> None:
    columns, _ = rows()
    y = np.asarray(columns["target"])
    found = compared(columns)
    for model in ("near", "far"):
        for level in LEVELS:
            below = (y <= columns[f"{model}_q{level:g}"]).mean()
            assert metric(found, f"below_p{100 * level:g}", model).value == pytest.approx(below)
        lower, upper = columns[f"{model}_lower"], columns[f"{model}_upper"]
        inside = ((lower <= y) & (y <= upper)).mean()
        assert metric(found, "coverage", model).value == pytest.approx(inside)
        assert metric(found, "width", model).value == pytest.approx((upper - lower).mean())
        low, high = columns[f"{model}_q0.25"], columns[f"{model}_q0.75"]
        assert metric(found, "coverage_p25_p75", model).value == pytest.approx(
            ((low <= y) & (y <= high)).mean()
        )
        pit = stats.norm.cdf(y, columns[f"{model}_mean"], np.sqrt(columns[f"{model}_var"]))
        assert metric(found, "pit_mean", model).value == pytest.approx(pit.mean())
        assert metric(found, "pit_sd", model).value == pytest.approx(pit.std())
    table = found.metric("coverage_p10_p90")
    assert table is not None
    assert (table.best, table.greater_is_better) == (0.8, None)
    assert all(result.rank is None for result in table.results)
    share = metric(found, "coverage_p10_p90", "near")
    theirs = stats.binomtest(round(share.value * N), N).proportion_ci(method="wilson")
    assert (share.low, share.high) == pytest.approx(tuple(theirs), rel=1e-9)
    assert metric(found, "pit_mean", "near").low < 0.5 < metric(found, "pit_mean", "near").high


def test_ensembles_alone_are_ranked_among_their_members(compared: Compare) -> None:
    columns, _ = rows()
    only = {name: column for name, column in columns.items() if "member" in name or name == "target"}
    found = compared(only)
    assert [table.name for table in found.losses] == ["crps_ensemble"]
    y, x = (
        np.asarray(columns["target"]),
        np.column_stack([columns[f"near_member_{j}"] for j in range(MEMBERS)]),
    )
    ranks = ((x < y[:, None]).sum(axis=1) + 0.5) / (MEMBERS + 1)
    assert metric(found, "pit_mean", "near").value == pytest.approx(ranks.mean())
    assert metric(found, "pit_sd", "near").value == pytest.approx(ranks.std())


def test_clusters_slices_and_workers(compared: Compare) -> None:
    columns, _ = rows()
    more = columns | {"site": np.arange(N) // 8, "side": np.where(np.arange(N) % 3, "left", "right")}
    plain = compared(columns, losses=["weighted_interval_score"])
    grouped = compared(more, losses=["weighted_interval_score"], group="site", by="side", jobs=2)
    assert grouped.losses[0].results[0].value == plain.losses[0].results[0].value
    assert grouped.losses[0].results[0].low != plain.losses[0].results[0].low
    assert grouped.slices is not None
    left = np.asarray(more["side"]) == "left"
    theirs = row_losses(columns, "near")["weighted_interval_score"][left].mean()
    own = {one.value: one for one in grouped.slices.slices}["left"]
    assert own.results[0].value == pytest.approx(theirs, rel=1e-12)


def test_spreads_are_read_alike_from_variances_and_deviations(compared: Compare) -> None:
    columns, _ = rows()
    variance = {name: columns[name] for name in ("target", "near_mean", "near_var")}
    deviation = {"target": columns["target"], "mu": columns["near_mean"], "std": np.sqrt(columns["near_var"])}
    one, other = compared(variance), compared(deviation)
    assert [model.name for model in other.models] == ["moments"]
    for a, b in zip(one.losses, other.losses, strict=True):
        assert a.results[0].value == pytest.approx(b.results[0].value, rel=1e-12)


def test_models_of_different_levels_meet_at_those_they_share(compared: Compare) -> None:
    columns, _ = rows()
    only = {name: column for name, column in columns.items() if "_q" in name or name == "target"}
    del only["far_q0.25"], only["far_q0.75"]
    found = compared(only)
    assert next(model.columns for model in found.models) == ("near_q0.1", "near_q0.5", "near_q0.9")
    assert any("0.1, 0.5, 0.9" in line for line in found.decisions)
    with pytest.raises(UsageError, match="no quantile of one level in common"):
        compared({"y": [1, 2], "a_q0.1": [0, 1], "a_q0.9": [2, 3], "b_p20": [0, 1], "b_p80": [2, 3]})


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("near_lower", 99.0, "the value in row 8 is 99, above its upper end"),
        ("far_var", 0.0, "the value in row 8 is 0; a variance is above 0"),
        ("far_var", -2.0, "the value in row 8 is -2; a variance is above 0"),
    ],
)
def test_rows_that_are_no_forecast_are_named(compared: Compare, name: str, wrong: float, said: str) -> None:
    columns, _ = rows()
    columns[name] = np.where(np.arange(N) == 7, wrong, columns[name])
    with pytest.raises(DataError, match=said) as refused:
        compared(columns)
    assert name in str(refused.value)


def test_quantiles_that_cross_are_used_and_said(compared: Compare) -> None:
    columns, _ = rows()
    columns["near_q0.25"] = np.where(np.arange(N) % 80 == 3, 99.0, columns["near_q0.25"])
    found = compared(columns, losses=["multi_quantile_pinball"])
    (warning,) = (one for one in found.warnings if one.code == "crossing_quantiles")
    assert "quantiles of near cross in 3 rows (row 4: near_q0.25 99 > near_q0.5" in warning.message
    assert metric(found, "crossing", "near").value == pytest.approx(3 / N)
    assert metric(found, "crossing", "far").value == 0
    theirs = row_losses(columns, "near")["multi_quantile_pinball"].mean()
    assert value(found, "multi_quantile_pinball", "near") == pytest.approx(theirs)


def test_missing_values_are_dropped_for_all(compared: Compare) -> None:
    columns, _ = rows()
    columns["far_upper"] = np.where(np.arange(N) < 5, np.nan, columns["far_upper"])
    with pytest.raises(DataError, match="missing"):
        compared(columns)
    found = compared(columns, drop=True, losses=["crps_gaussian"])
    assert found.rows.used == N - 5
    theirs = row_crps(columns, "near")[5:].mean()
    assert value(found, "crps_gaussian", "near") == pytest.approx(theirs, rel=1e-9)


def test_fair_is_never_negative_and_unbiased() -> None:
    """Of members drawn from a distribution, its mean is the score of that distribution."""
    from losscli.loss.catalogue import named

    (loss,) = named("crps_ensemble")
    rng = np.random.default_rng(4)
    y, x = np.full(200_000, 0.3), rng.normal(size=(200_000, 3))
    fair = loss.bind({"fair": 1.0}).value(y, x)
    assert fair.min() >= 0.0
    theirs = crps_by_integral(0.3, lambda t: float(ndtr(t)), (-9.0, 9.0))
    assert fair.mean() == pytest.approx(theirs, abs=4 * fair.std() / math.sqrt(len(y)))
    assert loss.bind({}).value(y, x).mean() > theirs + 0.1
