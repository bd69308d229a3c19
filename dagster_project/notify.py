"""Telling people that a run failed, through apprise; off until $CARELOOP_NOTIFY_URLS names where to."""

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
    addresses = os.environ.get(NOTIFY_VARIABLE, "").split()
    if not addresses:
        return False
    from apprise import Apprise  # takes a second to import, and most runs have nobody to tell

    channels = Apprise()
    for address in addresses:
        channels.add(address)
    title = f"Careloop run {run} failed"
    return bool(channels.notify(title=title, body=f"{reason}\nThe version published before stays in place."))
