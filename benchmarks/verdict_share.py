"""The share of a comparison's CPU time that intervals and verdicts take: one process, `--jobs 1`."""

import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"

from losscli.cli import run
from losscli.comparison import compare


def main() -> None:
    """Compare the file with the flags given, and print the share."""
    spent, judged = [], compare._judged

    def timed(*given: object) -> object:
        start = time.process_time()
        found = judged(*given)  # type: ignore[arg-type]
        spent.append(time.process_time() - start)
        return found

    compare._judged = timed  # type: ignore[assignment]
    code = run(["compare", *sys.argv[1:], "--jobs", "1", "--quiet"])
    if code:
        raise SystemExit(code)
    print(spent[0] / time.process_time())


if __name__ == "__main__":
    main()
