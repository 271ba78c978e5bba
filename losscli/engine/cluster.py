"""Work over the workers of a Dask cluster: what is done is sent once, and blocks stay where they were sent,
so that every pass over them but the first sends no rows.

Dask does again what a worker that died had in hand; blocks that died with it are sent again. What the cluster
does not do, whatever the reason, its caller does on this machine: the figures are the same.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from losscli import progress
from losscli.engine.shipped import Blocks, Piece, Work
from losscli.engine.worker import done, loaded, own_facts
from losscli.errors import LosscliError

SENT_AGAIN = (
    "a worker of the cluster was lost: what it held is sent again, its part is done again, and the figures "
    "are the same"
)
HERE = "done on this machine, and the figures are the same"
GONE = f"the cluster is gone ({{why}}): the rest is {HERE}"
_PIECE = 2**26  # bytes that are sent at a time, about
_ATTEMPTS = 3  # at a task, then it is done here
_PATIENCE = 30.0  # seconds for a worker to come, or a result that is there
_LOOK = 1.0  # seconds between two looks at who is there

Future = Any  # of distributed


@dataclass(slots=True)
class _Sent:
    """What a cluster holds of a shard. home: the worker that it was sent to; pieces: by column those that
    have its blocks."""

    home: str
    pieces: dict[tuple[int, int], list[Future]] = field(default_factory=dict)

    @property
    def lost(self) -> bool:
        return any(one.status != "finished" for own in self.pieces.values() for one in own)


class Cluster:
    """The workers of a cluster, as long as a command needs them. client: of `distributed`."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._kept: list[Blocks] = []  # those whose blocks have been sent, by their numbers
        self._sent: dict[range, _Sent] = {}
        self.gone = False

    @property
    def threads(self) -> int:
        """How many tasks its workers do at a time; 0 where it is gone."""
        return sum(self._client.nthreads().values()) if self.is_there() else 0

    def shards(self, run: Callable[[range], Any], shards: Sequence[range]) -> Iterator[tuple[int, Any]]:
        """(i, run(shards[i])) of those that it does, as they are done. run: reads of `Blocks` the blocks of
        its shard, of those columns that it reads of the first block of all."""
        work = self._work(run)
        if work is None:
            return
        with progress.counting():
            columns = sorted(work.columns_read(shards[0][:1], self._kept))
        yield from _Pass(self, work, shards, lambda i: self._pieces(shards[i], i, columns)).results()

    def tasks(self, work: Callable[[int], Any], count: int) -> Iterator[tuple[int, Any]]:
        """(i, work(i)) of those i below count that it does, as they are done; none of work that has `Blocks`,
        of which it would need all."""
        sent = self._work(work)
        if sent is not None and not sent.has_blocks:
            yield from _Pass(self, sent, range(count), lambda i: []).results()

    def release(self) -> None:
        """Its workers keep nothing of what was sent."""
        self._sent.clear()

    def _work(self, function: Callable[[Any], Any]) -> Work | None:
        if self.gone:
            return None
        try:
            return Work.of(function, self._kept)
        except Exception as error:
            progress.tell(f"a part cannot be sent to the cluster ({short(error)}): it is {HERE}")
            return None

    def is_there(self) -> bool:
        """Whether it answers, waiting for a worker where there is none."""
        try:
            if self._client.status != "running":
                raise OSError("no connection to the scheduler")
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except Exception as error:
            if not self.gone:
                progress.tell(GONE.format(why=short(error)))
            self.gone = True
        return not self.gone

    def wait(self, futures: Sequence[Future]) -> None:
        """Until one of them has ended, or the cluster is gone; or for a short time."""
        from distributed import wait

        try:
            with self._client.as_current():
                wait(futures, timeout=_LOOK, return_when="FIRST_COMPLETED")
        except (OSError, CancelledError):  # none within that time, or one is lost
            self.is_there()

    def submit(self, work: Future, task: Any, pieces: Sequence[Future]) -> Future:
        """Have a task of work done."""
        facts = own_facts(loaded())
        return self._client.submit(done, work, task, facts, *pieces, key=f"losscli-{uuid4().hex}")

    def scatter(self, one: Work | Piece, **where: Any) -> list[Future]:
        """Send something to workers; one future in a list."""
        with warnings.catch_warnings(action="ignore"):
            found: list[Future] = self._client.scatter([one], hash=False, timeout=_PATIENCE, **where)
        return found

    def _pieces(self, shard: range, number: int, columns: Sequence[tuple[int, int]]) -> list[Future]:
        """Those that have the blocks of a shard of these columns: sent to the worker that has the others of
        it; the first to each in turn. number: of the shard."""
        threads = self._client.nthreads()
        own = self._sent.get(shard)
        if own is None or own.lost or own.home not in threads:
            turns = [(turn, address) for address, count in threads.items() for turn in range(count)]
            own = self._sent[shard] = _Sent(sorted(turns)[number % len(turns)][1])
        missing = [column for column in columns if column not in own.pieces]
        sent = [
            future
            for piece in self._cut(shard, missing)
            for future in self.scatter(piece, workers=[own.home])
        ]
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


@dataclass(slots=True)
class _Pass:
    """Work on its tasks. pieces: what a task reads, sent where it is not there."""

    cluster: Cluster
    work: Work
    tasks: Sequence[Any]
    pieces: Callable[[int], list[Future]]
    shared: list[Future] = field(default_factory=list)  # the work, once it is sent
    attempts: Counter[int] = field(default_factory=Counter)  # at each task
    waiting: dict[Future, int] = field(default_factory=dict)  # the tasks that are not done

    def results(self) -> Iterator[tuple[int, Any]]:
        """(the number of a task, its result), as they are done."""
        try:
            for i in range(len(self.tasks)):
                self.submit(i)
            while (future := self.ended()) is not None:
                i = self.waiting.pop(future)
                if future.status == "error":
                    _tell(future.exception())
                    continue
                try:
                    found, counted = future.result(timeout=_PATIENCE)
                except Exception as error:  # it was lost
                    if self.cluster.is_there():
                        progress.tell(SENT_AGAIN)
                    self.submit(i, error)
                    continue
                for of, count in counted.items():
                    progress.advance(of, count)
                yield i, found
        finally:
            for future in self.waiting:
                future.release()

    def submit(self, i: int, error: Exception | None = None) -> None:
        """Have a task done, unless it has been tried too often. error: why it was not."""
        while not self.cluster.gone:
            if self.attempts[i] == _ATTEMPTS:
                _tell(error)
                return
            self.attempts[i] += 1
            try:
                if not self.shared or self.shared[0].status != "finished":
                    self.shared = self.cluster.scatter(self.work, broadcast=True)
                self.waiting[self.cluster.submit(self.shared[0], self.tasks[i], self.pieces(i))] = i
                return
            except LosscliError:  # of reading here what is to be sent
                raise
            except Exception as failure:
                error = failure
                self.cluster.is_there()

    def ended(self) -> Future | None:
        """A task that has ended; None where none is left, or the cluster is gone."""
        while self.waiting and not self.cluster.gone:
            ended = next((one for one in self.waiting if one.status not in ("pending", "lost")), None)
            if ended is not None:
                return ended
            self.cluster.wait(list(self.waiting))
        return None


def _tell(error: BaseException | None) -> None:
    """What the user can mend is not said: it is raised again on this machine."""
    if error is not None and not isinstance(error, LosscliError):
        progress.tell(f"the cluster has failed at a part ({short(error)}): it is {HERE}")


def short(error: BaseException) -> str:
    """An error in a few words."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words[:100]}" if words else type(error).__name__
