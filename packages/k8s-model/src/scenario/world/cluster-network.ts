import type { Service } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { type LoadBalancer, PeerBudget, sourceSeen } from "../../data-plane/index.ts";
import type { Place } from "../../topology/index.ts";
import {
  DROPPED,
  type FailedAttempt,
  type Network,
  type Origin,
  PodState,
  type Protocol,
  REFUSED,
  type TrafficPlan,
} from "../../traffic/index.ts";
import type { FailureTracer } from "./failure-tracer.ts";
import { LoadBalancers } from "./load-balancers/load-balancers.ts";
import { SessionAffinity } from "./session-affinity.ts";

/** Zone of nodes without a zone label, and of endpoints that are no pods. */
export const NO_ZONE = "(no zone)";

const NOWHERE = -1;

const IDEAL: LoadBalancer = { kind: "ideal" };

/** How often an ideal load balancer's health checks are asked for again. */
const HEALTH_CHECK_PERIOD_NS = 1_000_000_000;

/** A cluster as traffic sees it: follows every change of pods, nodes and proxies' views. */
export class ClusterNetwork implements Network {
  readonly zones: readonly string[];
  readonly #cluster: Cluster;
  readonly #zoneIndex: ReadonlyMap<string, number>;
  readonly #regions = new Map<string, number>();
  readonly #places: Place[] = [];
  readonly #workloadIndex: ReadonlyMap<string, number>;
  /** By index of a plan's Service port. */
  readonly #ports: readonly { readonly service: string; readonly port: number }[];
  readonly #workloadOf: (number | undefined)[] = [];
  #clientPods = new Map<number, readonly number[]>();
  #entryNodes = new Map<string, readonly number[]>();
  #entryNodesUntilNs = 0;
  readonly #balancers: LoadBalancers;
  readonly #affinity: SessionAffinity;
  #tracer: FailureTracer | undefined;
  #isGraceful = false;
  /** ICMP errors of nodes to pods; a pod's come from its own node. */
  readonly #refusals = new PeerBudget();

  constructor(cluster: Cluster, plan: TrafficPlan, loadBalancer: LoadBalancer = IDEAL) {
    this.#cluster = cluster;
    this.zones = zonesOf(cluster);
    this.#zoneIndex = new Map(this.zones.map((zone, index) => [zone, index]));
    this.#workloadIndex = new Map(plan.workloads.map(({ key }, index) => [key, index]));
    this.#ports = plan.servicePorts;
    this.#affinity = new SessionAffinity(cluster.store);
    const forget = (): void => this.#forget();
    cluster.onChange({ podChanged: forget, nodeChanged: forget });
    this.#balancers = new LoadBalancers(cluster, loadBalancer, {
      zones: this.zones,
      placeOf: (node) => this.place(node),
      nodeOf: (pod) => this.nodeOf(pod),
    });
    for (const { from, servicePort } of plan.edges) {
      const { service, port } = this.#ports[servicePort] as { service: string; port: number };
      if (from < 0) this.#balancers.add(service, port);
    }
  }

  /** Has the attempts that fail from now on followed back to what made them so. */
  traceFailures(tracer: FailureTracer): void {
    this.#tracer = tracer;
  }

  /** Has applications that are told to end finish what they serve, and take nothing new. */
  endGracefully(): void {
    this.#isGraceful = true;
  }

  attemptFailed(attempt: FailedAttempt): void {
    const { service, port } = this.#ports[attempt.servicePort] as { service: string; port: number };
    const entry = this.#balancers.entry(attempt.node);
    const node = entry?.node ?? attempt.node;
    this.#tracer?.failed({
      ...attempt,
      node,
      service,
      port,
      byBalancer: entry !== undefined && entry.pods.length > 0,
      isCut: attempt.pod >= 0 && this.isCut(attempt.node, this.nodeOf(attempt.pod)),
    });
  }

  #forget(): void {
    this.#clientPods = new Map();
    this.#entryNodes = new Map();
  }

  place(node: number): Place {
    return this.#places[node] ?? this.#balancers.entry(node)?.place ?? this.#findPlace(node);
  }

  entryHop(entry: number): number {
    return this.#balancers.entry(entry)?.hop ?? NOWHERE;
  }

  nodeOf(pod: number): number {
    return this.#cluster.pods.at(pod)?.nodeIndex ?? NOWHERE;
  }

  workloadOf(pod: number): number {
    const known = this.#workloadOf[pod];
    if (known !== undefined) return known;
    const index = this.#workloadIndex.get(workloadKeyOf(this.#cluster, pod)) ?? -1;
    while (this.#workloadOf.length < pod) this.#workloadOf.push(undefined);
    this.#workloadOf[pod] = index;
    return index;
  }

  podName(pod: number): string {
    return this.#cluster.pods.at(pod)?.key ?? `pod ${pod}`;
  }

  podCount(): number {
    return this.#cluster.pods.size;
  }

  podState(pod: number): PodState {
    const state = this.#cluster.podState(pod);
    const isTold = this.#cluster.pods.at(pod)?.signalledNs !== undefined;
    return this.#isGraceful && isTold && state === "serving" ? PodState.closing : PodState[state];
  }

  clientPods(workload: number): readonly number[] {
    const known = this.#clientPods.get(workload);
    if (known !== undefined) return known;
    const pods: number[] = [];
    for (const pod of this.#cluster.pods) {
      if (pod.answering && pod.nodeIndex >= 0 && this.workloadOf(pod.index) === workload) {
        pods.push(pod.index);
      }
    }
    this.#clientPods.set(workload, pods);
    return pods;
  }

  entryNodes(servicePort: number, zone?: string): readonly number[] {
    const { service } = this.#ports[servicePort] as { service: string };
    const balanced = this.#balancers.entries(service, zone);
    if (balanced !== undefined) return balanced;
    const key = `${service} ${zone ?? ""}`;
    const { now } = this.#cluster.sim;
    if (now >= this.#entryNodesUntilNs) {
      this.#entryNodes = new Map();
      this.#entryNodesUntilNs = now + HEALTH_CHECK_PERIOD_NS;
    }
    const known = this.#entryNodes.get(key);
    if (known !== undefined) return known;
    const nodes: number[] = [];
    for (const node of this.#cluster.nodes) {
      if (!node.up || !node.exists) continue;
      if (zone === undefined || (node.zone ?? NO_ZONE) === zone) nodes.push(node.index);
    }
    const passing = this.#hasHealthCheckNodePort(service)
      ? nodes.filter((node) => this.#passesHealthCheck(node, servicePort))
      : nodes;
    // A balancer without a healthy node tries all of them, and their proxies drop what they get.
    const entries = passing.length === 0 ? nodes : passing;
    this.#entryNodes.set(key, entries);
    return entries;
  }

  wayState(entry: number, servicePort: number): PodState {
    const { service } = this.#ports[servicePort] as { service: string };
    if (this.#balancers.hasClosed(service, entry)) return PodState.closed;
    const node = this.#balancers.entry(entry)?.node ?? entry;
    return this.#cluster.nodes.at(node)?.up === false ? PodState.silent : PodState.serving;
  }

  tellsRefusal(caller: number, nowNs: number): boolean {
    // Users outside are many, each with a budget of his own.
    return caller < 0 || this.#refusals.takeError(String(caller), nowNs);
  }

  isCut(node: number, other: number): boolean {
    const { zoneCuts } = this.#cluster.faults;
    if (!zoneCuts.isAny) return false;
    const [zone = "", otherZone = ""] = [node, other].map((at) => this.zones[this.place(at).zone]);
    return zoneCuts.separates(zone, otherZone);
  }

  protocol(servicePort: number): Protocol {
    const { service, port } = this.#ports[servicePort] as { service: string; port: number };
    const ports = this.#cluster.store.get<Service>("Service", service)?.spec.ports ?? [];
    return ports.find((one) => one.port === port)?.protocol ?? "TCP";
  }

  isHeadless(servicePort: number): boolean {
    const { service } = this.#ports[servicePort] as { service: string };
    return this.#cluster.store.get<Service>("Service", service)?.spec.clusterIP === "None";
  }

  keepsClientAddress(servicePort: number): boolean {
    const { service } = this.#ports[servicePort] as { service: string };
    const spec = this.#cluster.store.get<Service>("Service", service)?.spec;
    const policy = spec?.externalTrafficPolicy === "Local" ? "Local" : "Cluster";
    return sourceSeen(policy, this.#balancers.inFrontOf(service)) === "client";
  }

  /** Its load balancer asks every node whether it has a ready endpoint (KEP-1669). */
  #hasHealthCheckNodePort(service: string): boolean {
    const spec = this.#cluster.store.get<Service>("Service", service)?.spec;
    return spec?.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
  }

  /** The proxy answers by what it believes; endpoints that terminate do not count. */
  #passesHealthCheck(node: number, servicePort: number): boolean {
    const { service, port } = this.#ports[servicePort] as { service: string; port: number };
    const serviceIndex = this.#cluster.serviceIndex(service);
    const portIndex = this.#cluster.portIndex(serviceIndex, port);
    return this.#cluster.route(node, serviceIndex, portIndex, "external").rule === "local-policy";
  }

  endpoints(
    node: number,
    servicePort: number,
    origin: Origin,
  ): readonly number[] | typeof REFUSED | typeof DROPPED {
    const { service, port } = this.#ports[servicePort] as { service: string; port: number };
    const serviceIndex = this.#cluster.serviceIndex(service);
    const portIndex = this.#cluster.portIndex(serviceIndex, port);
    const entry = this.#balancers.entry(node);
    if (entry !== undefined && entry.pods.length > 0) return entry.pods;
    const at = entry?.node ?? node;
    // What a balancer still sends to a node that is gone vanishes there.
    if (origin === "external" && this.#cluster.nodes.at(at)?.up === false) return DROPPED;
    const { verdict, endpoints } = this.#cluster.route(at, serviceIndex, portIndex, origin);
    if (verdict === "accept") return endpoints;
    return verdict === "drop" ? DROPPED : REFUSED;
  }

  affinity(
    node: number,
    servicePort: number,
    caller: number,
    endpoints: readonly number[],
    drawn: number,
    nowNs: number,
  ): number {
    const port = this.#ports[servicePort] as { service: string; port: number };
    const entry = this.#balancers.entry(node);
    // A balancer that sends to pods passes no proxy that could remember.
    if (entry !== undefined && entry.pods.length > 0) return drawn;
    const at = entry?.node ?? node;
    return this.#affinity.choose(at, port, caller, endpoints, drawn, nowNs);
  }

  specialNodes(servicePort: number): readonly number[] {
    const { service, port } = this.#ports[servicePort] as { service: string; port: number };
    const serviceIndex = this.#cluster.serviceIndex(service);
    const view = this.#cluster.newestPort(
      serviceIndex,
      this.#cluster.portIndex(serviceIndex, port),
    );
    const entries = this.#balancers.numbers();
    if (view === undefined) return entries;
    const { nodes } = this.#cluster;
    const names = view.specialNodeNames() ?? [...nodes].map(({ name }) => name);
    return [...[...names].flatMap((name) => nodes.byName(name)?.index ?? []), ...entries];
  }

  readyEndpoints(servicePort: number): readonly number[] {
    const { service, port } = this.#ports[servicePort] as { service: string; port: number };
    const serviceIndex = this.#cluster.serviceIndex(service);
    const view = this.#cluster.newestPort(
      serviceIndex,
      this.#cluster.portIndex(serviceIndex, port),
    );
    return [...(view?.readyPods() ?? [])].sort((a, b) => a - b);
  }

  #findPlace(node: number): Place {
    const entry = this.#cluster.nodes.at(node);
    const region = entry?.region ?? "";
    const regionIndex = this.#regions.get(region) ?? this.#regions.size;
    this.#regions.set(region, regionIndex);
    const zone = this.#zoneIndex.get(entry?.zone ?? NO_ZONE) ?? this.zones.length - 1;
    const place = { node, zone, region: regionIndex };
    if (node >= 0) this.#places[node] = place;
    return place;
  }
}

/** Names of all zones, sorted; the last one stands for "none" where something has no zone. */
function zonesOf(cluster: Cluster): readonly string[] {
  const zones = new Set<string>();
  for (const { zone } of cluster.nodes) zones.add(zone ?? NO_ZONE);
  const named = [...zones].filter((zone) => zone !== NO_ZONE).sort();
  const hasAddresses = [...cluster.pods].some((pod) => pod.nodeIndex < 0 && pod.uid === "");
  return zones.has(NO_ZONE) || hasAddresses || named.length === 0 ? [...named, NO_ZONE] : named;
}

/** Key of the workload that made a pod, as traffic names it: `namespace/kind/name`. */
export function workloadKeyOf(cluster: Cluster, pod: number): string {
  const [kind = "", namespace = "", name = ""] = (cluster.pods.at(pod)?.workload ?? "").split("/");
  return `${namespace}/${kind}/${name}`;
}
