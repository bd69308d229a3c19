"""Telling people something through apprise; off until $CARELOOP_NOTIFY_URLS names where to."""

from __future__ import annotations

import os

NOTIFY_VARIABLE = "CARELOOP_NOTIFY_URLS"


def notify_failure(run: str, reason: str) -> bool:
    """Send one message to every configured address.

    Args:
        run: name or id of the run.
        reason: why it failed, as the run's error says it.

    Returns:
        Whether a message was sent and accepted by all; False where none is configured.
    """
    return notify(f"Careloop run {run} failed", f"{reason}\nThe version published before stays in place.")


def somebody_listens() -> bool:
    """Whether there is an address to tell anything to."""
    return bool(os.environ.get(NOTIFY_VARIABLE, "").split())


def notify(title: str, body: str) -> bool:
    """Send one message to every configured address; return whether it was sent and accepted by all."""
    if not somebody_listens():
        return False
    from apprise import Apprise  # takes a second to import, and most runs have nobody to tell

    channels = Apprise()
    for address in os.environ[NOTIFY_VARIABLE].split():
        channels.add(address)
    return bool(channels.notify(title=title, body=body))
