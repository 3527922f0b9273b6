import {
  categorize,
  type EndpointInfo,
  endpointSet,
  servicePortInfo,
} from "@k8s-netsim/k8s-model/data-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";
import { serviceOf, sliceOf, type VectorService, type VectorSlice } from "./proxy-vectors.ts";

interface Input {
  readonly node: string;
  readonly nodeZone: string | null;
  readonly service: VectorService;
  readonly slices: readonly VectorSlice[] | null;
}

interface Output {
  readonly deterministic: boolean;
  readonly endpointsMap: readonly unknown[] | null;
  readonly cluster: readonly string[] | null;
  readonly local: readonly string[] | null;
  readonly allReachable: readonly string[] | null;
  readonly [field: string]: unknown;
}

const NAMESPACE = "default";

export const proxyCategorize: Suite<Input, Output> = {
  name: "proxy_categorize",
  about: "kube-proxy's choice of endpoints: the endpoint map, cluster, local and reachable lists",
  run(input, output) {
    const expected = {
      ...output,
      deterministic: undefined,
      endpointsMap: output.endpointsMap ?? [],
      // A nil list and an empty one differ only in Go; whether it is used is compared beside it.
      cluster: output.cluster ?? [],
      local: output.local ?? [],
      allReachable: output.allReachable ?? [],
    };
    return judge(differences(expected, answer(input)));
  },
};

function answer({ node, nodeZone, service: given, slices }: Input): object {
  const service = serviceOf(given, NAMESPACE);
  const [port] = service.spec.ports ?? [];
  if (port === undefined) return {};
  const info = servicePortInfo(service, port, "IPv4");
  const set = endpointSet(
    (slices ?? []).map((slice) => sliceOf(slice, NAMESPACE)),
    port.name ?? "",
    port.protocol,
  );
  const { endpoints } = set;
  const chosen = categorize(endpoints, info, node, nodeZone ?? undefined);
  const bit = (flag: boolean): number => (flag ? 1 : 0);
  return {
    endpointsMap: endpoints.map(({ key, nodeName, ready, serving, terminating }) => [
      key,
      bit(nodeName === node),
      bit(ready),
      bit(serving),
      bit(terminating),
    ]),
    cluster: (chosen.cluster ?? []).map(keyOf),
    local: (chosen.local ?? []).map(keyOf),
    allReachable: chosen.allReachable.map(keyOf).sort(),
    hasAny: chosen.hasAny,
    usesClusterEndpoints: info.usesClusterEndpoints,
    usesLocalEndpoints: info.usesLocalEndpoints,
    externallyAccessible: info.externallyAccessible,
  };
}

const keyOf = ({ key }: EndpointInfo): string => key;
