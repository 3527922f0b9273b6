import {
  type Endpoint,
  type EndpointSlice,
  type KubeObject,
  objectKey,
  type Pod,
} from "../api/index.ts";
import { controllerOf } from "../control-plane/ownership/ownership.ts";
import { isPodActive } from "../control-plane/ownership/pod-availability.ts";
import type { Store } from "../store/index.ts";

/** What the input held of the things that controllers reconcile. */
export interface InitialState {
  readonly slices: ReadonlyMap<string, EndpointSlice>;
  /** Keys of the pods of each owner, `Deployment namespace/name` and the like. */
  readonly pods: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Takes note of slices and owned pods as the input has them. */
export function initialState(store: Store): InitialState {
  const slices = store
    .list<EndpointSlice>("EndpointSlice")
    .map((slice): [string, EndpointSlice] => [objectKey(slice), slice]);
  return { slices: new Map(slices), pods: podsByOwner(store) };
}

/** What the controllers made different from the input, a sentence each, in a fixed order. */
export function reconciliation(before: InitialState, store: Store): readonly string[] {
  return [...podSentences(before, store), ...sliceSentences(before, store)];
}

function podSentences(before: InitialState, store: Store): string[] {
  const after = podsByOwner(store);
  const owners = [...new Set([...before.pods.keys(), ...after.keys()])].sort();
  const sentences: string[] = [];
  for (const owner of owners) {
    const had = before.pods.get(owner) ?? new Set();
    if (had.size === 0) continue;
    const has = after.get(owner) ?? new Set();
    const created = [...has].filter((key) => !had.has(key)).length;
    const deleted = [...had].filter((key) => !has.has(key)).length;
    if (created + deleted === 0) continue;
    const parts = [
      ...(created > 0 ? [`${created} created`] : []),
      ...(deleted > 0 ? [`${deleted} deleted`] : []),
    ];
    sentences.push(`${owner}: ${count(had.size, "pod")} in the input, ${parts.join(", ")}.`);
  }
  return sentences;
}

function podsByOwner(store: Store): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const pod of store.list<Pod>("Pod")) {
    const owner = isPodActive(pod) ? topOwner(store, pod) : undefined;
    if (owner === undefined) continue;
    const keys = owners.get(owner) ?? new Set();
    owners.set(owner, keys.add(objectKey(pod)));
  }
  return owners;
}

function topOwner(store: Store, object: KubeObject): string | undefined {
  const owner = controllerOf(object);
  if (owner === undefined) return undefined;
  const { namespace } = object.metadata;
  const key = namespace === undefined ? owner.name : `${namespace}/${owner.name}`;
  const found = owner.kind === "ReplicaSet" ? store.get(owner.kind, key) : undefined;
  return (found && topOwner(store, found)) ?? `${owner.kind} ${key}`;
}

function sliceSentences(before: InitialState, store: Store): string[] {
  const sentences: string[] = [];
  const keys = [...before.slices.keys()].sort();
  for (const key of keys) {
    const had = before.slices.get(key) as EndpointSlice;
    const has = store.get<EndpointSlice>("EndpointSlice", key);
    const endpoints = count(had.endpoints?.length ?? 0, "endpoint");
    if (has === undefined) {
      sentences.push(`EndpointSlice ${key}: deleted; it had ${endpoints}.`);
      continue;
    }
    const parts = differences(had, has);
    if (parts.length > 0) {
      sentences.push(`EndpointSlice ${key}: ${endpoints} in the input, ${parts.join(", ")}.`);
    }
  }
  return sentences;
}

function differences(before: EndpointSlice, after: EndpointSlice): string[] {
  const had = byAddress(before);
  const has = byAddress(after);
  let [removed, conditions, hints] = [0, 0, 0];
  for (const [address, endpoint] of had) {
    const now = has.get(address);
    if (now === undefined) removed++;
    else {
      if (!same(endpoint.conditions, now.conditions)) conditions++;
      if (!same(endpoint.hints, now.hints)) hints++;
    }
  }
  const added = [...has.keys()].filter((address) => !had.has(address)).length;
  return [
    ...(added > 0 ? [`${added} added`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...(conditions > 0 ? [`${conditions} with other conditions`] : []),
    ...(hints > 0 ? [`${hints} with other hints`] : []),
  ];
}

function byAddress({ endpoints }: EndpointSlice): Map<string, Endpoint> {
  return new Map((endpoints ?? []).map((endpoint) => [endpoint.addresses.join(), endpoint]));
}

/** Equal but for the order of keys and for what is empty. */
function same(a: object | undefined, b: object | undefined): boolean {
  const text = (value: object | undefined): string =>
    JSON.stringify(
      Object.entries(value ?? {})
        .filter(([, field]) => field !== undefined && field !== null && !isEmptyList(field))
        .sort(([x], [y]) => (x < y ? -1 : 1)),
    );
  return text(a) === text(b);
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;
