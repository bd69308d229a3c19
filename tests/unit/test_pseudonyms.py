"""The key of pseudonyms: refused where it protects nothing, and used as HMAC demands."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dagster_project.config import ConfigError, Settings, load_settings
from dagster_project.pseudonyms import KEY_VARIABLE, PUBLIC_KEY, hand_over, pseudonym, pseudonym_key
from tests.companies import configuration, source
from tests.macros import rendered


def settings_of(folder: Path, **settings: bool) -> Settings:
    crm = source(folder, "crm", {"customers": ["customer_id", "c1"]})
    return load_settings(configuration(folder, [crm], **settings))


@pytest.mark.parametrize("key", ["", "too short", PUBLIC_KEY])
def test_a_company_of_real_people_needs_a_key_that_nobody_guesses(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, key)
    with pytest.raises(ConfigError, match=rf"careloop\.yml: .*set \${KEY_VARIABLE} to a secret"):
        pseudonym_key(settings_of(tmp_path))


def test_public_data_needs_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    assert pseudonym_key(settings_of(tmp_path, public_data=True)) == PUBLIC_KEY


# RFC 4231, test cases 1 and 2, as far as a text can be the key.
@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("\x0b" * 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b"),
        ("Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c7"),
    ],
)
def test_a_pseudonym_is_what_the_standard_says(key: str, text: str, expected: str) -> None:
    assert pseudonym(key, text) == expected


@pytest.mark.parametrize("key", ["short", "k" * 64, "longer than a block of the hash " * 4, "schlüssel-密钥" * 3])
def test_the_engine_computes_the_same_pseudonym(key: str) -> None:
    with duckdb.connect() as connection:
        hand_over(key, connection.execute)
        body = rendered("keyed_pseudonym(\"'crm:C-1 李'\")", "portable/pseudonym.sql")
        found = connection.execute(f"select {body}").fetchone()
    assert found == (pseudonym(key, "crm:C-1 李"),)
