"""테스트 파일에서 쓰는 도구: 어떤 방식으로 쓴 자산이든 값을 계산한다.

`run_asset`은 자산을 함수처럼 부르거나, 그럴 수 없으면(Dagster의 리소스가 필요하거나 graph_asset, multi_asset이면) 임시
인스턴스에서 구체화한다. 값은 `return`, `dg.Output`, `dg.MaterializeResult(value=...)` 어느 쪽이든 된다.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd
from dagster._check import CheckError
from dagster._core.definitions.op_definition import OpDefinition

INPUT_IO_MANAGER = "course_inputs"


def run_asset(asset: dg.AssetsDefinition, *, key: str | None = None, partition_key: str | None = None,
              resources: Mapping[str, Any] | None = None, **inputs: Any) -> Any:
    """자산 하나를 계산해 그 값(대개 DataFrame)을 돌려준다.

    `inputs`는 업스트림 자산의 이름과 표다: `run_asset(cleaned_page_views, raw_page_views=표)`.
    `key`는 multi_asset에서 어느 자산의 값을 볼지 정한다. 자산이 낸 예외는 그대로 올라온다.
    """
    target = dg.AssetKey([key]) if key else asset.key
    missing = {upstream.to_user_string() for upstream in value_inputs(asset).values()} - set(inputs)
    if missing:
        raise TypeError(f"{target.to_user_string()}의 업스트림 표가 필요합니다: {', '.join(sorted(missing))}")
    return compute(asset, target, inputs, partition_key=partition_key, resources=resources or {})


def compute(asset: dg.AssetsDefinition, key: dg.AssetKey, inputs: Mapping[str, Any], *, partition_key: str | None = None,
            resources: Mapping[str, Any] | None = None, partitions: Mapping[str, dg.PartitionsDefinition] | None = None) -> Any:
    """`key`의 값. 간단한 자산은 바로 부르고(구체화의 30분의 1 시간), 바로 부르기가 Dagster의 규칙에 걸리면 구체화한다."""
    resources = resources or {}
    if _callable_directly(asset, resources):
        try:
            return unwrap(_call_directly(asset, inputs, partition_key, resources))
        except dg.DagsterTypeCheckDidNotPass:
            raise
        except (dg.DagsterError, CheckError):
            pass
        except AttributeError as error:
            # 바로 부를 때의 context에는 없는 것도 있다(add_asset_metadata 등). 런의 context에도 없으면 거기서 다시 난다.
            if not isinstance(error.obj, dg.AssetExecutionContext | dg.OpExecutionContext):
                raise
    run = execute([asset], inputs, partition_key=partition_key, resources=resources, partitions=partitions or {})
    return unwrap(run.asset_value(key))


def execute(assets: Sequence[dg.AssetsDefinition], inputs: Mapping[str, Any], *, partition_key: str | None = None,
            resources: Mapping[str, Any] | None = None,
            partitions: Mapping[str, dg.PartitionsDefinition] | None = None) -> dg.ExecuteInProcessResult:
    """자산들을 한 런에서 구체화한다. `inputs`의 자산은 실행하지 않고 그 값을 내준다. 출력은 메모리에만 남는다."""
    partitions = partitions or {}
    upstream = [
        dg.AssetSpec(name, partitions_def=partitions.get(name)).with_io_manager_key(INPUT_IO_MANAGER) for name in inputs
    ]
    supplied: dict[str, Any] = {}
    for asset in assets:
        supplied |= asset.resource_defs
    supplied |= {**(resources or {}), INPUT_IO_MANAGER: FedInputs(inputs)}
    supplied |= {asset.get_io_manager_key_for_asset_key(key): dg.mem_io_manager for asset in assets for key in asset.keys}
    # 아직 날로 나누지 않은 자산이면 그 코드가 스스로 말하게 한다. 파티션 키를 주면 Dagster가 코드를 부르기도 전에 멈춘다.
    partitioned = any(spec.partitions_def for asset in assets for spec in asset.specs)
    return dg.materialize([*map(unbound, assets), *upstream], selection=[key for asset in assets for key in asset.keys],
                          resources=supplied, partition_key=partition_key if partitioned else None)


def value_inputs(asset: dg.AssetsDefinition) -> dict[str, dg.AssetKey]:
    """값을 받는 입력의 이름과 업스트림의 키. `deps`로만 적은 업스트림은 값이 오지 않으므로 없다."""
    nothing = {definition.name for definition in asset.node_def.input_defs if definition.dagster_type.is_nothing}
    return {name: key for name, key in asset.keys_by_input_name.items() if name not in nothing}


def unbound(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """리소스를 떼어 낸 같은 자산. Definitions가 붙여 둔 리소스가 남아 있으면 다른 것을 넣을 수 없다."""
    return dg.AssetsDefinition.dagster_internal_init(**{**asset.get_attributes_dict(), "resource_defs": {}})


class FedInputs(dg.IOManager):
    """업스트림 자산 대신 주어진 값을 내주는 IO 매니저."""

    def __init__(self, values: Mapping[str, Any]):
        self.values = values

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        raise NotImplementedError("입력 전용이다")

    def load_input(self, context: dg.InputContext) -> Any:
        return self.values[context.asset_key.to_user_string()]


def _callable_directly(asset: dg.AssetsDefinition, resources: Mapping[str, Any]) -> bool:
    return (
        isinstance(asset.node_def, OpDefinition)
        and len(asset.keys) == 1
        and not asset.check_keys
        and all(_is_plain(resources.get(name)) for name in _resource_keys(asset))
    )


def _resource_keys(asset: dg.AssetsDefinition) -> frozenset[str]:
    """자산이 받는 리소스의 키. IO 매니저는 빼고."""
    return frozenset(asset.required_resource_keys) - {asset.get_io_manager_key_for_asset_key(asset.key)}


def _is_plain(resource: Any) -> bool:
    """Dagster가 런에서도 손대지 않고 그대로 건네는 보통 객체인가. 그 밖의 것은 런에서 복사되고 준비되므로 바로 부르면 다르게 돈다."""
    # Dagster는 이 메서드가 있는 객체를 리소스의 정의로 본다.
    return resource is not None and not isinstance(resource, dg.ResourceDefinition) and not hasattr(resource, "get_resource_definition")


def _call_directly(asset: dg.AssetsDefinition, inputs: Mapping[str, Any], partition_key: str | None,
                   resources: Mapping[str, Any]) -> Any:
    arguments = {name: inputs[key.to_user_string()] for name, key in value_inputs(asset).items()}
    arguments |= {argument.name: resources[argument.name] for argument in asset.op.compute_fn.get_resource_args()}
    in_context = {name: resources[name] for name in _resource_keys(asset) - set(arguments)}
    if asset.op.compute_fn.has_context_arg():
        value = asset(dg.build_asset_context(partition_key=partition_key, resources=in_context), **arguments)
    else:
        value = asset(**arguments)
    if hasattr(value, "__next__"):
        value = next((item for item in list(value) if isinstance(item, dg.Output | dg.MaterializeResult)), None)
    return value


def unwrap(value: Any) -> Any:
    """Output과 MaterializeResult에서 값만. polars·Arrow 표는 pandas로."""
    if isinstance(value, dg.Output | dg.MaterializeResult):
        value = value.value
    if not isinstance(value, pd.DataFrame) and hasattr(value, "to_pandas"):
        value = value.to_pandas()
    return value
