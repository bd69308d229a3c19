"""What careloop.yml may say of databases, REST APIs and presets, and the errors about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.config import ConfigError, load_settings
from dagster_project.source_config import presets
from dagster_project.source_config.rest import RestSource

REST = """\
sources:
  - name: desk
    kind: rest
    base_url: https://desk.example.com/api/
    auth: {type: bearer}
    resources:
      teams: {path: teams, key: id}
      members: {parent: teams, path: "teams/{teams.id}/members", key: id}
    entities:
      teams: {from: teams, columns: {team_id: id}}
"""
DATABASE = """\
sources:
  - name: crm
    kind: sql
    url_variable: CRM_URL
    tables:
      teams: {table: public.teams, key: id}
    entities:
      teams: {from: teams, columns: {team_id: id}}
"""
PRESET = """\
title: A desk
documentation: Its pages.
incremental: All of it.
not_given: Nothing.
settings:
  account: {description: the name before .example.com}
  size: {description: records of a page, default: "50"}
credentials: {token: an API key}
source:
  base_url: https://${account}.example.com/
  auth: {type: bearer}
  resources:
    teams: {path: teams, params: {size: "${size}"}, key: id}
    people: {path: people, key: id}
  entities:
    teams: {from: teams, columns: {team_id: id, name: {sql: "json_extract_string(t, '$.name')"}}}
    agents: {from: people, columns: {agent_id: id}}
"""
ACCOUNT = """\
sources:
  - name: desk_eu
    kind: desk
    settings: {account: acme}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "careloop.yml"


@pytest.fixture
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A preset `desk`, and no other."""
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "desk.yml").write_text(PRESET, encoding="utf-8")
    monkeypatch.setattr(presets, "PRESETS", tmp_path / "presets")
    presets.preset.cache_clear()


def error_of(config: Path, text: str) -> str:
    config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_settings(config)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "old", "new", "line", "says"),
    [
        (REST, "https://desk", "http://desk", 4, "base_url: http would send secrets in the clear"),
        (REST, "https://desk", "https://me:secret@desk", 4, "a secret in an address; name it under `credentials`"),
        (REST, "https://desk.example.com/api/", "desk.example.com", 4, "base_url: not an address; expected"),
        (REST, "type: bearer", "type: magic", 5, "auth: Input tag 'magic'"),
        (REST, "parent: teams", "parent: groups", 8, "members.parent: 'groups' is no resource above this one"),
        (REST, "members\", key: id", "members\", key: id, deletions: absent", 8, "only told by a list of everything"),
        (REST, "teams, key: id}", "teams}", 7, "resources.teams.key: Field required"),
        (REST, "from: teams", "from: team", 10, "'team' names no stream of this source; there are teams, members"),
        (DATABASE, "CRM_URL", "postgresql://me:secret@host/crm", 4, "url_variable: expected the name of an environ"),
        (DATABASE, "table: public.teams", "table: teams, query: select 1", 6, "state `table` or `query`, and not both"),
        (DATABASE, "table: public.teams, ", "", 6, "state `table` or `query`, and not both"),
        (DATABASE, "key: id", "key: id, drift: panic", 6, "drift: Input should be 'tolerate', 'quarantine' or 'stop'"),
    ],
)  # fmt: skip
def test_an_error_names_line_and_key(config: Path, text: str, old: str, new: str, line: int, says: str) -> None:
    assert old in text
    message = error_of(config, text.replace(old, new, 1))
    assert message.startswith(f"{config}:{line}: "), message
    assert says in message
    assert "secret@" not in message


@pytest.mark.usefixtures("_desk")
class TestPresets:
    def test_an_account_states_its_settings_and_gets_the_rest(self, config: Path) -> None:
        config.write_text(ACCOUNT, encoding="utf-8")
        (source,) = load_settings(config).sources
        assert isinstance(source, RestSource)
        assert (source.name, source.kind, source.base_url) == ("desk_eu", "desk", "https://acme.example.com/")
        assert source.resources["teams"].params == {"size": "50"}
        name = source.entities["teams"][0].columns["name"]
        assert getattr(name, "sql", None) == "json_extract_string(t, '$.name')", "only what is in ${…} is filled in"

    def test_what_an_account_states_stands_for_the_presets_own(self, config: Path) -> None:
        own = "    time_zone: Europe/Berlin\n    entities:\n      agents: {from: people, columns: {agent_id: number}}\n"
        config.write_text(ACCOUNT.replace("acme}", 'acme, size: "10"}') + own, encoding="utf-8")
        (source,) = load_settings(config).sources
        assert source.time_zone == "Europe/Berlin"
        assert source.entities["agents"][0].columns == {"agent_id": "number"}
        assert source.entities["teams"][0].columns["team_id"] == "id", "entities that are not restated stay"

    @pytest.mark.parametrize(
        ("old", "new", "line", "says"),
        [
            ("account: acme", "", 4, "desk needs the setting account: the name before .example.com"),
            ("account: acme", "account: acme, color: red", 4, "unknown setting 'color'; desk has account, size"),
            ("kind: desk", "kind: disk", 3, "kind: expected one of files, sql, rest, desk; found 'disk'"),
            ("account: acme", "account: a b", 2, "not an address"),
        ],
    )
    def test_a_wrong_account_is_told(self, config: Path, old: str, new: str, line: int, says: str) -> None:
        message = error_of(config, ACCOUNT.replace(old, new))
        assert message.startswith(f"{config}:{line}: "), message
        assert says in message


@pytest.mark.parametrize("kind", presets.preset_kinds())
def test_every_preset_can_be_used_and_says_what_it_needs(kind: str, config: Path) -> None:
    preset = presets.preset(kind)
    settings = ", ".join(f"{name}: {example(name)}" for name, it in preset.settings.items() if it.default is None)
    config.write_text(f"sources:\n  - name: one\n    kind: {kind}\n    settings: {{{settings}}}\n", encoding="utf-8")
    (source,) = load_settings(config).sources
    assert isinstance(source, RestSource)
    unused = [name for name in source.resources if not any(name in used(source, entity) for entity in source.entities)]
    parents = {resource.parent for resource in source.resources.values()}
    assert set(unused) <= parents, "a resource that nothing is mapped from is asked for in vain"


def used(source: RestSource, entity: str) -> set[str]:
    return {mapping.from_ for mapping in source.entities[entity]}


def example(setting: str) -> str:
    return "https://desk.example.com/" if setting == "address" else "acme"
