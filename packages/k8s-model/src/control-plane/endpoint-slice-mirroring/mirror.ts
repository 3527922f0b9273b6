import { parseIP } from "../../address/index.ts";
import type {
  Endpoint,
  EndpointAddress,
  EndpointPort,
  EndpointSlice,
  Endpoints,
  EndpointsPort,
  IPFamily,
} from "../../api/index.ts";
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from "../endpoint-slice/labels.ts";
import { LAST_CHANGE_TRIGGER_TIME } from "../endpoint-slice/trigger-annotation.ts";
import { repackSubsets } from "../endpoints/repack.ts";
import { sameMirror } from "./same-mirror.ts";

export const MIRRORING_CONTROLLER_NAME = "endpointslicemirroring-controller.k8s.io";
export const SKIP_MIRROR_LABEL = "endpointslice.kubernetes.io/skip-mirror";
const LEADER_ANNOTATION = "control-plane.alpha.kubernetes.io/leader";
const LAST_APPLIED_ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

export interface MirrorInput {
  /** `undefined` where nothing is to be mirrored: mirrored slices then go. */
  readonly endpoints: Endpoints | undefined;
  /** The slices that this controller made for the Service. */
  readonly slices: readonly EndpointSlice[];
  /** `--mirroring-max-endpoints-per-subset`. */
  readonly maxEndpointsPerSubset: number;
}

export interface MirrorOutput {
  readonly creates: readonly EndpointSlice[];
  readonly updates: readonly EndpointSlice[];
  readonly deletes: readonly EndpointSlice[];
  /** Addresses beyond the cap, and such that are none: in no slice. */
  readonly skipped: number;
}

/** Whether Endpoints are left alone: asked for by a label, or the record of a leader election. */
export function isNotMirrored({ metadata }: Endpoints): boolean {
  return (
    metadata.labels?.[SKIP_MIRROR_LABEL] === "true" ||
    Object.hasOwn(metadata.annotations ?? {}, LEADER_ANNOTATION)
  );
}

/**
 * One sync of the EndpointSliceMirroring controller: one slice for each subset and address family of
 * Endpoints that somebody wrote by hand, up to the cap; slices are reused within a family.
 */
export function mirrorEndpoints(input: MirrorInput): MirrorOutput {
  const { endpoints, slices, maxEndpointsPerSubset } = input;
  if (endpoints === undefined) return { creates: [], updates: [], deletes: slices, skipped: 0 };
  const { groups, skipped } = desiredGroups(endpoints, maxEndpointsPerSubset);
  const free = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = groupKey(slice.addressType, slice.ports ?? []);
    free.set(key, [...(free.get(key) ?? []), slice]);
  }
  const creates: EndpointSlice[] = [];
  const updates: EndpointSlice[] = [];
  for (const [key, group] of groups) {
    const [present, ...others] = free.get(key) ?? [];
    const made = sliceOf(endpoints, group);
    if (present === undefined) creates.push(made);
    else if (!sameMirror(present, made)) updates.push(inPlaceOf(present, made));
    free.set(key, others);
  }
  const deletes = [...free.values()].flat();
  return { ...recycled(creates, updates, deletes), skipped };
}

interface Group {
  readonly family: IPFamily;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Endpoint[];
}

function desiredGroups(
  { subsets = [] }: Endpoints,
  cap: number,
): { readonly groups: ReadonlyMap<string, Group>; readonly skipped: number } {
  const groups = new Map<string, Group>();
  let skipped = 0;
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of repackSubsets(subsets)) {
    const slicePorts = ports.map(portOfSlice);
    const listed = [
      ...addresses.map((address) => ({ address, ready: true })),
      ...notReadyAddresses.map((address) => ({ address, ready: false })),
    ];
    let added = 0;
    for (const { address, ready } of listed) {
      const family = added < cap ? parseIP(address.ip)?.family : undefined;
      if (family === undefined) continue;
      const key = groupKey(family, slicePorts);
      const group = groups.get(key) ?? { family, ports: slicePorts, endpoints: [] };
      group.endpoints.push(endpointOf(address, ready));
      groups.set(key, group);
      added++;
    }
    skipped += listed.length - added;
  }
  return { groups, skipped };
}

/** Only readiness is known: serving and terminating stay unset. */
function endpointOf(
  { ip, hostname, nodeName, targetRef }: EndpointAddress,
  ready: boolean,
): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...((hostname ?? "") === "" ? {} : { hostname: hostname as string }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}

function portOfSlice({
  name = "",
  port,
  protocol = "TCP",
  appProtocol,
}: EndpointsPort): EndpointPort {
  return { name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) };
}

function groupKey(family: string, ports: readonly EndpointPort[]): string {
  const texts = ports.map(({ name = "", port, protocol = "TCP", appProtocol }) =>
    JSON.stringify([name, port ?? null, protocol, appProtocol ?? null]),
  );
  return `${family} ${texts.sort().join()}`;
}

function sliceOf({ metadata }: Endpoints, { family, ports, endpoints }: Group): EndpointSlice {
  const {
    [LAST_CHANGE_TRIGGER_TIME]: _,
    [LAST_APPLIED_ANNOTATION]: __,
    ...annotations
  } = (metadata.annotations ?? {}) as Record<string, string>;
  const owner = {
    apiVersion: "v1",
    kind: "Endpoints",
    name: metadata.name,
    uid: metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "",
      generateName: `${metadata.name}-`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: {
        ...metadata.labels,
        [SERVICE_NAME_LABEL]: metadata.name,
        [MANAGED_BY_LABEL]: MIRRORING_CONTROLLER_NAME,
      },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [owner],
    },
    addressType: family,
    endpoints,
    ports,
  };
}

/** The new content under the name of a slice that is there. */
function inPlaceOf(present: EndpointSlice, made: EndpointSlice): EndpointSlice {
  const { labels, annotations, ownerReferences } = made.metadata;
  const { annotations: _, ...metadata } = present.metadata;
  return {
    ...made,
    metadata: {
      ...metadata,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    },
  };
}

/** A create and a delete of one family become an update. */
function recycled(
  creates: readonly EndpointSlice[],
  updates: readonly EndpointSlice[],
  deletes: readonly EndpointSlice[],
): Omit<MirrorOutput, "skipped"> {
  const gone = [...deletes];
  const reused: EndpointSlice[] = [];
  const left = creates.filter((made) => {
    const index = gone.findIndex(({ addressType }) => addressType === made.addressType);
    const [present] = index < 0 ? [] : gone.splice(index, 1);
    if (present !== undefined) reused.push(inPlaceOf(present, made));
    return present === undefined;
  });
  return { creates: left, updates: [...updates, ...reused], deletes: gone };
}
