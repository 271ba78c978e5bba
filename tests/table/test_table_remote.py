"""Files that are elsewhere: through fsspec, or with what is to be installed; no message has a secret."""

import io
import json
import sys

import pytest

import losscli.cli
from losscli.data.table import ReadOptions, read
from losscli.data.table.remote import without_secrets
from losscli.errors import DataError

PART = b"y,pred\n" + b"".join(b"%d,%d.5\n" % (i, i) for i in range(50))


@pytest.fixture
def elsewhere():
    """Writes files to fsspec's memory://."""
    fsspec = pytest.importorskip("fsspec", reason="the extra `remote` is not installed")
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield lambda **files: [
        system.pipe(f"/{name.replace('__', '/')}.csv", data) for name, data in files.items()
    ]
    system.store.clear()


@pytest.mark.parametrize("path", ["memory://preds/*.csv", "memory://preds", "memory://preds/", "memory://**"])
def test_several(elsewhere, path):
    elsewhere(preds__b=PART, preds__a=PART, preds___log=b"x")
    found = read(path)
    assert (found.rows, found.path) == (100, path)
    assert [one.path.rpartition("/")[2] for one in found.origin.input.files] == ["a.csv", "b.csv"]
    assert str(found.where(51, "y")) == "memory:///preds/b.csv, line 2, column 'y'"


def test_one(elsewhere, capfd):
    elsewhere(preds=PART)
    assert losscli.cli.run(["compare", "memory://preds.csv", "--loss", "mae", "--format", "json"]) == 0
    assert json.loads(capfd.readouterr()[0])["inputs"][0]["path"] == "memory://preds.csv"
    with pytest.raises(DataError, match="there is no such file"):
        read("memory://none.csv")
    with pytest.raises(DataError, match="no file matches"):
        read("memory://none/*.csv")
    with pytest.raises(DataError, match="does not end within"):
        read("memory://preds.csv", ReadOptions(max_unpacked=1e-7))


def test_what_the_package_of_a_protocol_raises(elsewhere, monkeypatch):
    import fsspec

    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise RuntimeError("lost https://me:secret@host/x.csv?token=secret")

    for error, words in (
        (PermissionError("403 for s3://me:secret@host"), "cannot be read: 403 for s3://host\nCredentials"),
        (
            ImportError("Install s3fs to access S3"),
            "the package that reads memory:// is not installed\nInstall",
        ),
        (ValueError(""), "cannot be read: ValueError"),
        (None, r"cannot be read: lost https://host/x.csv\?…"),
    ):

        def opened(*_: object, error: Exception | None = error, **__: object) -> Broken:
            if error is not None:
                raise error
            return Broken()

        monkeypatch.setattr(fsspec.filesystem("memory"), "open", opened)
        with pytest.raises(DataError, match=words) as caught:
            read("memory://x.csv")
        assert "secret" not in str(caught.value)


def test_fsspec_is_not_there(monkeypatch, capfd):
    for name in [*(name for name in sys.modules if name.partition(".")[0] == "fsspec"), "fsspec"]:
        monkeypatch.setitem(sys.modules, name, None)
    words = ["losscli", "compare", "s3://me:secret@bucket/x.csv"]
    monkeypatch.setattr(sys, "argv", words)
    assert losscli.cli.run(words[1:]) == 2
    assert capfd.readouterr()[1] == (
        "error: s3://bucket/x.csv: files that are elsewhere are read by fsspec, which is not installed\n"
        "Install it: pip install 'losscli[remote]'\n"
    )


def test_what_is_secret():
    for path, shown in (
        ("s3://bucket/part-?.csv", "s3://bucket/part-?.csv"),
        ("ftp://me:word@host/x.csv", "ftp://host/x.csv"),
        ("https://me@host/x.csv?X-Amz-Signature=abc#a", "https://host/x.csv?…"),
        ("a@b.csv", "a@b.csv"),
        ("--baseline=https://u:p@host/old.csv", "--baseline=https://host/old.csv"),
    ):
        assert without_secrets(path) == shown


def test_a_file_that_is_called_like_a_url(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s3:").mkdir()
    (tmp_path / "s3:" / "x.csv").write_bytes(PART)
    assert read("s3://x.csv").rows == 50
