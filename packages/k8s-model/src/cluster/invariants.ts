import {
  type EndpointSlice,
  type IPFamily,
  type KubeObject,
  objectKey,
  type Pod,
  type Service,
} from "../api/index.ts";
import { belongsInSlices, endpointOfPod } from "../control-plane/endpoint-slice/index.ts";
import {
  CONTROLLER_NAME,
  MANAGED_BY_LABEL,
  serviceKeyOfSlice,
} from "../control-plane/endpoint-slice/labels.ts";
import type { ProxyFleet } from "../data-plane/index.ts";
import { type Cursor, type Store, timestampAt, type Version } from "../store/index.ts";

/** A promise of the simulation that a run broke: the run's results are not to be trusted. */
export class InvariantViolation extends Error {
  readonly code = "invariant-violated";
  readonly facts: Readonly<Record<string, string | number>>;
  readonly remedy =
    "Report it with the input and the seed: the simulation is wrong, not the input.";

  constructor(sentence: string, facts: Readonly<Record<string, string | number>>) {
    super(sentence);
    this.name = "InvariantViolation";
    this.facts = facts;
  }
}

/** What is looked at: a cluster has it. */
export interface InvariantTarget {
  readonly store: Store;
  readonly proxies: ProxyFleet;
  readonly sim: { readonly now: number };
}

/** Of bytes, which are added up in floating point. */
const ROUNDING = 1e-9;

/**
 * Watches over a cluster: versions only grow, and no EndpointSlice grows beyond its maximum, at every
 * write; `check` for the bytes of watch events at any time, `checkAtRest` for slices that equal the
 * pods. What it finds is thrown where it happens.
 */
export class Invariants {
  readonly #target: InvariantTarget;
  readonly #maxEndpointsPerSlice: number;
  readonly #cursors = new Map<string, Cursor>();
  /** Newest revision of every kind's log, and endpoints of every slice, as last seen. */
  readonly #revisions = new Map<string, number>();
  readonly #sizes = new Map<string, number>();

  constructor(target: InvariantTarget, maxEndpointsPerSlice: number) {
    this.#target = target;
    this.#maxEndpointsPerSlice = maxEndpointsPerSlice;
    for (const kind of ["Node", "Service", "Pod", "EndpointSlice", "Endpoints"]) {
      const cursor = target.store.watch(kind, "invariants", 0) as Cursor;
      this.#cursors.set(kind, cursor);
      target.store.onWrite(kind, () => this.#follow(kind, cursor));
    }
  }

  /** @throws InvariantViolation where bytes sent are not those received, in flight or lost. */
  check(): void {
    const { proxies, sim } = this.#target;
    const account = proxies.connections.account(sim.now);
    const { sentBytes, receivedBytes, inFlightBytes, lostBytes } = account;
    const gone = receivedBytes + inFlightBytes + lostBytes;
    if (Math.abs(sentBytes - gone) <= ROUNDING * sentBytes && inFlightBytes >= 0) return;
    this.#fail(
      "bytes-balance",
      "watch events",
      `${sentBytes} bytes were sent, but ${receivedBytes} received, ${inFlightBytes} in flight and ${lostBytes} lost`,
    );
  }

  /** For a cluster with nothing left to do. @throws InvariantViolation */
  checkAtRest(): void {
    this.check();
    const { store } = this.#target;
    const slices = slicesByService(store.list<EndpointSlice>("EndpointSlice"));
    const pods = podsByLabel(store.list<Pod>("Pod"));
    for (const service of store.list<Service>("Service")) {
      const { selector, type } = service.spec;
      if (selector === undefined || type === "ExternalName") continue;
      if (Object.keys(selector).length === 0) continue;
      const own = (slices.get(objectKey(service)) ?? []).filter(isManaged);
      for (const family of service.spec.ipFamilies ?? ["IPv4" as const]) {
        this.#compare(service, family, own, podsOf(service, selector, pods));
      }
    }
  }

  #compare(
    service: Service,
    family: IPFamily,
    slices: readonly EndpointSlice[],
    pods: readonly Pod[],
  ): void {
    const ready = this.#readyPods(service, family, pods);
    const missing = new Set(ready);
    const listed = new Map<string, string>();
    for (const slice of slices) {
      if (slice.addressType !== family) continue;
      for (const { targetRef, addresses, conditions } of slice.endpoints ?? []) {
        const uid = targetRef?.uid ?? addresses.join();
        const other = listed.get(uid);
        if (other !== undefined) {
          const places = `${other} and ${slice.metadata.name}`;
          this.#fail("endpoint-once", objectKey(service), `${addresses[0]} is in ${places}`);
        }
        listed.set(uid, slice.metadata.name);
        missing.delete(uid);
        // Slices of an input may list addresses that no pod of the input stands for.
        if (targetRef?.kind !== "Pod" || targetRef.uid === undefined) continue;
        if ((conditions?.ready === true) === ready.has(uid)) continue;
        const states = ready.has(uid) ? "not ready, its pod is" : "ready, its pod is not";
        this.#fail("slices-converge", objectKey(slice), `${addresses[0]} is ${states}`);
      }
    }
    if (missing.size === 0) return;
    const sentence = `${missing.size} ready pods are in no slice`;
    this.#fail("slices-converge", objectKey(service), sentence);
  }

  /** Uids of the pods that ready endpoints stand for; those on unknown nodes are left out. */
  #readyPods(service: Service, family: IPFamily, pods: readonly Pod[]): ReadonlySet<string> {
    const { publishNotReadyAddresses = false } = service.spec;
    const ready = new Set<string>();
    for (const pod of pods) {
      const node = this.#target.store.get("Node", pod.spec.nodeName ?? "");
      if (!belongsInSlices(pod) || (node === undefined && !publishNotReadyAddresses)) continue;
      const endpoint = endpointOfPod(pod, undefined, service, family);
      if (endpoint?.conditions?.ready === true) ready.add(pod.metadata.uid ?? "");
    }
    return ready;
  }

  #follow(kind: string, cursor: Cursor): void {
    for (let next = cursor.next(); next; next = cursor.next()) {
      this.#grows(kind, next);
      if (kind === "EndpointSlice") this.#fits(next as Version<EndpointSlice>);
    }
  }

  #grows(kind: string, { revision, key, object }: Version): void {
    const before = this.#revisions.get(kind) ?? 0;
    const written = Number(object.metadata.resourceVersion);
    if (revision <= before || written !== revision) {
      this.#fail(
        "versions-grow",
        `${kind} ${key}`,
        `revision ${revision} (resourceVersion ${written}) follows ${before}`,
      );
    }
    this.#revisions.set(kind, revision);
  }

  #fits({ key, type, object, atNs }: Version<EndpointSlice>): void {
    const before = this.#sizes.get(key) ?? 0;
    const after = type === "DELETED" ? 0 : (object.endpoints?.length ?? 0);
    if (type === "DELETED") this.#sizes.delete(key);
    else this.#sizes.set(key, after);
    if (!isManaged(object) || after <= this.#maxEndpointsPerSlice || after <= before) return;
    // What came with the input may be larger, under another flag: it must not grow.
    if (type === "ADDED" && atNs === 0) return;
    const most = this.#maxEndpointsPerSlice;
    this.#fail(
      "slice-maximum",
      key,
      `the slice has ${after} endpoints, at most ${most} are allowed`,
    );
  }

  #fail(name: string, object: string, sentence: string): never {
    const { now } = this.#target.sim;
    throw new InvariantViolation(
      `At ${now / 1e9} s (${timestampAt(now)}), ${object}: ${sentence}. [${name}]`,
      { invariant: name, object, atNs: now },
    );
  }
}

function isManaged({ metadata }: KubeObject): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === CONTROLLER_NAME;
}

function slicesByService(
  slices: readonly EndpointSlice[],
): ReadonlyMap<string, readonly EndpointSlice[]> {
  const groups = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = serviceKeyOfSlice(slice) ?? "";
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [slice]);
    else group.push(slice);
  }
  return groups;
}

type PodsByLabel = ReadonlyMap<string, readonly Pod[]>;

const labelKey = (namespace: string | undefined, name: string, value: string): string =>
  `${namespace ?? ""}/${name}=${value}`;

function podsByLabel(pods: readonly Pod[]): PodsByLabel {
  const groups = new Map<string, Pod[]>();
  for (const pod of pods) {
    for (const [name, value] of Object.entries(pod.metadata.labels ?? {})) {
      const key = labelKey(pod.metadata.namespace, name, value);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [pod]);
      else group.push(pod);
    }
  }
  return groups;
}

function podsOf(
  { metadata }: Service,
  selector: Readonly<Record<string, string>>,
  pods: PodsByLabel,
): readonly Pod[] {
  const [[name, value] = ["", ""], ...others] = Object.entries(selector);
  return (pods.get(labelKey(metadata.namespace, name, value)) ?? []).filter((pod) =>
    others.every(([key, wanted]) => {
      const labels = pod.metadata.labels ?? {};
      return Object.hasOwn(labels, key) && labels[key] === wanted;
    }),
  );
}
