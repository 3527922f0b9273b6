import type { EndpointSlice, Service } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { endpointSet } from "../../data-plane/index.ts";
import type { Start } from "./places.ts";
import { CLIENT, type Wanted } from "./wanted.ts";

/** Where a wanted connection starts; undefined where no node is up. */
export function startOf(cluster: Cluster, { pod, from, zone }: Wanted): Start | undefined {
  if (pod === undefined) {
    const [entry] = entryNodes(cluster, zone);
    return entry === undefined ? undefined : { host: CLIENT, node: entry };
  }
  const node = cluster.nodes.at(cluster.pods.at(pod)?.nodeIndex ?? -1)?.name;
  return node === undefined ? undefined : { host: from, node };
}

/** Nodes where users outside come in now. */
export function entryNodes(cluster: Cluster, zone: string | undefined): readonly string[] {
  const found: string[] = [];
  for (const { name, up, exists, zone: own } of cluster.nodes) {
    if (up && exists && (zone === undefined || own === zone)) found.push(name);
  }
  return found;
}

/** The nodes that some connections touch: of clients, of all endpoints, of entry. */
export function nodesOf(
  cluster: Cluster,
  wanted: readonly Wanted[],
  starts: readonly (Start | undefined)[],
): readonly number[] {
  const indices = new Set<number>();
  for (const start of starts) indices.add(cluster.nodes.byName(start?.node ?? "")?.index ?? -1);
  for (const key of new Set(wanted.map(({ to }) => to.service))) {
    for (const pod of podsBehind(cluster, key)) {
      indices.add(cluster.pods.at(pod)?.nodeIndex ?? -1);
    }
  }
  indices.delete(-1);
  return [...indices];
}

/** The pods in a Service's slices, in whatever condition. */
function podsBehind(cluster: Cluster, key: string): readonly number[] {
  const service = cluster.store.get<Service>("Service", key);
  const namespace = service?.metadata.namespace ?? "";
  const slices = cluster.store
    .list<EndpointSlice>("EndpointSlice")
    .filter(
      ({ metadata }) =>
        metadata.namespace === namespace &&
        metadata.labels?.["kubernetes.io/service-name"] === service?.metadata.name,
    );
  return (service?.spec.ports ?? []).flatMap(({ name }) =>
    endpointSet(slices, name ?? "").endpoints.map((one) => cluster.podIndexOf(one, namespace)),
  );
}
