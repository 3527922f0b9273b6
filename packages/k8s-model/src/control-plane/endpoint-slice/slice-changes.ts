import type { EndpointSlice, Service } from "../../api/index.ts";

/** The slices of one address type as a sync would leave them, before names are reused. */
export interface SliceChanges {
  readonly creates: readonly EndpointSlice[];
  readonly updates: readonly EndpointSlice[];
  readonly unchanged: readonly EndpointSlice[];
  readonly deletes: readonly EndpointSlice[];
}

/** An event that the controller records on the Service. */
export interface SliceEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  return (slice.metadata.ownerReferences ?? []).some(
    ({ apiVersion, kind, uid }) =>
      apiVersion === "v1" && kind === "Service" && uid === service.metadata.uid,
  );
}

/**
 * Turns pairs of a deletion and a creation into one update that keeps the deleted slice's name:
 * same owner, same address type; the creation made last goes first.
 */
export function reuseNames(changes: SliceChanges, service: Service): SliceChanges {
  const creates = [...changes.creates];
  const updates = [...changes.updates];
  const deletes: EndpointSlice[] = [];
  for (const old of changes.deletes) {
    const slice = creates.at(-1);
    const fits =
      slice !== undefined && slice.addressType === old.addressType && isOwnedBy(old, service);
    if (!fits) {
      deletes.push(old);
      continue;
    }
    creates.pop();
    updates.push({ ...slice, metadata: { ...old.metadata, ...newMetadata(slice) } });
  }
  return { creates, updates, deletes, unchanged: changes.unchanged };
}

function newMetadata({ metadata }: EndpointSlice): Partial<EndpointSlice["metadata"]> {
  const { labels, annotations, ownerReferences } = metadata;
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
}
