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


def _spec(chart: alt.Chart | alt.LayerChart | alt.FacetChart, height: int | Spec) -> Spec:
    # A height in steps, one a row, is multiplied by the page, which knows the rows.
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    sized = chart.properties(width=_WIDTH, height=height, autosize=fit).to_dict()
    return {key: value for key, value in sized.items() if key not in ("$schema", "config", "usermeta")}


def _months(field: str = "period") -> alt.X:
    axis = alt.Axis(labelAngle=0, labelOverlap=True, labelSeparation=8, grid=False)
    return alt.X(f"{field}:O", title=None, axis=axis)


def lines(
    value: str, unit: str, series: str | None = None, *, x: str = "period", zero: bool = True, percent: bool = False
) -> Spec:
    """Draw one value a month (or other step `x`), one line a series."""
    scale, axis = alt.Scale(zero=zero), alt.Axis(format="%", tickCount=6) if percent else alt.Axis(tickCount=6)
    chart = alt.Chart(_ROWS).encode(
        x=_months(x), y=alt.Y(f"{value}:Q", title=f"@{unit}", scale=scale, axis=axis), tooltip=_tooltip(x, value)
    )
    if series:
        # Dashes too, for those who do not tell the colours apart.
        legend = alt.Legend(title=None, orient="top", columns=3, symbolType="stroke")
        channels = alt.Color(f"{series}:N", legend=legend), alt.StrokeDash(f"{series}:N", legend=legend)
        chart = chart.encode(*channels)
    return _spec(chart.mark_line(point=alt.OverlayMarkDef(size=36), clip=True), 220)


def bars(category: str, value: str, unit: str, *, percent: bool = False) -> Spec:
    """Draw one bar a row, in the order of the rows; for up to a dozen."""
    axis = alt.Axis(format="%", tickCount=6) if percent else alt.Axis(tickCount=6)
    chart = (
        alt.Chart(_ROWS)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            y=alt.Y(f"{category}:N", sort=None, title=None, axis=alt.Axis(labelLimit=240)),
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
    axis = alt.Axis(format="%", tickCount=6) if percent else alt.Axis(tickCount=6)
    y = alt.Y(f"{category}:N", sort=None, title=None, axis=alt.Axis(labelLimit=240))
    base = alt.Chart(_ROWS).encode(y=y, tooltip=_tooltip(category, value, low, high))
    zero = alt.Chart(alt.InlineData([{}])).mark_rule(strokeDash=[4, 4], aria=False).encode(x=alt.datum(0))
    span = base.mark_rule(strokeWidth=3).encode(x=alt.X(f"{low}:Q", title=f"@{unit}", axis=axis), x2=f"{high}:Q")
    point = base.mark_point(size=80, filled=True).encode(x=alt.X(f"{value}:Q", axis=axis))
    return _spec(alt.layer(zero, span, point), {"step": 30})


def forecast(unit: str, *, percent: bool = False) -> Spec:
    """Draw what was, and what is expected with its 80 % and 95 % intervals, week by week."""
    axis = alt.Axis(format="%", tickCount=6) if percent else alt.Axis(tickCount=6)
    scale = alt.Scale(zero=False)
    base = alt.Chart(_ROWS).encode(x=_months(), tooltip=_tooltip("period", "value", "low_95", "high_95"))
    wide, narrow = (
        base.transform_filter("datum.is_forecast")
        .mark_area(opacity=opacity)
        .encode(y=alt.Y(f"low_{level}:Q", title=f"@{unit}", scale=scale, axis=axis), y2=f"high_{level}:Q")
        for level, opacity in ((95, 0.18), (80, 0.3))
    )
    line = base.mark_line().encode(
        y=alt.Y("value:Q", scale=scale), strokeDash=alt.StrokeDash("is_forecast:N", sort=[False, True], legend=None)
    )
    return _spec(alt.layer(wide, narrow, line), 240)


def heat(x: str, y: str, value: str, unit: str) -> Spec:
    """Draw a grid of two ordered steps, coloured around zero: more than none is what to act on.

    Steps along x stand in the order of their text, those along y in the order of the rows.
    """
    chart = (
        alt.Chart(_ROWS)
        .mark_rect()
        .encode(
            x=alt.X(f"{x}:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, labelSeparation=8)),
            y=alt.Y(f"{y}:O", sort=None, title=None),
            color=alt.Color(
                f"{value}:Q",
                # Less than one to either side is hardly a colour, and zero is in the middle whatever there is.
                scale=alt.Scale(scheme="blueorange", domainMid=0, domain=alt.DomainUnionWith(unionWith=[-1, 1])),
                legend=alt.Legend(title=f"@{unit}", titleLimit=400, orient="top"),
            ),
            tooltip=_tooltip(y, x, value),
        )
    )
    return _spec(chart, 240)


def flow() -> Spec:
    """Draw activities from top to bottom in the order they happen: steps forward bow right, steps back bow left."""
    x = alt.X("x:Q", axis=None, scale=alt.Scale(nice=False, padding=12))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(reverse=True, nice=False, padding=12))
    # Four points make an arc: it leaves the first activity, bows out by its span, and arrives at the second.
    arcs = (
        alt.Chart(_ROWS)
        .transform_calculate(point="[0, 1, 2, 3]")
        .transform_flatten(["point"])
        .transform_calculate(
            y="datum.point < 2 ? datum.from_position : datum.to_position",
            span="datum.to_position - datum.from_position",
            x="datum.point == 0 || datum.point == 3 ? 0 : (datum.span < 0 ? -1 : 1) * sqrt(abs(datum.span))",
        )
        .mark_line(interpolate="basis", strokeCap="round", opacity=0.7)
        .encode(
            x=x,
            y=y,
            detail="step:N",
            order="point:Q",
            strokeWidth=alt.StrokeWidth("transitions:Q", scale=alt.Scale(range=[1, 14]), legend=None),
            color=alt.Color("direction:N", sort=None, legend=alt.Legend(title=None, orient="top", symbolType="stroke")),
            tooltip=_tooltip("step", "transitions", "median"),
        )
    )
    nodes = (
        alt.Chart(_ROWS)
        .transform_fold(["from", "to"], as_=["end", "activity"])
        .transform_calculate(y="datum.end == 'from' ? datum.from_position : datum.to_position", x="0")
        .transform_aggregate(x="min(x)", groupby=["activity", "y"])
        .encode(x=x, y=y)
    )
    dots = nodes.mark_point(size=90, filled=True, opacity=1)
    halo, names = (
        nodes.mark_text(align="left", dx=10, style=style).encode(text="activity:N") for style in ("halo", "name")
    )
    return _spec(alt.layer(arcs, dots, halo, names), 520)


def _tooltip(*fields: str) -> list[alt.Tooltip]:
    """Show fields as the page words them, units included."""
    return [alt.Tooltip(f"{field}_text:N", title=f"@column.{field}") for field in fields]


KINDS: dict[str, Callable[..., Spec]] = {
    kind.__name__: kind for kind in (bars, flow, forecast, heat, intervals, lines, stacked)
}
