"""Entry point. The version is answered before anything heavy is imported."""

import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        from losscli import __version__

        print(f"losscli {__version__}")
        return
    from losscli.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
