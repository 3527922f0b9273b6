import type { EndpointSlice } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import type { ProgrammedView, ProxySync } from "../../data-plane/index.ts";
import type { Version } from "../../store/index.ts";
import type { FailedAttempt } from "../../traffic/index.ts";
import type { FailureTrace, TracedSync } from "./failure-trace.ts";

/** Traces kept of each cause; further attempts are counted with those that they are like. */
const MOST_TRACES = 256;
/** Syncs of each node that are remembered, to find the one that put a version in force. */
const SYNCS_KEPT = 64;
const BEFORE_ANYTHING = -1;

/** An attempt with its Service and node told apart from any load balancer. */
interface TracedAttempt extends FailedAttempt {
  readonly service: string;
  readonly port: number;
  readonly byBalancer: boolean;
  /** The two nodes cannot reach each other. */
  readonly isCut: boolean;
  /** What the node's proxy had in force when it chose the pod, where that was earlier. */
  readonly chosenAt?: ProgrammedView;
}

/** How far a slice recommends an endpoint: not at all, as a last resort while it ends, as ready. */
const Standing = { none: 0, serving: 1, ready: 2 } as const;

type Standing = (typeof Standing)[keyof typeof Standing];

type Draft = { -readonly [K in keyof FailureTrace]: FailureTrace[K] };

/** A trace that waits for the news to come into force on its node. */
interface OpenTrace {
  readonly draft: Draft;
  readonly node: number;
  readonly pod: number;
  readonly sliceKey: string;
  /** What it was chosen as. */
  readonly standing: Standing;
  /** Versions below this are in force without saying what is waited for. */
  from: number;
}

/**
 * Follows failed attempts back to what the node's proxy believed, and forward to the sync that would
 * have helped: the first of each cause, node and endpoint; those that are like it are counted with it.
 * It looks on: a run is the same with it.
 */
export class FailureTracer {
  readonly #cluster: Cluster;
  readonly #originNs: number;
  readonly #traces: Draft[] = [];
  readonly #counts = new Map<string, number>();
  readonly #byKind = new Map<string, Draft>();
  readonly #endedNs = new Map<number, number>();
  readonly #syncs = new Map<number, ProxySync[]>();
  #open: OpenTrace[] = [];

  /** @param originNs the time that counts as 0, the end of warm-up */
  constructor(cluster: Cluster, originNs: number) {
    this.#cluster = cluster;
    this.#originNs = originNs;
    const answering = new Set<number>();
    for (const pod of cluster.pods) if (pod.answering) answering.add(pod.index);
    cluster.onChange({
      podChanged: ({ index, answering: answers }) => {
        if (answers) answering.add(index);
        else if (answering.delete(index)) this.#endedNs.set(index, cluster.sim.now);
      },
    });
    cluster.proxies.onSync((sync) => this.#synced(sync));
  }

  failed(attempt: TracedAttempt): void {
    const { failure, node, pod, establishedAtNs, isCut } = attempt;
    const { sim, nodes } = this.#cluster;
    const atNs = sim.now - this.#originNs;
    const over = establishedAtNs === undefined ? "new" : "standing";
    const kind = `${failure}/${over}/${attempt.service}:${attempt.port}/${node}/${pod}/${isCut}`;
    const like = this.#byKind.get(kind);
    if (like !== undefined) {
      like.attempts += 1;
      like.lastNs = atNs;
      return;
    }
    const count = this.#counts.get(failure) ?? 0;
    if (count >= MOST_TRACES) return;
    this.#counts.set(failure, count + 1);
    const draft: Draft = {
      failure,
      atNs,
      attempts: 1,
      lastNs: atNs,
      service: `${attempt.service}:${attempt.port}`,
      node: nodes.at(node)?.name ?? "",
      byBalancer: attempt.byBalancer,
      isCut,
    };
    this.#byKind.set(kind, draft);
    this.#traces.push(draft);
    if (pod < 0) return;
    draft.endpoint = this.#endpointOf(pod);
    if (establishedAtNs !== undefined) draft.establishedNs = establishedAtNs - this.#originNs;
    else if (!attempt.byBalancer) this.#followSlice(draft, attempt);
  }

  /** All traces in order of time, once the run is over. */
  end(): readonly FailureTrace[] {
    this.#cluster.proxies.advance(this.#cluster.sim.now);
    return this.#traces;
  }

  #endpointOf(pod: number): NonNullable<FailureTrace["endpoint"]> {
    const entry = this.#cluster.pods.at(pod);
    const endedNs = this.#endedNs.get(pod);
    const signalledNs = entry?.signalledNs;
    return {
      pod: entry?.key ?? "",
      address: entry?.ip ?? "",
      ...(endedNs !== undefined
        ? { endedNs: endedNs - this.#originNs }
        : signalledNs === undefined
          ? {}
          : { signalledNs: signalledNs - this.#originNs }),
      endedBy: this.#cluster.nodes.at(entry?.nodeIndex ?? -1)?.up === false ? "node" : "pod",
    };
  }

  #followSlice(draft: Draft, { node, pod, service, chosenAt }: TracedAttempt): void {
    const { proxies, store, sim, views } = this.#cluster;
    const positions = chosenAt ?? proxies.programmed(node, sim.now);
    const slices = views.view(service, positions)?.slices ?? [];
    const standings = slices.map((one) => this.#standing(one, pod));
    const standing = Math.max(Standing.none, ...standings) as Standing;
    const slice = slices[standings.indexOf(standing)];
    if (slice === undefined || standing === Standing.none) return;
    const { name, namespace = "default" } = slice.metadata;
    const sliceKey = `${namespace}/${name}`;
    const log = store.log<EndpointSlice>("EndpointSlice");
    const version = log.versionAt(sliceKey, positions.slices);
    if (version === undefined) return;
    const sync = this.#syncOf(node, version.position);
    draft.slice = { name, ...this.#written(version), ...(sync === undefined ? {} : { sync }) };
    const open = { draft, node, pod, sliceKey, standing, from: positions.slices };
    // The news may have come since the choice.
    const since = (this.#syncs.get(node) ?? []).filter((one) => one.slices > positions.slices);
    if (!since.some((sync) => this.#isNews(open, sync))) this.#open.push(open);
  }

  #syncOf(node: number, position: number): TracedSync | undefined {
    const syncs = this.#syncs.get(node) ?? [];
    const at = syncs.findIndex(({ slices }) => slices > position);
    const found = syncs[at];
    // The oldest one that is remembered may not have been the first.
    if (found === undefined || (at === 0 && syncs.length >= SYNCS_KEPT)) return undefined;
    return this.#timesOf(found);
  }

  #synced(sync: ProxySync): void {
    const syncs = this.#syncs.get(sync.node) ?? [];
    this.#syncs.set(sync.node, syncs);
    if ((syncs.at(-1)?.slices ?? BEFORE_ANYTHING) < sync.slices) syncs.push(sync);
    if (syncs.length > SYNCS_KEPT) syncs.shift();
    if (this.#open.length === 0) return;
    this.#open = this.#open.filter(
      (trace) => trace.node !== sync.node || !this.#isNews(trace, sync),
    );
  }

  /** Whether the sync put in force that the endpoint is gone; written down if so. */
  #isNews(trace: OpenTrace, sync: ProxySync): boolean {
    const log = this.#cluster.store.log<EndpointSlice>("EndpointSlice");
    for (; trace.from < sync.slices; trace.from++) {
      const version = log.at(trace.from);
      if (version.key !== trace.sliceKey) continue;
      const isDeleted = version.type === "DELETED";
      const now = isDeleted ? Standing.none : this.#standing(version.object, trace.pod);
      if (now >= trace.standing) continue;
      const arrivesNs = this.#cluster.proxies.sliceArrivesNs(sync.node, version.position);
      trace.draft.newer = {
        ...this.#written(version),
        arrivedNs: arrivesNs - this.#originNs,
        sync: this.#timesOf(sync),
      };
      return true;
    }
    return false;
  }

  #standing({ endpoints }: EndpointSlice, pod: number): Standing {
    const { ip = "", uid = "" } = this.#cluster.pods.at(pod) ?? {};
    const own = (endpoints ?? []).find(({ addresses, targetRef }) =>
      // An address may have been another pod's before.
      targetRef?.uid === undefined ? addresses.includes(ip) : targetRef.uid === uid,
    );
    const { ready, serving } = own?.conditions ?? {};
    if (own === undefined) return Standing.none;
    if (ready !== false) return Standing.ready;
    return serving === true ? Standing.serving : Standing.none;
  }

  #written({ atNs, revision }: Version): { revision: string; writtenNs: number } {
    return { revision: String(revision), writtenNs: atNs - this.#originNs };
  }

  #timesOf({ startNs, endNs }: ProxySync): TracedSync {
    return { startNs: startNs - this.#originNs, endNs: endNs - this.#originNs };
  }
}
