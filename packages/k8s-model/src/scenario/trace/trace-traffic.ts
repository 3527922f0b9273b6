import type { KubeObject, Service } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import {
  type Answer,
  addressOf,
  answerText,
  endpointSet,
  type Lab,
  type LabCapture,
  labCapture,
  PACKET_LAB,
  type PacketWay,
  type PodNetwork,
  type ProxyMode,
  packetWays,
  playSituation,
  serveRequests,
  tcpExchange,
  udpExchange,
} from "../../data-plane/index.ts";
import { type ServicePortRef, type TrafficSpec, trafficDefaults } from "../../traffic/index.ts";
import { workloadKeyOf } from "../world/cluster-network.ts";
import { restingCluster } from "../world/resting-cluster.ts";
import { InvalidTrace } from "./invalid-trace.ts";
import { labPlanOf, type TracedService, tracedServices } from "./traced-lab.ts";

export interface TraceOptions {
  readonly seed: string;
  readonly kubernetesVersion: string;
  readonly mode: ProxyMode;
  readonly network: PodNetwork;
}

/** One connection that was captured. */
export interface TracedConnection {
  /** `namespace/pod` */
  readonly from: string;
  /** `namespace/service:port` */
  readonly to: string;
  readonly protocol: "TCP" | "UDP";
  /** What the client saw: `answered by …`, or the error. */
  readonly outcome: string;
  /** The way of its first packet, with what rules did to it. */
  readonly way: PacketWay | undefined;
}

export interface TrafficTrace {
  readonly capture: LabCapture;
  readonly connections: readonly TracedConnection[];
  /** Traffic that was left out, with the reason. */
  readonly leftOut: readonly string[];
}

interface Wanted {
  /** Absent: a user outside, who enters at a node. */
  readonly pod?: number;
  readonly from: string;
  readonly entry?: number;
  readonly to: ServicePortRef;
  readonly protocol: "TCP" | "UDP";
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** The host outside of the cluster. */
const CLIENT: string = PACKET_LAB.client.name;
const MAX_CONNECTIONS = 30;
/** Enough to see segments; a capture of megabytes tells nothing more. */
const MAX_BYTES = 20_000;

/**
 * One connection of each kind of the traffic (source workload, Service, port) through the packet lab:
 * the cluster comes to rest, kube-proxy's rules stand on the nodes concerned, and every interface of
 * client, servers and nodes is captured. A user outside enters at the first node (of the zone, if one is
 * given): at the node port of the Service, else with a route to its cluster IP.
 *
 * @throws {InvalidTrace} where no connection can be made, or pods have no IPv4 address
 */
export function traceTraffic(
  objects: readonly KubeObject[],
  traffic: TrafficSpec,
  options: TraceOptions,
): TrafficTrace {
  const { kubernetesVersion, seed, mode, network } = options;
  const { cluster } = restingCluster(objects, { kubernetesVersion });
  const services = tracedServices(cluster);
  const { wanted, leftOut } = wantedConnections(cluster, services, traffic);
  if (wanted.length === 0) {
    throw new InvalidTrace(
      "nothing-to-trace",
      `No connection can be captured. ${leftOut.join(" ")}`.trim(),
      "name a client inside the cluster and a Service that it calls.",
    );
  }
  const endpoints = new Map(wanted.map((one) => [one, podsBehind(cluster, services, one.to)]));
  const senders = wanted.flatMap(({ pod }) => pod ?? []);
  const pods = new Set([...senders, ...[...endpoints.values()].flat()]);
  const entries = wanted.flatMap(({ entry }) => entry ?? []);
  const plan = labPlanOf(cluster, pods, entries);
  const involved = new Set(wanted.map(({ to }) => to.service));
  const known = [...services].flatMap(([key, one]) => (involved.has(key) ? [one] : []));
  const outcomes: string[] = [];
  const lab = playSituation(
    {
      id: "trace",
      about: "One connection of each kind of traffic.",
      *play(played) {
        for (const one of wanted) {
          serve(played, cluster, services, one);
          const answer = yield* exchange(played, cluster, services, one);
          outcomes.push(outcomeText(answer, one));
        }
      },
    },
    { seed, mode, network, plan, services: [], cluster: known, explains: true },
  );
  return { capture: labCapture(lab), connections: connectionsOf(lab, wanted, outcomes), leftOut };
}

function connectionsOf(
  lab: Lab,
  wanted: readonly Wanted[],
  outcomes: readonly string[],
): readonly TracedConnection[] {
  const ways = new Map<string, PacketWay[]>();
  return wanted.map(({ from, to, protocol }, i) => {
    const left = ways.get(from) ?? [...packetWays(lab, from)];
    ways.set(from, left);
    const outcome = outcomes[i] ?? "";
    return { from, to: `${to.service}:${to.port}`, protocol, outcome, way: left.shift() };
  });
}

function wantedConnections(
  cluster: Cluster,
  services: ReadonlyMap<string, TracedService>,
  { clients, calls, defaults }: TrafficSpec,
): { readonly wanted: readonly Wanted[]; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const wanted = new Map<string, Wanted>();
  const all = [...clients.map((one) => ({ ...one, from: one.workload })), ...calls];
  for (const one of all) {
    const { from, to, requestBytes, responseBytes } = one;
    const zone = "zone" in one ? one.zone : undefined;
    const source = from ?? (zone === undefined ? "outside" : `outside in zone ${zone}`);
    const key = `${source} -> ${to.service}:${to.port}`;
    if (wanted.has(key)) continue;
    const entry = from === undefined ? entryNode(cluster, zone) : undefined;
    const pod = from === undefined ? undefined : podOf(cluster, from);
    const protocol = protocolOf(services.get(to.service)?.service, to.port);
    if (pod === undefined && entry === undefined) leftOut.push(`${source} has no pod or node.`);
    else if (protocol === undefined)
      leftOut.push(`${key}: no such TCP or UDP port with a cluster IP.`);
    else if (wanted.size >= MAX_CONNECTIONS) leftOut.push(`${key}: more than ${MAX_CONNECTIONS}.`);
    else {
      wanted.set(key, {
        ...(pod === undefined ? { from: CLIENT } : { pod: pod.index, from: pod.key }),
        ...(entry === undefined ? {} : { entry }),
        to,
        protocol,
        requestBytes: bytesOf(
          requestBytes ?? defaults.requestBytes ?? trafficDefaults.requestBytes,
        ),
        responseBytes: bytesOf(
          responseBytes ?? defaults.responseBytes ?? trafficDefaults.responseBytes,
        ),
      });
    }
  }
  return { wanted: [...wanted.values()], leftOut };
}

/** Where users outside come in. */
function entryNode(cluster: Cluster, zone: string | undefined): number | undefined {
  const nodes = [...cluster.nodes];
  const index = nodes.findIndex((node) => zone === undefined || node.zone === zone);
  return index < 0 ? undefined : index;
}

function bytesOf(bytes: number): number {
  return Math.max(1, Math.min(Math.round(bytes), MAX_BYTES));
}

function podOf(
  cluster: Cluster,
  workload: string,
): { readonly index: number; readonly key: string } | undefined {
  return [...cluster.pods].find(
    ({ index, gone, ip, nodeIndex }) =>
      !gone && ip !== undefined && nodeIndex >= 0 && workloadKeyOf(cluster, index) === workload,
  );
}

function protocolOf(service: Service | undefined, port: number): "TCP" | "UDP" | undefined {
  const { clusterIP = "", ports = [] } = service?.spec ?? {};
  if (clusterIP === "" || clusterIP === "None") return undefined;
  const found = ports.find((one) => one.port === port);
  if (found === undefined) return undefined;
  const protocol = found.protocol ?? "TCP";
  return protocol === "SCTP" ? undefined : protocol;
}

function setOf(services: ReadonlyMap<string, TracedService>, { service, port }: ServicePortRef) {
  const found = services.get(service);
  const name = found?.service.spec.ports?.find((one) => one.port === port)?.name ?? "";
  return endpointSet(found?.slices ?? [], name).endpoints;
}

function podsBehind(
  cluster: Cluster,
  services: ReadonlyMap<string, TracedService>,
  to: ServicePortRef,
): readonly number[] {
  const namespace = to.service.slice(0, to.service.indexOf("/"));
  return setOf(services, to).map((endpoint) => cluster.podIndexOf(endpoint, namespace));
}

/** Starts the servers behind a Service port, wherever its pods are in the lab. */
function serve(
  lab: Lab,
  cluster: Cluster,
  services: ReadonlyMap<string, TracedService>,
  { to, requestBytes, responseBytes }: Wanted,
): void {
  const inLab = new Set(lab.hosts);
  const namespace = to.service.slice(0, to.service.indexOf("/"));
  for (const endpoint of setOf(services, to)) {
    const pod = cluster.pods.at(cluster.podIndexOf(endpoint, namespace));
    if (pod === undefined || !pod.answering || !inLab.has(pod.key)) continue;
    const host = lab.host(pod.key);
    const text = `${pod.key} `.padEnd(responseBytes, ".");
    host.listen(endpoint.port, (connection) => {
      serveRequests(lab, connection, (request) =>
        request.length < requestBytes ? undefined : text,
      );
    });
    host.serveUdp(endpoint.port, (_request, ends) => host.reply(ends, text.slice(0, 1200)));
  }
}

function exchange(
  lab: Lab,
  cluster: Cluster,
  services: ReadonlyMap<string, TracedService>,
  wanted: Wanted,
): ReturnType<typeof tcpExchange> {
  const { from, protocol, requestBytes } = wanted;
  const target = { from, ...addressFor(lab, cluster, services, wanted), timeoutMs: 3000 };
  const text = "GET / ".padEnd(requestBytes, "x").slice(0, requestBytes);
  return protocol === "TCP"
    ? tcpExchange(lab, target, { text })
    : udpExchange(lab, target, text.slice(0, 1200));
}

/** Where a client sends; a user outside gets a route by way of the node where it enters. */
function addressFor(
  lab: Lab,
  cluster: Cluster,
  services: ReadonlyMap<string, TracedService>,
  { to, entry }: Wanted,
): { readonly address: string; readonly port: number } {
  const spec = services.get(to.service)?.service.spec;
  const clusterIP = spec?.clusterIP ?? "";
  const node = entry === undefined ? undefined : cluster.nodes.at(entry)?.name;
  if (node === undefined) return { address: clusterIP, port: to.port };
  const via = addressOf(lab, node);
  const nodePort = spec?.ports?.find(({ port }) => port === to.port)?.nodePort ?? 0;
  if (nodePort !== 0) return { address: via, port: nodePort };
  const { routes } = lab.host(CLIENT).namespace;
  routes.add({ to: `${clusterIP}/32`, device: "eth0", via });
  return { address: clusterIP, port: to.port };
}

function outcomeText(answer: Answer, { protocol }: Wanted): string {
  if (answer.kind === "error") return answerText(answer);
  return `answered by ${answer.text.split(" ")[0]} over ${protocol}`;
}
