"""DuckDB's SQL as Spark understands it: mappings, expectations and the queries of analyses, which stand written once.

What belongs here: what sqlglot leaves in DuckDB's words, or puts into others than Spark 4's. Models do not come this
way: dbt dispatches their macros.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from dagster_project.spark.instant_format import java_format

# Templates in Spark's SQL, with the arguments' places.
_TEMPLATES = {
    "isfinite": "not isnan({0}) and abs({0}) < double('Infinity')",
    "json_valid": "if({0} is null, null, try_parse_json({0}) is not null)",
    "to_hours": "make_dt_interval(0, {0})",
    "to_minutes": "make_dt_interval(0, 0, {0})",
}
# The shape of a value in JSON, and the type that it has on Spark.
_JSON_TYPES = {'["VARCHAR"]': "array<string>"}


def translated(sql: str) -> str:
    """Translate a statement, with text literals as they stand and parameters `$1` as `:p1`.

    Raises:
        sqlglot.errors.SqlglotError: it is not DuckDB's SQL.
        FormatError: it reads instants in a format that Spark cannot read.
    """
    tree = _rewritten(sqlglot.parse_one(sql, dialect="duckdb"))
    # Spark has had `qualify` since version 4; as Spark's, sqlglot writes it as a subquery, which loses names.
    return tree.sql(dialect="databricks" if tree.find(exp.Qualify) else "spark")


def _rewritten(tree: exp.Expr) -> exp.Expr:
    # From the leaves up: what is rewritten may stand in what is.
    for node in reversed(list(tree.walk())):
        made = _in_words_of_spark(node)
        if made is node:
            continue
        if node is tree:
            tree = made
        else:
            node.replace(made)
    return tree


def _in_words_of_spark(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.Placeholder() if node.name:
            return exp.Placeholder(this=f"p{node.name}")
        case exp.ToDays():
            return exp.func("make_dt_interval", node.this)
        case exp.DayOfWeekIso():
            return _from_template("weekday({0}) + 1", [node.this])
        case exp.RegexpFullMatch():
            return _from_template("{0} rlike concat('^(', {1}, ')$')", [node.this, node.expression])
        case exp.FromJson() if node.expression.name in _JSON_TYPES:
            return _from_template(f"from_json({{0}}, '{_JSON_TYPES[node.expression.name]}')", [node.this])
        case exp.DateDiff(unit=exp.Var(name=unit)):
            # Boundaries that lie between, as on DuckDB; Spark counts whole units.
            between = f"datediff({unit}, date_trunc('{unit}', {{0}}), date_trunc('{unit}', {{1}}))"
            return _from_template(between, [node.expression, node.this])
        case exp.Literal(is_string=False) if "." in node.name and "e" not in node.name.lower():
            # A decimal would lose digits in divisions.
            return exp.Literal(this=f"{node.name}D", is_string=False)
        case exp.Length(this=exp.ArrayFilter()):
            return exp.func("size", node.this)
        case exp.Anonymous():
            return _call(node.name.lower(), node.expressions) or node
    return node


def _call(name: str, arguments: list[exp.Expr]) -> exp.Expr | None:
    if name in _TEMPLATES:
        return _from_template(_TEMPLATES[name], arguments)
    match name, arguments:
        case "try_strptime", [text, form]:
            return exp.func("try_to_timestamp", text, exp.Literal.string(java_format(form.name)))
        # `timezone(there, timezone(here, at))` reads a clock in another zone.
        case "timezone", [there, exp.Anonymous(name="timezone", expressions=[here, local_at])]:
            return _from_template("convert_timezone({0}, {1}, cast({2} as timestamp_ntz))", [here, there, local_at])
    return None


def _from_template(template: str, arguments: list[exp.Expr]) -> exp.Expr:
    texts = [argument.sql(dialect="spark") for argument in arguments]
    return exp.paren(sqlglot.parse_one(template.format(*texts), dialect="spark"))
