"""What a suite may say: the shapes `Suite` and `Expectation`, checked when made, without Great Expectations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from dagster_project.quality.kinds import CONDITIONS, KINDS, QUERIES, ROWS_QUERY
from dagster_project.yaml_file import Shape, problem

PARAMETER = "$PARAMETER"


class SuiteError(Exception):
    """A gate cannot be trusted: a suite is missing, empty or not loadable; the message names file, line and key."""


def _known_kind(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(
            f"unknown or unsupported kind; allowed are {', '.join(KINDS)}; say anything else, such as a pattern, "
            f"as {ROWS_QUERY}"
        )
    return kind


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Meta(Shape):
    """Why an expectation is there: the risk it controls, one sentence."""

    risk: Text


class Expectation(Shape):
    """One expectation of a suite. `check` is its name, unique in the suite and fit for a Dagster asset check."""

    type: Annotated[str, AfterValidator(_known_kind)]
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Literal["critical", "warning"]
    meta: Meta
    name: Name | None = None

    @model_validator(mode="after")
    def _kwargs_make_sense(self) -> Self:
        if self.type in QUERIES:
            argument, _ = QUERIES[self.type]
            if list(self.kwargs) != [argument] or not self.kwargs[argument] or str(self.kwargs[argument]).isspace():
                raise ValueError(f"`kwargs` of {self.type} hold {argument}, and nothing else")
        if self.type == ROWS_QUERY and self.name is None:
            raise ValueError(f"{ROWS_QUERY} needs a `name`, for there is no column to name it by")
        if CONDITIONS & self.kwargs.keys():
            raise ValueError(f"conditions on rows are not supported; say them in the query of {ROWS_QUERY}")
        mostly = self.kwargs.get("mostly", 1)
        if not isinstance(mostly, int | float) or not 0 < mostly <= 1:
            raise ValueError(f"`mostly` is a share above 0 and up to 1, found {mostly!r}")
        return self

    @property
    def columns(self) -> list[str]:
        """The columns the expectation looks at; of a query they are not known."""
        single = [self.kwargs[key] for key in ("column", "column_A", "column_B") if key in self.kwargs]
        return [str(column) for column in [*single, *self.kwargs.get("column_list", ())]]

    @property
    def check(self) -> str:
        return self.name or re.sub(r"[^A-Za-z0-9_]", "_", "_".join([KINDS[self.type].short_name, *self.columns]))

    @property
    def allowed(self) -> str:
        words = KINDS[self.type].allowed(self.kwargs)
        if CONDITIONS & self.kwargs.keys():
            raise ValueError(f"conditions on rows are not supported; say them in the query of {ROWS_QUERY}")
        mostly = self.kwargs.get("mostly")
        return words if mostly is None else f"{words}, in at least {100 * mostly:g} % of the rows"

    def bound(self, parameters: Mapping[str, float | str]) -> Expectation:
        kwargs = dict(self.kwargs)
        for argument, value in kwargs.items():
            if isinstance(value, dict) and PARAMETER in value:
                name = value[PARAMETER]
                if name not in parameters:
                    given = ", ".join(parameters) or "none"
                    raise SuiteError(
                        f"check {self.check}: the parameter {name!r} of {argument} is not given; given: {given}"
                    )
                kwargs[argument] = parameters[name]
        return self.model_copy(update={"kwargs": kwargs})


class Suite(Shape):
    """The expectations of one table of the warehouse."""

    given_by_path: ClassVar[frozenset[str]] = frozenset({"layer", "table"})

    layer: Name
    table: Name
    description: Text
    key: tuple[str, ...] = ()
    expectations: list[Expectation] = Field(min_length=1)

    @model_validator(mode="after")
    def _checks_are_unique(self) -> Self:
        checks = [expectation.check for expectation in self.expectations]
        for index, check in enumerate(checks):
            if check in checks[:index]:
                message = f"the check name {check!r} is used more than once; give one a `name`"
                raise problem(message, "expectations", index)
        return self

    def bound(self, parameters: Mapping[str, float | str]) -> Suite:
        """Put values in the place of `{$PARAMETER: name}`; SuiteError where one is not given."""
        return self.model_copy(update={"expectations": [e.bound(parameters) for e in self.expectations]})

    @property
    def relation(self) -> str:
        """The table in SQL."""
        return f'"{self.layer}"."{self.table}"'

    def query(self, expectation: Expectation) -> str | None:
        """Return the SQL of the violating rows for the kinds of expectation that run as such a query."""
        if expectation.type not in QUERIES:
            return None
        argument, sql = QUERIES[expectation.type]
        return sql(self.relation, expectation.kwargs[argument])
