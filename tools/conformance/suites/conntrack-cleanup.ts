import type { EndpointSlice, Protocol } from "@k8s-netsim/k8s-model/api";
import { ConntrackCleaner, changeNeedsCleaning } from "@k8s-netsim/k8s-model/data-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";
import { serviceOf, sliceOf, type VectorService } from "./proxy-vectors.ts";

type Condition = boolean | null;

interface Known extends Omit<VectorService, "ports"> {
  readonly ports: readonly (VectorService["ports"][number] & { readonly targetPort: number })[];
  readonly endpoints: readonly (readonly [string, Condition, Condition, Condition])[] | null;
}

interface Input {
  readonly before: readonly Known[] | null;
  readonly after: readonly Known[] | null;
  /** Protocol, source, original destination, reply source. */
  readonly flows: readonly (readonly [Protocol, string, string, string])[] | null;
}

export const conntrackCleanup: Suite<Input, object> = {
  name: "conntrack_cleanup",
  about: "kube-proxy's cleaner of connection tracking: when it runs and which flows it deletes",
  run(input, output) {
    const before = input.before ?? [];
    const after = input.after ?? [];
    const cleaner = new ConntrackCleaner(
      after.map((one) => ({ service: serviceOf(one, NAMESPACE), slices: slicesOf(one) })),
    );
    const deletedFlows: number[] = [];
    for (const [i, [protocol, , originalDestination, replySource]] of (
      input.flows ?? []
    ).entries()) {
      if (cleaner.isStale({ protocol, originalDestination, replySource })) deletedFlows.push(i);
    }
    return judge(
      differences(output, {
        cleanupTriggeredAtStart: cleans([], before),
        cleanupTriggered: cleans(before, after),
        deletedFlows,
      }),
    );
  },
};

const NAMESPACE = "ns";

/** Whether a change from one state of the cluster to another makes the cleaner run. */
function cleans(before: readonly Known[], after: readonly Known[]): boolean {
  const names = new Set([...before, ...after].map(({ name }) => name));
  for (const name of names) {
    const earlier = slicesOf(before.find((one) => one.name === name));
    const later = slicesOf(after.find((one) => one.name === name));
    const changed = differences(earlier, later).length > 0;
    if (changed && changeNeedsCleaning(earlier, later)) return true;
  }
  return false;
}

function slicesOf(known: Known | undefined): readonly EndpointSlice[] {
  if (known === undefined) return [];
  const slice = sliceOf(
    {
      name: known.name,
      service: known.name,
      ports: known.ports.map(({ name, protocol, targetPort: port }) => ({ name, protocol, port })),
      endpoints: (known.endpoints ?? []).map(([addr, ready, serving, terminating]) => ({
        addr,
        ready,
        serving,
        terminating,
        node: null,
        forZones: null,
        forNodes: null,
      })),
    },
    NAMESPACE,
  );
  return [slice];
}
