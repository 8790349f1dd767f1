"""Behaviour of child processes."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genre.errors import (
    ChildError,
    FetchError,
    GenreError,
    MediaError,
    ServiceStopError,
)
from genre.records import ErrorClass
from genre.workers import Child, map_processes


def answer(request: dict[str, Any]) -> Any:
    """Do what the request asks; runs in the child."""
    match request["do"]:
        case "echo":
            return request["value"]
        case "pid":
            return os.getpid()
        case "sleep":
            started = subprocess.Popen(["sleep", "60"])
            Path(request["pids"]).write_text(f"{os.getpid()} {started.pid}")
            time.sleep(60)
        case "die":
            os._exit(3)
        case "refuse":
            raise MediaError("no sound", error_class=ErrorClass.TEMPORARY)
        case "stop":
            raise ServiceStopError(
                "stay away", service="x", retry_at="2030-01-01T00:00:00Z"
            )
    raise LookupError("unforeseen")


def square(x: int) -> int:
    """Square a number; runs in a worker process."""
    return x * x


def die_at_three(x: int) -> int:
    """End the worker process without a word at one item."""
    if x == 3:
        os._exit(1)
    return x


def thread_limit(_: int) -> str:
    """Return how many threads numeric libraries may start there."""
    return os.environ["OMP_NUM_THREADS"]


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    """One child for the tests that leave it alive."""
    with Child("tests.test_workers:answer") as started:
        yield started


def is_alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        )
    except FileNotFoundError:
        return False


def gone_soon(*pids: int) -> bool:
    """Wait until the processes are gone; a killed one needs a moment."""
    for _ in range(500):
        if not any(map(is_alive, pids)):
            return True
        time.sleep(0.01)
    return False


def wait_for_pids(path: Path) -> list[int]:
    """Wait until the child has written its own and its child's id."""
    for _ in range(1500):
        if path.exists() and len(path.read_text().split()) == 2:
            return [int(pid) for pid in path.read_text().split()]
        time.sleep(0.01)
    raise AssertionError("the child never began")


def test_an_answer_is_plain_data(child: Child) -> None:
    """What JSON can hold crosses unchanged, whatever the script."""
    value = {"title": "Déjà vu 🎶 \udc9d", "items": [1, 2.5, None, True]}
    assert child.call({"do": "echo", "value": value}, deadline_s=60) == value


def test_requests_share_one_process(child: Child) -> None:
    """The child lives on between calls and is another process than ours."""
    first = child.call({"do": "pid"}, deadline_s=60)
    assert first == child.call({"do": "pid"}, deadline_s=60) == child.pid
    assert first != os.getpid()


def test_errors_for_the_user_arrive_as_they_were(child: Child) -> None:
    """A GenreError keeps its type, sentence and class on the way out of the child."""
    with pytest.raises(MediaError, match="no sound") as media:
        child.call({"do": "refuse"}, deadline_s=60)
    assert media.value.error_class is ErrorClass.TEMPORARY
    with pytest.raises(ServiceStopError, match="stay away") as stop:
        child.call({"do": "stop"}, deadline_s=60)
    assert (stop.value.service, stop.value.retry_at) == ("x", "2030-01-01T00:00:00Z")


def test_an_unforeseen_error_brings_its_traceback(child: Child) -> None:
    """A mistake of ours in the child is not taken for a fault of the item."""
    with pytest.raises(ChildError, match="LookupError: unforeseen"):
        child.call({"do": "something else"}, deadline_s=60)


def test_a_dead_child_is_a_temporary_fault_and_replaced() -> None:
    """When the process dies the call says so, and the next call has a new process."""
    with Child("tests.test_workers:answer") as child:
        with pytest.raises(FetchError, match="died") as caught:
            child.call({"do": "die"}, deadline_s=60)
        assert caught.value.error_class is ErrorClass.TEMPORARY
        assert child.call({"do": "echo", "value": 1}, deadline_s=60) == 1


def test_a_deadline_kills_the_child_and_what_it_started(tmp_path: Path) -> None:
    """A child that hangs is ended together with its own children."""
    with Child("tests.test_workers:answer") as child:
        child.call(
            {"do": "pid"}, deadline_s=60
        )  # started, so that the deadline is its own
        with pytest.raises(FetchError, match="within 4 s"):
            child.call({"do": "sleep", "pids": str(tmp_path / "pids")}, deadline_s=4)
        assert child.pid is None
    assert gone_soon(*wait_for_pids(tmp_path / "pids"))


def test_closing_interrupts_a_call_of_another_thread(tmp_path: Path) -> None:
    """Ctrl-C in the main thread ends a worker thread's call and blames nobody."""
    child, caught = Child("tests.test_workers:answer"), []

    def work() -> None:
        try:
            child.call({"do": "sleep", "pids": str(tmp_path / "pids")}, deadline_s=60)
        except KeyboardInterrupt as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    pids = wait_for_pids(tmp_path / "pids")
    child.close()
    thread.join()
    assert len(caught) == 1
    assert gone_soon(*pids)


def test_a_child_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    """After kill -9 of the parent the child and what it started end by themselves."""
    script = (
        "from genre.workers import Child\n"
        "if __name__ == '__main__':\n"
        "    Child('tests.test_workers:answer').call("
        f"{{'do': 'sleep', 'pids': {str(tmp_path / 'pids')!r}}}, deadline_s=60)\n"
    )
    (tmp_path / "parent.py").write_text(script)
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, tmp_path / "parent.py"],
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.DEVNULL,
    ) as parent:
        pids = wait_for_pids(tmp_path / "pids")
        parent.kill()
    assert gone_soon(*pids)


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_come_in_the_items_order(jobs: int) -> None:
    """However many processes compute, results keep the order of the items."""
    assert list(map_processes(square, range(20), jobs=jobs)) == [
        x * x for x in range(20)
    ]


def test_items_are_taken_only_a_little_ahead() -> None:
    """Endless input works: no more items are in flight than a small window."""
    taken: list[int] = []

    def endless() -> Iterator[int]:
        for x in range(10**9):
            taken.append(x)
            yield x

    results = map_processes(square, endless(), jobs=2)
    assert [next(results) for _ in range(3)] == [0, 1, 4]
    results.close()  # type: ignore[attr-defined]
    assert len(taken) <= 3 + 2 * 2 + 1


def test_a_dead_worker_process_stops_the_run_with_advice() -> None:
    """A worker that dies without a word is reported; nothing hangs."""
    with pytest.raises(GenreError, match="fewer --jobs"):
        list(map_processes(die_at_three, range(10), jobs=2))


def test_worker_processes_compute_on_one_core_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Several processes do not start several threads each."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert list(map_processes(thread_limit, range(2), jobs=2)) == ["1", "1"]
