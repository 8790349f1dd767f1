"""Work in other processes: a long-lived child, or many items in order.

``Child`` is for code that may hang or crash (a downloader): requests and answers
cross as JSON text, and the child with all it started is killed at a deadline.
``map_processes`` is for plain computation on every core. Both start fresh
processes (spawn), which ignore Ctrl-C and end when their parent does.
"""

import contextlib
import importlib
import json
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self, TypeVar

from genre import errors
from genre.errors import (
    ChildError,
    FetchError,
    GenreError,
    ItemError,
    ServiceStopError,
)
from genre.records import ErrorClass

Item = TypeVar("Item")
Result = TypeVar("Result")

_SPAWN = multiprocessing.get_context("spawn")
_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Child:
    """A process that runs one named top-level function, request after request.

    The function is named ``"package.module:function"``; it takes and returns what
    JSON can hold. A ``GenreError`` that it raises is raised here. The process
    starts with the first call and again after it was killed or died. One call at a
    time: threads that share a child wait for each other.

        with Child("genre.crawler.ytdlp:answer") as child:
            found = child.call({"search": "..."}, deadline_s=60)
    """

    def __init__(self, function: str) -> None:
        self.function = function
        self._lock = threading.Lock()  # held during a call
        self._closing = False
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self._process.pid if self._process else None

    def call(self, request: Any, *, deadline_s: float) -> Any:
        """Return the function's answer to ``request``.

        Raises
        ------
        FetchError
            The deadline passed or the process died; both are temporary.
        GenreError
            What the function raised.
        ChildError
            It failed in a way nobody foresaw.
        """
        with self._lock:
            done = False
            try:
                answer = self._exchange(json.dumps(request), deadline_s)
                done = True
            finally:
                if not done:  # an answer still to come would be taken for the next one
                    self._release()
        if "error" in answer:
            raise _revived(answer["error"])
        return answer["result"]

    def close(self) -> None:
        """Kill the process; a call in another thread raises KeyboardInterrupt."""
        self._closing = True
        self._kill()
        with self._lock:
            self._release()
            self._closing = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _exchange(self, text: str, deadline_s: float) -> dict[str, Any]:
        pipe = self._pipe or self._start()
        try:
            if self._closing:
                raise EOFError
            pipe.send_bytes(text.encode())
            if pipe.poll(deadline_s):
                answer: dict[str, Any] = json.loads(pipe.recv_bytes())
                return answer
        except (EOFError, ConnectionError) as error:
            if self._closing:
                raise KeyboardInterrupt from error
            raise FetchError(
                f"Expected an answer from {self.function}, found that its process died"
                " (often: too little memory); try again with fewer jobs."
            ) from error
        raise FetchError(
            f"Expected an answer from {self.function} within {deadline_s:g} s, found none;"
            " its process was ended, try again later."
        )

    def _start(self) -> Connection:
        self._pipe, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(
            target=_serve, args=(theirs, self.function), daemon=True
        )
        process.start()
        theirs.close()
        self._process = process
        return self._pipe

    def _kill(self) -> None:
        """Kill the process and what it started, which is in its session."""
        process = self._process
        if process and process.pid and process.exitcode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()  # it may not have made its session yet

    def _release(self) -> None:
        """Kill the process, if it lives, and forget it."""
        self._kill()
        if self._process:
            self._process.join()
            self._process.close()
        if self._pipe:
            self._pipe.close()
        self._process = self._pipe = None


def await_result(future: "Future[Result]") -> Result:
    """Return a job's result, waiting in slices so that Ctrl-C always gets through.

    A signal that comes in the instant before an endless wait begins is handled only
    when that wait ends: without slices, when the job does.
    """
    while not wait([future], timeout=0.5).done:
        pass
    return future.result()


def in_order(
    pool: Executor, fn: Callable[[Item], Result], items: Iterable[Item], *, ahead: int
) -> Iterator[Result]:
    """Yield ``fn(item)`` in the items' order, at most ``ahead`` items beyond a result.

    So results that nobody has taken yet never fill the memory.
    """
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(fn, item))
        if len(waiting) > ahead:
            yield await_result(waiting.popleft())
    while waiting:
        yield await_result(waiting.popleft())


def map_processes(
    fn: Callable[[Item], Result], items: Iterable[Item], *, jobs: int
) -> Iterator[Result]:
    """Yield ``fn(item)`` in the items' order, computed by ``jobs`` processes.

    Items are taken only a little ahead of the results, so both may be endless.
    With one job everything happens in this process. When the caller stops early
    or Ctrl-C comes, items not yet begun are dropped.

    Raises
    ------
    GenreError
        A process died; or what ``fn`` raised, of any type.
    """
    if jobs <= 1:
        yield from map(fn, items)
        return
    pool = ProcessPoolExecutor(jobs, mp_context=_SPAWN, initializer=_prepare)
    try:
        yield from in_order(pool, fn, items, ahead=2 * jobs)
    except BrokenProcessPool as error:
        raise GenreError(
            "Expected every worker process to live, found that one died (often: too"
            " little memory); run the same command again, with fewer --jobs."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


# --- inside the processes --------------------------------------------------------------


def _serve(pipe: Connection, function: str) -> None:
    """Answer requests until the parent hangs up."""
    os.setsid()  # one group with all we start, so that one kill ends them
    _prepare()
    module, _, name = function.partition(":")
    answer = getattr(importlib.import_module(module), name)
    with contextlib.suppress(EOFError):
        while True:
            pipe.send_bytes(_answer(answer, json.loads(pipe.recv_bytes())).encode())


def _answer(function: Callable[[Any], Any], request: Any) -> str:
    try:
        return json.dumps({"result": function(request)})
    except GenreError as error:
        return json.dumps({"error": _packed(error)})
    except Exception:  # noqa: BLE001 (whatever it is, the parent raises it)
        return json.dumps({"error": {"type": "", "message": traceback.format_exc()}})


def _prepare() -> None:
    """Ignore Ctrl-C, which the parent handles; compute on one core; do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _THREAD_LIMITS:  # read by numpy and torch, which are loaded later
        os.environ.setdefault(name, "1")
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        multiprocessing.connection.wait([parent.sentinel])
        if os.getpgrp() == os.getpid():  # a Child: what it started goes too
            os.killpg(0, signal.SIGKILL)
        os._exit(1)


# --- errors as plain data ----------------------------------------------------------------


def _packed(error: GenreError) -> dict[str, Any]:
    data: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    if isinstance(error, ServiceStopError):
        return {**data, "service": error.service, "retry_at": error.retry_at}
    if isinstance(error, ItemError):
        return {**data, "error_class": str(error.error_class)}
    return data


def _revived(data: dict[str, Any]) -> GenreError:
    """Return the error that the child packed."""
    kind: type[GenreError] = getattr(errors, data["type"], ChildError)
    message = data["message"]
    if issubclass(kind, ServiceStopError):
        return kind(message, service=data["service"], retry_at=data["retry_at"])
    if issubclass(kind, ItemError):
        return kind(message, error_class=ErrorClass(data["error_class"]))
    return kind(message)
