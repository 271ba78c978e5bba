"""Entry point. The version is answered before anything heavy is imported."""

import gc
import os
import sys
from contextlib import suppress

# Blocks are spread over processes; a product inside one stays on its thread, for the same bits everywhere.
for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


def main() -> None:
    gc.disable()  # one short run: what it makes it needs, and looking for garbage costs a tenth of the start
    if sys.argv[1:] == ["--version"]:
        from losscli import __version__

        try:
            print(f"losscli {__version__}", flush=True)
        except OSError:  # nobody reads, or the disk is full
            os._exit(2)
        return
    from losscli.cli import run

    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads, or the disk is full: the verdict stands
            stream.flush()
    os._exit(code)  # taking the interpreter down piece by piece costs more than a small comparison


if __name__ == "__main__":
    main()
