"""Erlang's formulas against published tables and against their recursion."""

from __future__ import annotations

import numpy as np
import pytest

from dagster_project.analysis.erlang import agents_needed, erlang_b, erlang_c, service_level


# Loads at which 1 % of calls are lost, from the traffic tables that telephone engineers print.
@pytest.mark.parametrize(("lines", "load"), [(5, 1.361), (10, 4.461), (20, 12.03), (50, 37.90), (100, 84.06)])
def test_erlang_b_agrees_with_the_printed_tables(lines: int, load: float) -> None:
    assert erlang_b(np.array([lines]), np.array([load]))[0] == pytest.approx(0.01, abs=1e-5)


@pytest.mark.parametrize("load", [0.01, 0.7, 3.0, 42.5, 400.0])
def test_erlang_b_agrees_with_its_recursion(load: float) -> None:
    blocked = 1.0
    for agents in range(1, 450):
        blocked = load * blocked / (agents + load * blocked)
        if agents > load / 2:
            assert erlang_b(np.array([agents]), np.array([load]))[0] == pytest.approx(blocked, rel=1e-9)


def test_erlang_c_of_one_agent_is_the_load_and_of_two_half_busy_ones_a_third() -> None:
    assert erlang_c(np.array([1.0, 2.0]), np.array([0.6, 1.0])) == pytest.approx([0.6, 1 / 3])


def test_agents_who_cannot_cope_let_everybody_wait_for_ever() -> None:
    assert erlang_c(np.array([3.0]), np.array([3.0]))[0] == 1
    assert service_level(np.array([3.0]), np.array([3.0]), np.array([180.0]), np.array([20.0]))[0] == 0


def test_two_hundred_calls_an_hour_of_three_minutes_need_fourteen_agents_for_80_percent_in_20_seconds() -> None:
    # The textbook's case: 10 erlangs; 14 agents answer 88.8 % in time, and 17.4 % of the callers wait.
    load, handle, threshold = np.array([10.0]), np.array([180.0]), np.array([20.0])
    assert agents_needed(load, handle, threshold, np.array([0.8])) == [14]
    assert erlang_c(np.array([14.0]), load)[0] == pytest.approx(0.174, abs=5e-4)
    assert service_level(np.array([14.0]), load, handle, threshold)[0] == pytest.approx(0.888, abs=5e-4)


def test_as_few_agents_as_hold_the_level_are_asked_for_and_none_where_nobody_calls() -> None:
    load = np.array([0.0, 0.02, 0.5, 7.3, 95.0])
    handle, threshold, wanted = np.full(5, 300.0), np.full(5, 30.0), np.full(5, 0.9)
    agents = agents_needed(load, handle, threshold, wanted)
    assert agents[0] == 0
    held, fewer = (
        service_level(it[1:], load[1:], handle[1:], threshold[1:]) for it in (agents, np.maximum(agents - 1, 0))
    )
    assert (held >= 0.9).all()
    assert (fewer < 0.9).all()
