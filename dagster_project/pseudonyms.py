"""The secret that pseudonyms are made with: where it comes from, and what makes it one.

What belongs here: the key, and how an engine is handed it. The construct itself is the macro `keyed_pseudonym`, which
reads the two session variables set here, so that no statement that dbt writes to disk or to a log holds the key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from typing import Any

from dagster_project.config import ConfigError, Settings

KEY_VARIABLE = "CARELOOP_PSEUDONYM_KEY"
PUBLIC_KEY = "known to everybody, for data that is public or invented"  # pragma: allowlist secret
_MIN_KEY_CHARACTERS = 32
_BLOCK_BYTES = 64
_SHOWN_CHARACTERS = 32


def pseudonym_key(settings: Settings) -> str:
    """Return the key that this company's pseudonyms are made with.

    Raises:
        ConfigError: the environment holds none, or one that is easily guessed.
    """
    key = os.environ.get(KEY_VARIABLE, "")
    if settings.public_data:
        return key or PUBLIC_KEY
    what_to_do = (
        f"set ${KEY_VARIABLE} to a secret of at least {_MIN_KEY_CHARACTERS} characters, such as "
        '`python -c "import secrets; print(secrets.token_hex(32))"` prints, and keep it: another key gives every '
        "customer another pseudonym. Data that is invented or public needs none: say `public_data: true` there"
    )
    if not key:
        raise ConfigError(f"{settings.config_file}: customers' pseudonyms need a secret key, found none; {what_to_do}")
    if len(key) < _MIN_KEY_CHARACTERS or key == PUBLIC_KEY:
        raise ConfigError(f"{settings.config_file}: the key in ${KEY_VARIABLE} is easily guessed; {what_to_do}")
    return key


def pseudonym(key: str, text: str) -> str:
    """Compute what the macro `keyed_pseudonym` does: the first 128 bits of HMAC-SHA256 (RFC 2104), in hexadecimal."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:_SHOWN_CHARACTERS]


def hand_over(key: str, execute: Callable[[str, Any], object]) -> None:
    """Set the inner and outer padded key of HMAC as session variables of a DuckDB connection, by its `execute`."""
    secret = key.encode()
    block = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK_BYTES else secret).ljust(_BLOCK_BYTES, b"\0")
    for name, pad in (("inner", 0x36), ("outer", 0x5C)):
        execute(f"set variable pseudonym_{name}_key = ?", [bytes(byte ^ pad for byte in block)])
