"""Secrets: read from the environment when a load begins, and kept out of everything that is said or landed."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from urllib.parse import quote, quote_plus

from dagster_project.source_config.rest import RestSource
from dagster_project.sources.errors import SourceError
from dagster_project.sources.rest.templates import filled, places

HIDDEN = "(secret)"
_MIN_CHARACTERS = 8
"""Shorter texts stand in data by chance; replacing them there would damage it."""
_NOT_SECRET = {"username", "user", "email", "client_id"}


class Credentials:
    """The credentials of one source. `filled` puts them in; `hide` takes them out of a text that people read."""

    def __init__(self, source: RestSource) -> None:
        stated = source.auth.model_dump(exclude={"type", "token_url"}) if source.auth else {}
        texts = [*(value for value in stated.values() if isinstance(value, str)), *stated.get("form", {}).values()]
        names = list(dict.fromkeys(name for text in texts for name in places(text)))
        variables = {name: variable_of(source, name) for name in names}
        missing = [variable for variable in variables.values() if not os.environ.get(variable)]
        if missing:
            raise SourceError(
                f"source {source.name!r}: {', '.join(missing)} must be set in the environment and "
                f"{'are' if len(missing) > 1 else 'is'} not; credentials stand there only"
            )
        self._values = {name: os.environ[variable] for name, variable in variables.items()}
        for name, value in self._values.items():
            if not re.fullmatch(r"[^\x00-\x1f\x7f]+", value) or value != value.strip():
                raise SourceError(
                    f"source {source.name!r}: {variables[name]} holds a line break, another control character, or "
                    "blanks at an end, which no credential has; set it again"
                )
        self._spoken: set[str] = set()
        self._landed: set[str] = set()
        for name, value in self._values.items():
            self.keep_secret(value, also_in_data=name not in _NOT_SECRET)

    def filled(self, text: str) -> str:
        """Put credentials into a text of `auth`."""
        return filled(text, self._values)

    def keep_secret(self, value: str, *, also_in_data: bool = True) -> None:
        """Hide a value from now on, such as a token that was given for a credential."""
        self._spoken.update(text for text in (value, quote(value, safe=""), quote_plus(value)) if text)
        if also_in_data and len(value) >= _MIN_CHARACTERS:
            self._landed.update((value, quote(value, safe=""), json.dumps(value, ensure_ascii=False)[1:-1]))

    def keep_basic_secret(self, username: str, password: str) -> None:
        """Hide what basic authentication makes of a name and a password."""
        self.keep_secret(b64encode(f"{username}:{password}".encode()).decode())

    def hide(self, text: str) -> str:
        """Replace every secret in a text that people read."""
        for secret in sorted(self._spoken, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    def hide_in_data(self, text: str) -> str:
        """Replace the secrets that an answer echoes. Names of users are data, and so is what is short."""
        for secret in self._landed:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        return text


def variable_of(source: RestSource, credential: str) -> str:
    """Name the environment variable that holds a credential."""
    return source.credentials.get(credential, f"CARELOOP_{source.name}_{credential}".upper())
