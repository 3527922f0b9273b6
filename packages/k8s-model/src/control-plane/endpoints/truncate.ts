import type { EndpointAddress, EndpointSubset } from "../../api/index.ts";

/**
 * At most `capacity` addresses: ready ones first, and each subset its share, rounded up, until the
 * room is used. Once ready addresses alone exceed the capacity, no other is kept.
 */
export function truncateSubsets(
  subsets: readonly EndpointSubset[],
  capacity: number,
): readonly EndpointSubset[] {
  const ready = sum(subsets, ({ addresses }) => addresses);
  const notReady = sum(subsets, ({ notReadyAddresses }) => notReadyAddresses);
  if (ready + notReady <= capacity) return subsets;
  const cutReady = ready > capacity;
  const room = cutReady ? capacity : capacity - ready;
  const total = cutReady ? ready : notReady;
  let left = room;
  return subsets.map((subset) => {
    const list = (cutReady ? subset.addresses : subset.notReadyAddresses) ?? [];
    const kept = list.slice(0, Math.min(left, Math.ceil((list.length / total) * room)));
    left -= kept.length;
    const { addresses = [], notReadyAddresses: _, ...rest } = subset;
    return withLists(rest, cutReady ? kept : addresses, cutReady ? [] : kept);
  });
}

/** How many addresses the subsets hold. */
export function addressCount(subsets: readonly EndpointSubset[] | undefined): number {
  const all = subsets ?? [];
  return sum(all, ({ addresses }) => addresses) + sum(all, ({ notReadyAddresses: list }) => list);
}

function sum(
  subsets: readonly EndpointSubset[],
  listOf: (subset: EndpointSubset) => readonly EndpointAddress[] | undefined,
): number {
  let count = 0;
  for (const subset of subsets) count += listOf(subset)?.length ?? 0;
  return count;
}

function withLists(
  { ports }: EndpointSubset,
  addresses: readonly EndpointAddress[],
  notReadyAddresses: readonly EndpointAddress[],
): EndpointSubset {
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
    ...(ports === undefined ? {} : { ports }),
  };
}
