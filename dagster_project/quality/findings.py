"""From what Great Expectations answers to a `CheckResult`: outcome, counts, words, and the keys of violating rows.

What belongs here: the reading of its answers, suspicious of every way in which a check that was not made could look
like one that passed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dagster_project.error_texts import without_values
from dagster_project.quality.expectations import Expectation, Suite
from dagster_project.quality.gate import CheckResult, SampleKeys
from dagster_project.quality.kinds import KINDS

if TYPE_CHECKING:
    from dagster_project.spark.connection import Reader

SAMPLE_SIZE = 5
REASON_LENGTH = 400


def finding(connection: Reader, suite: Suite, expectation: Expectation, answer: Any) -> CheckResult:
    """Say what one expectation found, from Great Expectations' answer (None: there is none)."""
    if answer is None or answer.success is None:
        return undecided(suite, expectation, "Great Expectations gave no answer")
    raised = _raised(answer.exception_info)
    if raised is not None:
        return undecided(suite, expectation, raised)
    violating = considered = None
    if KINDS[expectation.type].answer == "rows":
        violating, considered = _counts(answer.result)
        if violating is None:
            return undecided(suite, expectation, "Great Expectations counted no rows")
    keys: SampleKeys = ()
    if violating and suite.key and not answer.success:
        rows = suite.query(expectation) or str(answer.result["unexpected_index_query"])
        keys = _sample(connection, rows.rstrip("; \n"), suite.key)
    observed = _observed(expectation, answer, violating, considered)
    return _result(
        suite,
        expectation,
        outcome="passed" if answer.success else "failed",
        observed=observed,
        unexpected_count=violating,
        unexpected_rate=violating / considered if violating is not None and considered else None,
        sample_keys=keys,
        message="" if answer.success else _sentence(suite, expectation, observed, keys),
    )


def undecided(suite: Suite, expectation: Expectation, reason: str) -> CheckResult:
    """Say why an expectation could not be decided, without the values of the data that `reason` may quote."""
    paragraph = " ".join(re.sub(r"^\(\S+\) ", "", reason).split("\n\n")[0].split()) or "no reason given"
    paragraph = without_values(paragraph)
    message = (
        f"{suite.layer}.{suite.table}, {expectation.check}: could not be decided: {paragraph[:REASON_LENGTH]}; "
        f"mend the table, or its suite {suite.layer}/{suite.table}.yml"
    )
    return _result(suite, expectation, outcome="error", observed="not decided", message=message)


def _result(suite: Suite, expectation: Expectation, **found: Any) -> CheckResult:
    return CheckResult(
        layer=suite.layer,
        table=suite.table,
        check=expectation.check,
        expectation_type=expectation.type,
        column=", ".join(expectation.columns) or None,
        severity=expectation.severity,
        risk=expectation.meta.risk,
        allowed=expectation.allowed,
        **found,
    )


def _raised(info: Mapping[str, Any] | None) -> str | None:
    """Find the first exception of an answer, which has either one flat or one for each of its parts."""
    for part in [info or {}, *(info or {}).values()]:
        if isinstance(part, Mapping) and part.get("raised_exception"):
            return str(part.get("exception_message") or "")
    return None


def _counts(result: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Read off the violating rows (None: not counted), and the rows looked at, which a rows query does not say."""
    if "element_count" not in result:
        return result.get("observed_value"), None
    if result["element_count"] == 0:
        return 0, 0  # where the violating rows are a sum over no rows, hence None
    violating = result.get("unexpected_count")
    considered = result["element_count"] - (result.get("missing_count") or 0)
    return (None if violating is None else int(violating)), int(considered)


def _observed(expectation: Expectation, answer: Any, violating: int | None, considered: int | None) -> str:
    if violating is not None:
        return f"{violating} rows" if considered is None else f"{violating} of {considered} rows"
    value = answer.result.get("observed_value")
    if KINDS[expectation.type].answer == "measure":
        return "no value" if value is None else f"{value:.6g}"
    if value is None:
        return "the column exists" if answer.success else "no such column"
    return f"the columns {', '.join(value)}"


def _sample(connection: Reader, rows: str, key: tuple[str, ...]) -> SampleKeys:
    """Fetch the smallest keys among the rows of a query; none where it does not select them."""
    selected = [name for name, *_ in connection.execute(f"describe {rows}").fetchall()]
    if not set(key) <= set(selected):
        return ()
    as_text = ", ".join(f'"{column}"::varchar as "{column}"' for column in key)
    found = connection.execute(f"select distinct {as_text} from ({rows}\n) order by all limit {SAMPLE_SIZE}").fetchall()
    return tuple(dict(zip(key, values, strict=True)) for values in found)


def _sentence(suite: Suite, expectation: Expectation, observed: str, keys: SampleKeys) -> str:
    sentence = f"{suite.layer}.{suite.table}, {expectation.check}: found {observed}, allowed {expectation.allowed}"
    if keys:
        sentence += "; for example " + "; ".join(" ".join(f"{name}={value}" for name, value in k.items()) for k in keys)
    return f"{sentence}. Risk: {expectation.meta.risk}"
