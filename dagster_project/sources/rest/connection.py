"""What all lists of one source share: session, credentials, and a log of requests without secrets."""

from __future__ import annotations

import logging

from dagster_project.source_config.rest import RestSource
from dagster_project.sources.rest.credentials import Credentials
from dagster_project.sources.rest.session import session_for
from dagster_project.sources.rest.signing import signer

_WIRE_LOG = logging.getLogger("urllib3.connectionpool")
"""Says each address as it is asked for, with what stands in its query, to whoever turns on debugging."""


class Connection:
    """What all lists of one source share. Use it in a `with` block."""

    def __init__(self, source: RestSource) -> None:
        self.source = source
        self.credentials = Credentials(source)
        self.session = session_for(source)
        self.auth = signer(source, self.session, self.credentials)

    def __enter__(self) -> Connection:
        _WIRE_LOG.addFilter(self._without_secrets)
        return self

    def __exit__(self, *_: object) -> None:
        _WIRE_LOG.removeFilter(self._without_secrets)
        self.session.close()

    def _without_secrets(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.credentials.hide(record.getMessage()), ()
        return True
