import type { KubeObject } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import {
  type Answer,
  addressOf,
  answerText,
  endpointSet,
  type Lab,
  type LabCapture,
  labCapture,
  type PacketWay,
  type PodNetwork,
  type ProxyMode,
  packetWays,
  playSituation,
  proxiedPort,
  serveRequests,
  tcpExchange,
  udpExchange,
} from "../../data-plane/index.ts";
import type { ServicePortRef, TrafficSpec } from "../../traffic/index.ts";
import { restingCluster } from "../world/resting-cluster.ts";
import { InvalidTrace } from "./invalid-trace.ts";
import { labPlanOf, type TracedService, tracedServices, withinPlan } from "./traced-lab.ts";
import {
  CLIENT,
  endpointsOf,
  podsBehind,
  type Wanted,
  wantedConnection,
  wantedConnections,
} from "./wanted.ts";

export interface TraceOptions {
  readonly seed: string;
  readonly kubernetesVersion: string;
  /** `ebpf`: pods choose the endpoint in the socket, so that no packet shows the cluster IP. */
  readonly mode: ProxyMode | "ebpf";
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
  const { cluster } = restingCluster(objects, { kubernetesVersion: options.kubernetesVersion });
  const services = tracedServices(cluster);
  const { wanted, leftOut } = wantedConnections(cluster, services, traffic);
  return capture(cluster, services, { wanted, leftOut }, options);
}

/**
 * One connection of one pod (`namespace/name`) to a Service port, as {@link traceTraffic} makes them.
 *
 * @throws {InvalidTrace} where there is no such pod with an address, or no cluster IP with such a port
 */
export function traceConnection(
  objects: readonly KubeObject[],
  from: string,
  to: ServicePortRef,
  options: TraceOptions,
): TrafficTrace {
  const { cluster } = restingCluster(objects, { kubernetesVersion: options.kubernetesVersion });
  const services = tracedServices(cluster);
  const wanted = wantedConnection(cluster, services, from, to);
  const leftOut =
    wanted === undefined ? [`${from} -> ${to.service}:${to.port} is not possible.`] : [];
  return capture(
    cluster,
    services,
    { wanted: wanted === undefined ? [] : [wanted], leftOut },
    options,
  );
}

function capture(
  cluster: Cluster,
  services: ReadonlyMap<string, TracedService>,
  { wanted, leftOut }: { readonly wanted: readonly Wanted[]; readonly leftOut: readonly string[] },
  { seed, mode, network }: TraceOptions,
): TrafficTrace {
  if (wanted.length === 0) {
    throw new InvalidTrace(
      "nothing-to-trace",
      `No connection can be captured. ${leftOut.join(" ")}`.trim(),
      "name a client inside the cluster and a Service with a cluster IP that it calls.",
    );
  }
  const behind = wanted.flatMap(({ to }) => podsBehind(cluster, services, to));
  const pods = new Set([...wanted.flatMap(({ pod }) => pod ?? []), ...behind]);
  const entries = wanted.flatMap(({ entry }) => entry ?? []);
  const plan = labPlanOf(cluster, pods, entries);
  const involved = new Set(wanted.map(({ to }) => to.service));
  const known = withinPlan(new Map([...services].filter(([key]) => involved.has(key))), plan);
  const outcomes: string[] = [];
  const lab = playSituation(
    {
      id: "trace",
      about: "One connection of each kind of traffic.",
      *play(played) {
        for (const one of wanted) {
          serve(played, cluster, known, one);
          const answer = yield* exchange(played, cluster, known, one, mode === "ebpf");
          outcomes.push(outcomeText(answer, one));
        }
      },
    },
    {
      seed,
      mode: mode === "ebpf" ? "nftables" : mode,
      network,
      plan,
      services: [],
      cluster: [...known.values()],
      explains: true,
    },
  );
  const all = plan.nodes.reduce((sum, node) => sum + node.pods.length, 0);
  const surplus = pods.size - all;
  const cut =
    surplus > 0 ? [`${surplus} pods on nodes beyond the 40th are not in the capture.`] : [];
  const connections = connectionsOf(lab, wanted, outcomes);
  return { capture: labCapture(lab), connections, leftOut: [...leftOut, ...cut] };
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

/** Starts the servers behind a Service port, wherever its pods are in the lab. */
function serve(
  lab: Lab,
  cluster: Cluster,
  services: ReadonlyMap<string, TracedService>,
  { to, requestBytes, responseBytes }: Wanted,
): void {
  const inLab = new Set(lab.hosts);
  const namespace = to.service.slice(0, to.service.indexOf("/"));
  for (const endpoint of endpointsOf(services, to)) {
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
  inSocket: boolean,
): ReturnType<typeof tcpExchange> {
  const { from, protocol, requestBytes } = wanted;
  const chosen =
    inSocket && wanted.pod !== undefined ? endpointInSocket(lab, services, wanted) : undefined;
  const place = chosen ?? addressFor(lab, cluster, services, wanted);
  const target = { from, ...place, timeoutMs: 3000 };
  const text = "GET / ".padEnd(requestBytes, "x").slice(0, requestBytes);
  return protocol === "TCP"
    ? tcpExchange(lab, target, { text })
    : udpExchange(lab, target, text.slice(0, 1200));
}

/** Balancing at the socket: any of the endpoints that kube-proxy would choose from. */
function endpointInSocket(
  lab: Lab,
  services: ReadonlyMap<string, TracedService>,
  { from, to }: Wanted,
): { readonly address: string; readonly port: number } | undefined {
  const service = services.get(to.service)?.service;
  const port = service?.spec.ports?.find((one) => one.port === to.port);
  const node = lab.plan.nodes.find(({ pods }) => pods.some(({ name }) => name === from));
  if (service === undefined || port === undefined || node === undefined) return undefined;
  const set = endpointSet(services.get(to.service)?.slices ?? [], port.name ?? "", port.protocol);
  const home = { name: node.name, zone: node.zone, family: "IPv4" } as const;
  const { cluster, local, internalPolicyLocal } = proxiedPort(service, port, set, home);
  const choice = internalPolicyLocal ? local : cluster;
  const draw = lab.simulation.random(`packet/${from}/socket`, { shared: true });
  return choice.length === 0 ? undefined : choice[draw.int(choice.length)];
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
