"""Stopping a run by SIGTERM or Ctrl-C within seconds, whatever it is doing.

What belongs here: hearing the signal, and the end of a run that does not heed it. Dagster turns a signal into an error
at the next step of Python, which a statement inside DuckDB keeps waiting, for minutes if need be. So a thread of its
own hears the signal too, and ends the process when the run has not ended by itself in time. Nothing is lost: a run may
die anywhere, the system frees its lock, and the version published before stays in place.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GRACE_SECONDS = 5
# Ends the process from outside Python, should the thread that waits never get its turn.
ALARM_SECONDS = 8
EXIT_CODE = 130
_STOPPING = (signal.SIGINT, signal.SIGTERM)


# A signal is meant for the whole process, and so is what is known of it.
_heard = threading.Event()


def asked() -> bool:
    """Whether this process was asked to stop while a run went on."""
    return _heard.is_set()


class Stop:
    """Whether the process was asked to stop, as the bytes in a pipe tell that a handler of signals writes."""

    def __init__(self, ear: int | None = None) -> None:
        self._ear = ear
        self._asked = False
        self._reading = threading.Lock()

    @property
    def asked(self) -> bool:
        with self._reading:
            if self._ear is not None and select.select([self._ear], [], [], 0)[0]:
                self._asked |= any(number in _STOPPING for number in os.read(self._ear, 64))
            if self._asked:
                _heard.set()
            return self._asked


@contextmanager
def heard(last_words: Callable[[], None]) -> Iterator[Stop]:
    """Hear SIGTERM and Ctrl-C for the length of a `with` block; outside the main thread nothing is heard.

    Args:
        last_words: called when the block has not ended within `GRACE_SECONDS`; the process exits after it, with 130.
    """
    if threading.current_thread() is not threading.main_thread():
        yield Stop()
        return
    ended = threading.Event()
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    stop = Stop(ear)

    def listen() -> None:
        while not stop.asked:
            select.select([ear], [], [])
            if ended.is_set():
                return
        signal.alarm(ALARM_SECONDS)
        if not ended.wait(GRACE_SECONDS):
            try:
                last_words()
            finally:
                os._exit(EXIT_CODE)

    # Dagster replaces the handlers of Python, not what is written here from below them.
    interrupt = signal.getsignal(signal.SIGINT)
    # A shell's background jobs ignore Ctrl-C; SIGTERM is meant for them all the same.
    terminate_before = signal.signal(signal.SIGTERM, interrupt if callable(interrupt) else signal.default_int_handler)
    written_before = signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    listener = threading.Thread(target=listen, name="signals", daemon=True)
    listener.start()
    try:
        yield stop
    finally:
        ended.set()
        signal.set_wakeup_fd(written_before)
        signal.signal(signal.SIGTERM, terminate_before)
        os.close(mouth)  # wakes the listener
        listener.join()
        os.close(ear)
