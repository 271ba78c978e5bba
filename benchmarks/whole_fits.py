"""`losscli fit` as a whole process against the same work of other programs, as whole processes too.

folds: four losses × 10 folds at 2,000 × 20, against scikit-learn's pipelines.
levels: mae on 3,000 rows with 300 one-hot levels and three numbers, 10 folds, against HiGHS.
network: mse with 64 hidden units on 6,366 × 8, 5 folds, against MLPRegressor of as many epochs and batches.
Each trains once more on all rows. A B A B …; BLAS has one thread on both sides.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

from agreement import spread
from process import LOSSCLI, run

EPOCHS = 40
GENERATE = """
import sys
import numpy as np
kind, path = sys.argv[1:]
rng = np.random.default_rng(0)
n, p = {"folds": (2_000, 20), "levels": (3_000, 3), "network": (6_366, 8)}[kind]
x = rng.normal(size=(n, p))
y = 3 + x @ rng.normal(size=p) + rng.laplace(size=n)
level = rng.permutation(n) % 300
if kind == "levels":
    y += rng.normal(size=300)[level]
if kind == "network":
    y += np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2]
with open(path, "w") as file:
    print(*(f"x{i}" for i in range(p)), *["shop"] * (kind == "levels"), "y", sep=",", file=file)
    for row, own, target in zip(x, level, y):
        shop = [f"s{own}"] * (kind == "levels")
        print(*(f"{a:.6f}" for a in row), *shop, f"{target:.6f}", sep=",", file=file)
"""
READ = """
import sys, warnings
warnings.filterwarnings("ignore")
import numpy as np, pandas as pd
from sklearn.model_selection import KFold, RepeatedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
table = pd.read_csv(sys.argv[1])
x, y = pd.get_dummies(table.iloc[:, :-1], dtype=float).to_numpy(), table["y"].to_numpy()
twice = RepeatedKFold(n_splits=5, n_repeats=2, random_state=0)
"""
PEERS = {
    "folds": """
from sklearn.linear_model import HuberRegressor, LinearRegression, QuantileRegressor
for model in (
    LinearRegression(),
    HuberRegressor(alpha=0, max_iter=1000),
    QuantileRegressor(alpha=0),
    QuantileRegressor(quantile=0.9, alpha=0),
):
    whole = make_pipeline(StandardScaler(), model)
    print(cross_val_score(whole, x, y, cv=twice, scoring="neg_mean_absolute_error").mean())
    whole.fit(x, y)
""",
    "levels": """
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack
def least(x, y):
    n, p = x.shape
    equal = hstack([csr_array(x), eye_array(n), -eye_array(n)], format="csc")
    cost = np.concatenate([np.zeros(p), np.full(2 * n, 1 / n)])
    bounds = [(None, None)] * p + [(0, None)] * (2 * n)
    found = linprog(cost, A_eq=equal, b_eq=y, bounds=bounds, method="highs")
    return found.fun, found.x[:p]
for train, test in twice.split(x):
    print(np.abs(y[test] - x[test] @ least(x[train], y[train])[1]).mean())
print(least(x, y)[0])
""",
    "network": f"""
from sklearn.neural_network import MLPRegressor
model = MLPRegressor(hidden_layer_sizes=(64,), batch_size=64, learning_rate_init=0.01, max_iter={EPOCHS},
                     tol=0, alpha=0, n_iter_no_change=10**6, random_state=0)
whole = make_pipeline(StandardScaler(), model)
folds = KFold(5, shuffle=True, random_state=0)
print(cross_val_score(whole, x, y, cv=folds, scoring="neg_mean_squared_error").mean())
whole.fit(x, y)
""",
}
TITLES = {
    "folds": "mse, huber, mae, quantile × 10 folds, 2,000 × 20: scikit-learn's pipelines",
    "levels": "mae, 300 one-hot levels, 3,000 rows, 10 folds: HiGHS",
    "network": "mse, 64 hidden units, 6,366 × 8, 5 folds: MLPRegressor",
}
FIT = {
    "folds": "--loss mse --loss huber --loss mae --loss quantile:tau=0.9 --repeats 2 --no-contaminate",
    "levels": "--features x0 --features x1 --features x2 --features shop --loss mae --repeats 2"
    " --no-contaminate",
    "network": f"--model mlp:hidden=64 --loss mse --repeats 1 --seeds 1 --max-iter {EPOCHS}",
}


def lines(rounds: int, parts: Sequence[str] = tuple(FIT)) -> Iterator[str]:
    """A line of a table for each part, after its head."""
    yield "| part | A losscli, CPU s | B peer, CPU s | B / A, CPU | B / A, wall |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            data = str(Path(folder) / f"{part}.csv")
            run([sys.executable, "-c", GENERATE, part, data])
            ours = [*LOSSCLI, "fit", data, *FIT[part].split(), "--folds", "5", "--format", "json"]
            theirs = [sys.executable, "-c", READ + PEERS[part], data]
            pairs = [(run(ours), run(theirs)) for _ in range(rounds + 1)][1:]
            cells = (
                spread([a.cpu for a, _ in pairs], 2),
                spread([b.cpu for _, b in pairs], 2),
                spread([b.cpu / a.cpu for a, b in pairs], 2),
                spread([b.wall / a.wall for a, b in pairs], 2),
            )
            yield f"| {TITLES[part]} | {' | '.join(cells)} |"


def main() -> None:
    """A table of all parts, or of those named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--part", choices=FIT, action="append", help="all if not said")
    arguments = parser.parse_args()
    for line in lines(arguments.rounds, arguments.part or tuple(FIT)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
