"""A Dask cluster to ask: it answers, has workers, and they would give the figures of this machine."""

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext, suppress
from threading import Thread
from typing import Any

from losscli import progress
from losscli.engine.cluster import Cluster, short
from losscli.engine.worker import NEEDED, own_facts, processor
from losscli.errors import UsageError

_ANSWER = 5.0  # seconds in which a scheduler answers, and has a worker
_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")
_OTHER_PROCESSORS = (
    "workers of the cluster have other processors than this machine: figures may differ from its own in the "
    "last digits, by about 1e-12 of them"
)


@contextmanager
def connected(scheduler: Any) -> Iterator[Cluster]:
    """The cluster of a scheduler, given by its address or by a client of `distributed`.

    Raises UsageError where the library is not here, nobody answers, there is no worker, or one runs other
    versions than this process.
    """
    own = isinstance(scheduler, str)
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise UsageError(
            f"--scheduler {scheduler if own else ''}: the library distributed is not installed",
            advice="pip install 'losscli[dask]'",
        ) from None
    with _silent() if own else nullcontext():
        client = _client(scheduler) if own else scheduler
        told = scheduler if own else client.scheduler.address
        try:
            _check_workers(client, told)
            cluster = Cluster(client)
            try:
                yield cluster
            finally:
                cluster.release()
        finally:
            if own:
                with suppress(Exception):  # it may be gone
                    client.close(timeout=_ANSWER)


def _client(address: str) -> Any:
    try:
        if not address.strip():
            raise ValueError("it is empty")
        with warnings.catch_warnings(action="ignore"):  # of versions, which are checked
            return _within(2 * _ANSWER, lambda: _made(address))
    except OSError:
        raise UsageError(
            f"--scheduler {address}: no scheduler of Dask answers there within {_ANSWER:g} s",
            advice=f"Start one with dask scheduler, and its workers with {_worker('ADDRESS')}",
        ) from None
    except Exception as error:
        raise UsageError(
            f"--scheduler {address}: that is no address ({short(error)})",
            advice="Write it as dask scheduler prints it, for example --scheduler tcp://127.0.0.1:8786",
        ) from None


def _made(address: str) -> Any:
    from distributed import Client

    return Client(address, timeout=_ANSWER, set_as_default=False, name="losscli")


def _within(seconds: float, make: Callable[[], Any]) -> Any:
    """What it makes, or its error; TimeoutError where it waits longer, as for a server that is no
    scheduler."""
    made: Future[Any] = Future()

    def run() -> None:
        try:
            made.set_result(make())
        except BaseException as error:
            made.set_exception(error)

    Thread(target=run, daemon=True).start()
    return made.result(seconds)


def _worker(address: str) -> str:
    return f"dask worker {address} --nworkers auto --nthreads 1"


def _check_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_ANSWER)
        facts: Mapping[str, Any] = client.run(own_facts, NEEDED, on_error="return")
    except Exception as error:
        why = "" if isinstance(error, TimeoutError) else f" ({short(error)})"
        raise UsageError(
            f"--scheduler {address}: no worker of it answers within {_ANSWER:g} s{why}",
            advice=f"Start some: {_worker(address)}",
        ) from None
    here = own_facts(NEEDED)
    for worker, found in sorted(facts.items()):
        if not isinstance(found, dict):
            raise UsageError(
                f"--scheduler {address}: the worker {worker} cannot run losscli ({short(found)})",
                advice=f"Install it there: pip install 'losscli[dask]=={here['losscli']}'",
            )
        for name, version in here.items():
            if found.get(name) != version:
                there = found.get(name, "another")
                raise UsageError(
                    f"--scheduler {address}: {name} is {there} on the worker {worker}, and {version} here",
                    advice=f"Install the same there: {_install(name, version)}",
                )
    with suppress(Exception):
        if set(client.run(processor).values()) != {processor()}:
            progress.tell(_OTHER_PROCESSORS)


def _install(name: str, version: str) -> str:
    return f"Python {version}" if name == "Python" else f"pip install {name}=={version}"


@contextmanager
def _silent() -> Iterator[None]:
    """Within it what the library logs reaches nobody; what it means for the user is said in other words."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(one, one.handlers, one.propagate) for one in loggers]
    for one in loggers:
        one.handlers, one.propagate = [logging.NullHandler()], False
    try:
        yield
    finally:
        for one, handlers, propagate in before:
            one.handlers, one.propagate = handlers, propagate
