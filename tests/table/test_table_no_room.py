"""Where no temporary file can be made or grow, reading ends in an error that says what to set."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from losscli.data.table import Limits, read
from losscli.errors import DataError
try:
    read(sys.argv[1], limits=Limits(memory=0))
except DataError as error:
    print(error)
"""


@pytest.mark.parametrize("blocks", [0, 1])
@pytest.mark.parametrize("name", ["d.csv", "d.jsonl", "-"])
def test_a_limit_of_the_size_of_files(tmp_path, blocks, name):
    """A size of 0 leaves no directory that takes a file; a small one stops the temporary file on the way."""
    data = b"y,p\n" + b"1,2.5\n" * 5_000
    (tmp_path / "d.csv").write_bytes(data)
    (tmp_path / "d.jsonl").write_bytes(b'{"y": 1, "p": 2.5}\n' * 5_000)
    path = "-" if name == "-" else str(tmp_path / name)
    command = f'ulimit -f {blocks}; exec "$0" -B -c "$1" "$2"'
    words = ["bash", "-c", command, sys.executable, PROGRAM, path]
    done = subprocess.run(words, input=data, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"cannot write a temporary file" in done.stdout
    assert b"set TMPDIR to a directory with more" in done.stdout
