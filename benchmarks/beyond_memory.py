"""`losscli fit` of more rows than memory holds: time and peak memory of whole commands, and how far its
optima are from those of the same rows in memory."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from process import LOSSCLI, run

LOSSES = ("mse", "huber", "mae")
ASKED = ["--no-contaminate", "--repeats", "1", *(word for loss in LOSSES for word in ("--loss", loss))]

_WRITE = """
import sys
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
path, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rng = np.random.default_rng(0)
mix = np.eye(columns) + 0.3 * rng.standard_normal((columns, columns))
slopes = rng.standard_normal(columns)
schema = pa.schema([(f"x{i}", pa.float64()) for i in range(columns)] + [("y", pa.float64())])
with pq.ParquetWriter(path, schema) as file:
    for start in range(0, rows, 1 << 18):
        x = rng.standard_normal((min(1 << 18, rows - start), columns)) @ mix * 10.0 + 100.0
        y = x @ slopes + 20.0 * rng.standard_t(3, len(x))
        file.write_table(pa.table([*x.T, y], schema=schema))
"""

_FIT = """
import json, sys
import losscli.__main__
from losscli.data.roles.features import Asked, training_problem
from losscli.data.table import read
from losscli.fitting.fit import fit
from losscli.fitting.request import FitRequest
from losscli.fitting.stored import Held
from losscli.spec import Spec
path, held, *losses = sys.argv[1:]
table = read(path)
request = FitRequest(losses=tuple(map(Spec, losses)), contaminate=(), repeats=1, folds=2)
found = fit(table, training_problem(table, Asked()), request, (), Held(features=int(held)))
fits = {one.name: [one.objective, one.intercept, *one.coefficients.values()] for one in found.fits.fits}
print(json.dumps(fits))
"""


def fits(path: Path, held: str) -> dict[str, list[float]]:
    """By loss the objective, the intercept and the slopes, where so many bytes of features are held."""
    command = [sys.executable, "-c", _FIT, str(path), held, *LOSSES]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


def main() -> None:
    """A line for each number of rows, then one for each loss of the smaller file fitted both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[2_000_000, 10_000_000])
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--both-ways", type=int, default=500_000, help="rows that are fitted in memory too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"

        def write(rows: int) -> None:
            run([sys.executable, "-c", _WRITE, str(path), str(rows), str(arguments.columns)])

        print("| rows | features MiB | wall s | CPU s | peak RSS MiB |\n|---|---|---|---|---|", flush=True)
        for rows in arguments.rows:
            write(rows)
            used = run([*LOSSCLI, "fit", str(path), *ASKED])
            size = 8 * rows * arguments.columns / 2**20
            print(
                f"| {rows:,} | {size:,.0f} | {used.wall:.0f} | {used.cpu:.0f} | {used.rss:,.0f} |", flush=True
            )
        write(arguments.both_ways)
        held, blocks = fits(path, str(1 << 62)), fits(path, "0")
    both = f"{arguments.both_ways:,} rows both ways"
    print(f"\n| {both} | objective, relative | slopes, relative |\n|---|---|---|")
    for loss in LOSSES:
        (a, *slopes), (b, *others) = held[loss], blocks[loss]
        far = max(abs(x - y) / abs(x) for x, y in zip(slopes, others, strict=True))
        print(f"| {loss} | {abs(a - b) / abs(a):.0e} | {far:.0e} |")


if __name__ == "__main__":
    main()
