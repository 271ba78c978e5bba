"""What is computed in Python has the bits of the command line."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def alike() -> Iterator[None]:
    """Within it products stay on one thread, as on the command line."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
