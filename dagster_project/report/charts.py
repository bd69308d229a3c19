"""The charts, as Vega-Lite without data: Altair draws the plan, the page brings the rows of the reader's selection.

What belongs here: marks, scales and encodings. Colours and fonts are the page's, which knows light from dark. A title
that begins with '@' is a key of the strings (`strings/`), replaced in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt

Spec = dict[str, Any]

_ROWS = alt.NamedData("rows")
_WIDTH: Any = "container"


def _spec(chart: alt.Chart | alt.LayerChart, height: int | Spec) -> Spec:
    sized = chart.properties(width=_WIDTH, height=height).to_dict(validate=True)
    return {key: value for key, value in sized.items() if key not in ("$schema", "config", "usermeta")}


def _months(field: str = "period") -> alt.X:
    return alt.X(f"{field}:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False))


def lines(
    value: str, unit: str, series: str | None = None, *, x: str = "period", zero: bool = True, percent: bool = False
) -> Spec:
    """Draw one value a month (or other step `x`), one line a series."""
    scale, axis = alt.Scale(zero=zero), alt.Axis(format="%") if percent else alt.Axis()
    chart = alt.Chart(_ROWS).encode(
        x=_months(x), y=alt.Y(f"{value}:Q", title=f"@{unit}", scale=scale, axis=axis), tooltip=_tooltip(x, value)
    )
    if series:
        legend = alt.Legend(title=None, orient="top", columns=3)
        dash = alt.StrokeDash(f"{series}:N", legend=None)
        chart = chart.encode(color=alt.Color(f"{series}:N", legend=legend), strokeDash=dash)
    return _spec(chart.mark_line(point=alt.OverlayMarkDef(size=36), clip=True), 220)


def bars(category: str, value: str, unit: str, *, percent: bool = False) -> Spec:
    """Draw one bar a row, in the order of the rows; for up to a dozen."""
    axis = alt.Axis(format="%") if percent else alt.Axis()
    chart = (
        alt.Chart(_ROWS)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            y=alt.Y(f"{category}:N", sort=None, title=None, axis=alt.Axis(labelLimit=260)),
            x=alt.X(f"{value}:Q", title=f"@{unit}", axis=axis),
            tooltip=_tooltip(category, value),
        )
    )
    return _spec(chart, {"step": 26})


def stacked(value: str, unit: str, series: str, order: list[str]) -> Spec:
    """Draw one bar a month, stacked by an ordered series; darker is further along the order."""
    shades = alt.Scale(domain=[f"@value.{name}" for name in order], scheme="blues")
    chart = (
        alt.Chart(_ROWS)
        .mark_bar()
        .encode(
            x=_months(),
            y=alt.Y(f"{value}:Q", title=f"@{unit}"),
            color=alt.Color(f"{series}:N", scale=shades, legend=alt.Legend(title=None, orient="top", columns=3)),
            order=alt.Order(f"{series}_position:Q"),
            tooltip=_tooltip("period", series, value),
        )
    )
    return _spec(chart, 240)


def intervals(category: str, value: str, low: str, high: str, unit: str, *, percent: bool = False) -> Spec:
    """Draw one estimate a row with its interval, around zero."""
    axis = alt.Axis(format="%") if percent else alt.Axis()
    y = alt.Y(f"{category}:N", sort=None, title=None, axis=alt.Axis(labelLimit=260))
    base = alt.Chart(_ROWS).encode(y=y, tooltip=_tooltip(category, value, low, high))
    zero = alt.Chart(_ROWS).mark_rule(strokeDash=[4, 4]).encode(x=alt.datum(0))
    span = base.mark_rule(strokeWidth=3).encode(x=alt.X(f"{low}:Q", title=f"@{unit}", axis=axis), x2=f"{high}:Q")
    point = base.mark_point(size=80, filled=True).encode(x=alt.X(f"{value}:Q", axis=axis))
    return _spec(alt.layer(zero, span, point), {"step": 30})


def forecast() -> Spec:
    """Draw what was, and what is expected with its 80 % and 95 % intervals, week by week."""
    x = alt.X("period:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False))
    base = alt.Chart(_ROWS).encode(x=x, tooltip=_tooltip("period", "value", "low_95", "high_95"))
    scale = alt.Scale(zero=False)
    wide = base.mark_area(opacity=0.18).encode(y=alt.Y("low_95:Q", title="@unit.kpi", scale=scale), y2="high_95:Q")
    narrow = base.mark_area(opacity=0.3).encode(y=alt.Y("low_80:Q", scale=scale), y2="high_80:Q")
    line = base.mark_line().encode(y=alt.Y("value:Q", scale=scale), strokeDash=alt.StrokeDash("is_forecast:N", legend=None))
    return _spec(alt.layer(wide, narrow, line), 240)


def flow() -> Spec:
    """Draw activities from top to bottom in the order they happen: steps forward bow right, steps back bow left."""
    y = alt.Y(
        "y:Q", axis=None, scale=alt.Scale(reverse=True, nice=False, padding=12)
    )
    x = alt.X("x:Q", axis=None, scale=alt.Scale(nice=False, padding=12))
    # Four points make an arc: it leaves the first activity, bows out by its span, and arrives at the second.
    arcs = (
        alt.Chart(_ROWS)
        .transform_filter("datum.from_position != datum.to_position")
        .transform_calculate(point="[0, 1, 2, 3]")
        .transform_flatten(["point"])
        .transform_calculate(
            y="datum.point < 2 ? datum.from_position : datum.to_position",
            x="datum.point == 0 || datum.point == 3 ? 0 : datum.to_position - datum.from_position",
        )
        .mark_line(interpolate="basis", strokeCap="round", opacity=0.75)
        .encode(
            x=x,
            y=y,
            detail="step:N",
            order="point:Q",
            strokeWidth=alt.StrokeWidth("transitions:Q", scale=alt.Scale(range=[1, 12]), legend=None),
            color=alt.Color("direction:N", legend=alt.Legend(title=None, orient="top")),
            tooltip=_tooltip("step", "transitions", "median"),
        )
    )
    nodes = alt.Chart(_ROWS).transform_fold(["from", "to"], as_=["end", "activity"]).transform_calculate(
        y="datum.end == 'from' ? datum.from_position : datum.to_position", x="0"
    ).transform_aggregate(x="min(x)", groupby=["activity", "y"])
    dots = nodes.mark_point(size=90, filled=True, opacity=1).encode(x=x, y=y, tooltip=_tooltip("activity"))
    names = nodes.mark_text(align="left", dx=10, fontWeight=600).encode(x=x, y=y, text="activity:N")
    return _spec(alt.layer(arcs, dots, names), 560)


def _tooltip(*fields: str) -> list[alt.Tooltip]:
    """Show fields as the page words them, units included."""
    return [alt.Tooltip(f"{field}_text:N", title=f"@column.{field}") for field in fields]


KINDS: dict[str, Callable[..., Spec]] = {
    kind.__name__: kind for kind in (bars, flow, forecast, intervals, lines, stacked)
}
