"""Several processes that work at the same moment. Imports nothing of Django's before the process is set up."""

from __future__ import annotations

import multiprocessing
import time
from importlib import import_module
from typing import Any

import django

PATIENCE = 120


def together(task: str, clients: int, argument: Any) -> tuple[list[float], float]:
    """Run `task` ("module:function") in so many processes: the seconds of each step, and of the whole.

    The function is called with the client's number and `argument`, and yields twice: once when it is ready, and,
    after all have started together, the seconds that each of its steps took.
    """
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(clients), context.Queue()
    started = [
        context.Process(target=_client, args=(task, number, argument, barrier, answers), daemon=True)
        for number in range(clients)
    ]
    for one in started:
        one.start()
    results = [answers.get(timeout=PATIENCE) for _ in started]
    for one in started:
        one.join()
    if failed := [result for result in results if isinstance(result, str)]:
        raise RuntimeError(f"{len(failed)} of {clients} clients failed: {failed[0]}")
    begun, ended = min(begun for begun, _, _ in results), max(ended for _, ended, _ in results)
    return [second for _, _, seconds in results for second in seconds], ended - begun


def _client(task: str, number: int, argument: Any, barrier: Any, answers: Any) -> None:
    try:
        django.setup()
        module, _, name = task.partition(":")
        work = getattr(import_module(module), name)(number, argument)
        next(work)
        barrier.wait(timeout=PATIENCE)
        begun = time.time()
        seconds = next(work)
        answers.put((begun, time.time(), seconds))
    except Exception as error:  # noqa: BLE001 - the parent must hear of any, or it would wait for ever
        barrier.abort()
        answers.put(f"{type(error).__name__}: {error}")
