"""Entry point. The version is answered before anything heavy is imported."""

import gc
import os
import sys

# `python -m` looks for modules in the working folder first, where files are data, whatever they are called.
if __name__ == "__main__" and __spec__ is not None and not sys.flags.safe_path:
    try:
        if sys.path[0] == os.getcwd():
            del sys.path[0]
    except OSError:  # the folder is gone
        pass

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
    hear()
    from losscli.cli import interrupt, run

    interrupt.install()
    code = run(sys.argv[1:])
    interrupt.finish(code)


def hear() -> None:
    """Until there is anything to clean up, an interruption ends the process at once."""
    import signal

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: os._exit(130))


if __name__ == "__main__":
    main()
