"""Work over the workers of a Dask cluster: what is done is sent once, and blocks stay where they were sent, so
that every pass over them but the first sends no rows.

Dask does again what a worker that died had in hand; blocks that died with it are sent again. What the cluster
does not do, whatever the reason, its caller does on this machine: the figures are the same.
"""

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from losscli import progress
from losscli.engine.shipped import Blocks, Piece, Work
from losscli.engine.worker import done
from losscli.errors import LosscliError

SENT_AGAIN = (
    "a worker of the cluster was lost: what it held is sent again, its part is done again, and the figures are "
    "the same"
)
GONE = "the cluster is gone: the rest is done on this machine, and the figures are the same"
_PIECE = 2**26  # bytes that are sent at a time, about
_ATTEMPTS = 3  # at a task, then it is done here
_PATIENCE = 30.0  # seconds for a worker to come, or a result that is there
_LOOK = 1.0  # seconds between two looks at who is there

Future = Any  # of distributed


@dataclass(slots=True)
class _Sent:
    """What a cluster holds of a shard. home: the worker that it was sent to; pieces: by column those that have
    its blocks."""

    home: str
    pieces: dict[tuple[int, int], list[Future]] = field(default_factory=dict)

    @property
    def lost(self) -> bool:
        return any(one.status != "finished" for own in self.pieces.values() for one in own)


class Cluster:
    """The workers of a cluster, as long as a command needs them.

    client: of `distributed`; facts: what a worker must have in common with this process.
    """

    def __init__(self, client: Any, facts: dict[str, str]) -> None:
        self._client, self._facts = client, facts
        self._kept: list[Blocks] = []  # those whose blocks have been sent, by their numbers
        self._sent: dict[range, _Sent] = {}
        self._gone = False

    @property
    def threads(self) -> int:
        """How many tasks its workers do at a time."""
        return sum(self._client.nthreads().values()) or 1

    def shards(self, run: Callable[[range], Any], shards: Sequence[range]) -> Iterator[tuple[int, Any]]:
        """(i, run(shards[i])) of those that it does, as they are done. run: reads of `Blocks` the blocks of its
        shard, of those columns that it reads of the first block of all."""
        work = self._work(run)
        if work is None:
            return
        with progress.counting():
            columns = sorted(work.columns_read(shards[0][:1], self._kept))
        yield from self._results(work, shards, lambda i: self._pieces(shards[i], i, columns))

    def tasks(self, work: Callable[[int], Any], count: int) -> Iterator[tuple[int, Any]]:
        """(i, work(i)) of those i below count that it does, as they are done; none of work that has `Blocks`, for
        which are read is not known."""
        sent = self._work(work)
        if sent is not None and not sent.has_blocks:
            yield from self._results(sent, range(count), lambda i: [])

    def release(self) -> None:
        """Its workers keep nothing of what was sent."""
        self._sent.clear()

    def _work(self, function: Callable[[Any], Any]) -> Work | None:
        if self._gone:
            return None
        try:
            return Work.of(function, self._kept)
        except Exception as error:
            progress.tell(f"a part cannot be sent to the cluster ({short(error)}): it is done on this machine")
            return None

    def _results(
        self, work: Work, tasks: Sequence[Any], pieces: Callable[[int], list[Future]]
    ) -> Iterator[tuple[int, Any]]:
        """pieces: what a task reads, sent where it is not there."""
        attempts: dict[int, int] = defaultdict(int)
        waiting: dict[Future, int] = {}
        shared: list[Future] = []  # the work

        def submit(i: int, error: Exception | None = None) -> None:
            while not self._gone:
                if attempts[i] == _ATTEMPTS:
                    self._tell(error)
                    return
                attempts[i] += 1
                try:
                    if not shared or shared[0].status != "finished":
                        shared[:] = self._scatter(work, broadcast=True)
                    given = shared[0], tasks[i], self._facts, *pieces(i)
                    waiting[self._client.submit(done, *given, key=f"losscli-{uuid4().hex}")] = i
                    return
                except LosscliError:  # of reading here what is to be sent
                    raise
                except Exception as failure:
                    error = failure
                    self._look()

        try:
            for i in range(len(tasks)):
                submit(i)
            while waiting and not self._gone:
                for future in self._ended(waiting):
                    i = waiting.pop(future)
                    if future.status == "error":
                        self._tell(future.exception())
                        continue
                    try:
                        found, counted = future.result(timeout=_PATIENCE)
                    except Exception as error:  # it was lost
                        if self._look():
                            progress.tell(SENT_AGAIN)
                        submit(i, error)
                        continue
                    for of, count in counted.items():
                        progress.advance(of, count)
                    yield i, found
        finally:
            for future in waiting:
                future.release()

    def _tell(self, error: BaseException | None) -> None:
        """What the user can mend is not said: it is raised here again."""
        if error is not None and not isinstance(error, LosscliError):
            progress.tell(f"the cluster has failed at a part ({short(error)}): it is done on this machine")

    def _ended(self, waiting: dict[Future, int]) -> list[Future]:
        """Those that have ended, at least one; none where the cluster is gone."""
        from distributed import wait

        while not self._gone:
            ended = [one for one in waiting if one.status not in ("pending", "lost")]
            if ended:
                return ended
            with suppress(Exception):  # none within that time, or one is lost
                wait(list(waiting), timeout=_LOOK, return_when="FIRST_COMPLETED")
                continue
            self._look()
        return []

    def _look(self) -> bool:
        """Whether the cluster is there, waiting for a worker where there is none."""
        try:
            if self._client.status != "running":
                raise OSError("the scheduler is gone")
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except Exception:
            if not self._gone:
                progress.tell(GONE)
            self._gone = True
        return not self._gone

    def _scatter(self, one: Work | Piece, **where: Any) -> list[Future]:
        with warnings.catch_warnings(action="ignore"):
            found: list[Future] = self._client.scatter([one], hash=False, timeout=_PATIENCE, **where)
        return found

    def _pieces(self, shard: range, number: int, columns: Sequence[tuple[int, int]]) -> list[Future]:
        """Those that have the blocks of a shard of these columns: sent to the worker that has the others of it;
        the first to each in turn. number: of the shard."""
        threads = self._client.nthreads()
        own = self._sent.get(shard)
        if own is None or own.lost or own.home not in threads:
            every = [address for address in sorted(threads) for _ in range(threads[address])]
            own = self._sent[shard] = _Sent(every[number % len(every)])
        missing = [column for column in columns if column not in own.pieces]
        sent = [future for piece in self._cut(shard, missing) for future in self._scatter(piece, workers=[own.home])]
        own.pieces.update(dict.fromkeys(missing, sent))
        return list({future.key: future for column in columns for future in own.pieces[column]}.values())

    def _cut(self, shard: range, columns: Sequence[tuple[int, int]]) -> Iterator[Piece]:
        """The blocks of a shard, in pieces of about the same size."""
        piece: dict[tuple[int, int, int], Any] = {}
        size = 0
        for block in shard:
            for number, column in columns:
                one = piece[number, column, block] = self._kept[number].get(column, block)
                size += one.nbytes
            if size >= _PIECE:
                yield piece
                piece, size = {}, 0
        if piece:
            yield piece


def short(error: BaseException) -> str:
    """An error in a few words."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words[:100]}" if words else type(error).__name__
