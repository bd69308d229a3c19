"""Clean and build: dbt's models as assets and its tests as asset checks, one definition a layer.

A blocking check does not stop later models of the same definition, so each layer is one of its own and the gate
stands between them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from dagster_project.config import load_settings
from dagster_project.dbt_build import DbtError, DbtTestError, NodeResult, prepare_manifest
from dagster_project.defs.resources import RunResource
from dagster_project.run import Run, log

_settings = load_settings()
_workspace = _settings.warehouse
_workspace.create()
MANIFEST = json.loads(prepare_manifest(_workspace).read_bytes())

LAYERS = ("staging", "core", "kpi")

Event = dg.MaterializeResult[None] | dg.AssetCheckResult


class Translator(DagsterDbtTranslator):
    """An asset's key is schema/table; its group is the schema."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return schema/table."""
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the schema."""
        return str(dbt_resource_props["schema"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Return the e-mail address of the node's dbt group, else the team that keeps staging."""
        group = MANIFEST["groups"].get(f"group.careloop.{dbt_resource_props.get('group')}")
        return [group["owner"]["email"]] if group else ["team:data-engineering"]


translator = Translator()


def _layer(layer: str) -> dg.AssetsDefinition:
    @dbt_assets(manifest=MANIFEST, selector=layer, name=f"build_{layer}", dagster_dbt_translator=translator)
    def build_layer(context: dg.AssetExecutionContext, careloop: RunResource) -> Iterator[Event]:
        run = careloop.run
        selection = ["--selector", layer]
        if context.is_subset:
            selection = ["--select", *_selected_names(context.selected_asset_keys)]
        if context.is_subset or run.built_layers != list(LAYERS[: LAYERS.index(layer)]):
            # Of a part of the assets nobody can say what they affect.
            run.engine.forget()
        with run.stage(f"build {layer}"):
            results = run.engine.build(selection, lambda name: log.debug("build %s: %s", layer, name))
        yield from _events(run, context, results)
        if not context.is_subset:
            run.built_layers.append(layer)
        if run.built_layers == list(LAYERS):
            run.affected = run.engine.complete()

    return build_layer


def _nodes() -> Mapping[dg.AssetKey, Mapping[str, Any]]:
    return {
        translator.get_asset_key(node): node
        for node in MANIFEST["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }


def _selected_names(keys: set[dg.AssetKey]) -> list[str]:
    nodes = _nodes()
    return sorted(str(nodes[key]["name"]) for key in keys)


def _events(run: Run, context: dg.AssetExecutionContext, results: list[NodeResult]) -> Iterator[Event]:
    by_node = {node["unique_id"]: key for key, node in _nodes().items()}
    checks = {check.name: check for check in context.selected_asset_check_keys}
    # What dbt skipped behind a failure has no rows to count.
    succeeded = [result.unique_id for result in results if result.status == "success"]
    built = [by_node[unique_id] for unique_id in succeeded if unique_id in by_node]
    row_counts = run.engine.row_counts([(key.path[0], key.path[1]) for key in built])
    for result in results:
        if result.unique_id in by_node:
            key = by_node[result.unique_id]
            if result.status == "success":
                count = row_counts.get((key.path[0], key.path[1]))
                counted = {} if count is None else {"dagster/row_count": count}
                yield dg.MaterializeResult(asset_key=key, metadata={**counted, **_told(result)})
        elif result.resource_type == "test":
            check = checks.get(MANIFEST["nodes"][result.unique_id]["name"])
            if check is not None:
                yield dg.AssetCheckResult(
                    passed=not result.failed,
                    asset_key=check.asset_key,
                    check_name=check.name,
                    metadata={"failing_rows": result.failures or 0, **_told(result)},
                )
    failed = [result for result in results if result.failed]
    if failed:
        run.refused = all(result.resource_type == "test" for result in failed)
        kind = DbtTestError if run.refused else DbtError
        raise kind("\n".join(f"{result.unique_id}: {result.message}" for result in failed))
    # A selection that names nothing would succeed by building nothing.
    missing = context.selected_asset_keys - set(built)
    if missing:
        raise DbtError(f"dbt did not build {', '.join(sorted(key.to_user_string() for key in missing))}")


def _told(result: NodeResult) -> dict[str, Any]:
    return {"built_before": True} if result.stands else {"seconds": round(result.seconds, 3)}


layer_assets = [_layer(layer) for layer in LAYERS]


@dg.definitions
def transform() -> dg.Definitions:
    """Offer the layers."""
    return dg.Definitions(assets=layer_assets)
