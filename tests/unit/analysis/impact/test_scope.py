"""What an initiative says it covers."""

from __future__ import annotations

import pytest

from dagster_project.analysis.impact.scope import ScopeError, read_scope

TEAMS = {"desk:T1": "First", "desk:T2": "Second"}


@pytest.mark.parametrize("given", ['{"team": ["T1"]}', '{"team": "desk:T1"}', '{"team": ["First"]}'])
def test_a_team_is_named_by_its_id_its_key_or_its_name(given: str) -> None:
    assert read_scope(given, TEAMS).listed("team") == '["First"]'


@pytest.mark.parametrize("given", [None, "", "{}"])
def test_no_scope_covers_everything(given: str | None) -> None:
    everything = read_scope(given, TEAMS)
    assert everything.listed("team") is None
    assert read_scope('{"channel": "phone"}', TEAMS).lies_within(everything)
    assert not everything.lies_within(read_scope('{"channel": "phone"}', TEAMS))


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        ('{"team": ["T1"]}', '{"team": ["T1", "T2"]}', True),
        ('{"team": ["T1"], "channel": "chat"}', '{"team": ["T1"]}', True),
        ('{"team": ["T1"]}', '{"team": ["T1"], "channel": "chat"}', False),
        ('{"team": ["T1", "T2"]}', '{"team": ["T1"]}', False),
        ('{"team": ["T1"]}', '{"channel": "chat"}', False),
    ],
)
def test_a_scope_lies_within_another_that_restricts_nothing_more(inner: str, outer: str, within: bool) -> None:
    assert read_scope(inner, TEAMS).lies_within(read_scope(outer, TEAMS)) is within


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{team", "no JSON"),
        ('["T1"]', "no JSON object"),
        ('{"country": "DE"}', "scope names country; it can be restricted by team, channel, segment, product"),
        ('{"team": [1]}', r"scope of team is \[1\]"),
        ('{"team": []}', r"scope of team is \[\]"),
    ],
)
def test_what_cannot_be_read_says_what_was_found_and_what_is_allowed(given: str, told: str) -> None:
    with pytest.raises(ScopeError, match=told):
        read_scope(given, TEAMS)
