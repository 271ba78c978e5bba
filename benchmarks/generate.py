"""Write a predictions file, CSV or Parquet by its name: positive gamma targets and three models, the same
numbers for the same rows."""

import argparse

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as papq

SEED = 0
BLOCK = 1_000_000
NOISE = {"pred_ridge": 3.2, "pred_huber": 3.1, "pred_gbm": 3.0}
SCHEMA = pa.schema([(name, pa.float64()) for name in ("y_true", *NOISE)])


def block(index: int, rows: int) -> pa.RecordBatch:
    """The rows of one block, with 6 decimals; every value is positive, so that every loss applies."""
    rng = np.random.default_rng([SEED, index])
    y = rng.gamma(2, 10, rows) + 0.01
    columns = [y, *(np.abs(y + rng.normal(0, sd, rows)) + 0.01 for sd in NOISE.values())]
    return pa.record_batch([np.round(column, 6) for column in columns], schema=SCHEMA)


def main() -> None:
    """Write block after block, so that memory does not grow with the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("path")
    arguments = parser.parse_args()
    blocks = (
        block(index, min(BLOCK, arguments.rows - start))
        for index, start in enumerate(range(0, arguments.rows, BLOCK))
    )
    if arguments.path.endswith(".parquet"):
        with papq.ParquetWriter(arguments.path, SCHEMA) as writer:
            for one in blocks:
                writer.write_batch(one)
        return
    options = pacsv.WriteOptions(include_header=False, quoting_style="none")
    with open(arguments.path, "wb") as file:
        file.write((",".join(SCHEMA.names) + "\n").encode())
        with pacsv.CSVWriter(file, SCHEMA, write_options=options) as writer:
            for one in blocks:
                writer.write_batch(one)


if __name__ == "__main__":
    main()
