import type { Steps } from "@k8s-netsim/sim-core";
import type { TcpConnection, UdpSocket } from "../host/index.ts";
import {
  type Answer,
  answerText,
  ask,
  openTcp,
  podOf,
  request,
  tcpExchange,
  udpExchange,
  whoAnswered,
} from "./clients.ts";
import type { Lab } from "./lab.ts";
import type { EndpointCondition } from "./lab-services.ts";
import { clusterIP } from "./places.ts";
import type { Situation } from "./situation.ts";

const MS = 1_000_000;
const CLIENT = "a1";
const PROBE_TIMEOUT_MS = 300;
const PROBING_NS = 3000 * MS;
const ROUND_PAUSE_NS = 100 * MS;
/** The observer reads a proxy's metrics to learn whether it has synced. */
const READING_NS = 3 * MS;

interface Flows {
  readonly connection: TcpConnection;
  readonly socket: UdpSocket;
}

/** Opens a connection and a UDP flow that stay. */
function* openFlows(lab: Lab, service: string): Steps<{ flows: Flows; tcp: Answer; udp: Answer }> {
  const address = clusterIP(lab, service);
  const { connection } = yield* openTcp(lab, { from: CLIENT, address, port: 80 });
  if (connection === undefined) throw new Error(`The lab's Service "${service}" does not answer.`);
  const tcp = yield* request(connection, 1500);
  yield MS / 2;
  const socket = lab.host(CLIENT).udpSocket(address, 53);
  const udp = yield* ask(socket, 1000);
  return { flows: { connection, socket }, tcp, udp };
}

interface Change {
  readonly service: string;
  readonly endpoints: readonly string[];
  readonly conditions?: Readonly<Record<string, EndpointCondition>>;
  /** As the notes tell it. */
  readonly text: string;
}

/** Old and new flows, probed every 100 ms while an EndpointSlice changes. */
function* probeChange(lab: Lab, change: Change): Steps<void> {
  const { service } = change;
  const { flows, tcp, udp } = yield* openFlows(lab, service);
  lab.note("tcp established", answerText(tcp));
  lab.note("udp first", answerText(udp));
  lab.recordTables("before change");
  yield 45 * MS;
  lab.change(service, change.endpoints, change.conditions);
  lab.note("EndpointSlice changed", change.text);
  const startNs = lab.simulation.now;
  const before = lab.proxies.map(({ syncs }) => syncs);
  const told = new Map<string, string>();
  const synced = new Set<string>();
  while (lab.simulation.now - startNs < PROBING_NS) {
    const results = yield* probeRound(lab, clusterIP(lab, service), flows);
    for (const [what, result] of results) {
      if (told.get(what) === result) continue;
      told.set(what, result);
      lab.note(what, result);
    }
    for (const [i, { node, syncs }] of lab.proxies.entries()) {
      if (synced.has(node.name)) continue;
      yield READING_NS;
      if (syncs <= (before[i] as number)) continue;
      synced.add(node.name);
      lab.note(`${node.name} sync finished`, "");
    }
    yield ROUND_PAUSE_NS;
  }
  lab.recordTables("after change");
  yield 30 * MS;
  flows.connection.abort();
}

function* probeRound(
  lab: Lab,
  address: string,
  { connection, socket }: Flows,
): Steps<readonly (readonly [string, string])[]> {
  const target = { from: CLIENT, address, timeoutMs: PROBE_TIMEOUT_MS };
  const established = yield* request(connection, PROBE_TIMEOUT_MS);
  const sameSocket = yield* ask(socket, PROBE_TIMEOUT_MS);
  yield MS / 2;
  const newTcp = yield* tcpExchange(lab, { ...target, port: 80 }, { reset: true });
  const newUdp = yield* udpExchange(lab, { ...target, port: 53 });
  return [
    ["established tcp", whoAnswered(established)],
    ["same udp socket", whoAnswered(sameSocket)],
    ["new tcp", whoAnswered(newTcp)],
    ["new udp", whoAnswered(newUdp)],
  ];
}

function* podGone(lab: Lab): Steps<void> {
  const { flows, tcp, udp } = yield* openFlows(lab, "gonesvc");
  lab.note("before", [tcp.text, udp.text]);
  yield 46 * MS;
  lab.deletePod("a2");
  lab.note("pod interface deleted (host route and peer gone)", "");
  lab.note("established tcp", (yield* request(flows.connection, 2500)).text);
  lab.note("same udp socket", answerText(yield* ask(flows.socket, 1000)));
  const address = clusterIP(lab, "gonesvc");
  const fresh = yield* tcpExchange(lab, { from: CLIENT, address, port: 80, timeoutMs: 2500 });
  lab.note("new tcp", answerText(fresh));
  flows.connection.abort();
}

function* serviceDeleted(lab: Lab): Steps<void> {
  const address = clusterIP(lab, "ext");
  const { flows, tcp, udp } = yield* openFlows(lab, "ext");
  lab.note("tcp established", answerText(tcp));
  lab.note("udp first", answerText(udp));
  yield 10 * MS;
  lab.deleteService("ext");
  lab.note("deleted", "");
  yield 2500 * MS;
  lab.note("established tcp", answerText(yield* request(flows.connection, 1500)));
  lab.note("same udp socket", answerText(yield* ask(flows.socket, 1000)));
  yield MS / 2;
  lab.note("new tcp", answerText(yield* tcpExchange(lab, { from: CLIENT, address, port: 80 })));
  lab.note("new udp", answerText(yield* udpExchange(lab, { from: CLIENT, address, port: 53 })));
  flows.connection.close();
  yield MS;
}

function* proxyRestart(lab: Lab): Steps<void> {
  const address = clusterIP(lab, "remote");
  const [first] = lab.proxies;
  const { connection } = yield* openTcp(lab, { from: CLIENT, address, port: 80 });
  if (connection === undefined || first === undefined) return;
  yield* request(connection, 1500);
  yield 4 * MS;
  first.stop();
  lab.note("kube-proxy stopped", "");
  lab.note("established tcp", podOf(yield* request(connection, 1500)));
  const fresh = yield* tcpExchange(lab, { from: CLIENT, address, port: 80 });
  lab.note("new tcp", answerText(fresh));
  const { syncs } = first;
  yield 600 * MS;
  first.restart();
  while (first.syncs === syncs) yield 10 * MS;
  lab.note("kube-proxy synced", "");
  lab.note("established tcp", podOf(yield* request(connection, 1500)));
  connection.close();
  yield MS;
}

function changing(id: string, about: string, change: Change): Situation {
  return { id, about, rounds: true, play: (lab) => probeChange(lab, change) };
}

/** Endpoints and Services that change under flows. */
export const CHANGE_SITUATIONS: readonly Situation[] = [
  changing("change-endpoint-moves", "One endpoint is replaced by another.", {
    service: "moves",
    endpoints: ["b1"],
    text: "b2 -> b1",
  }),
  changing("change-endpoint-removed-last", "The only endpoint is removed.", {
    service: "dies",
    endpoints: [],
    text: "b2 -> none",
  }),
  changing("change-endpoint-terminating", "The only endpoint becomes terminating, still serving.", {
    service: "term",
    endpoints: ["b2"],
    conditions: { b2: { ready: false, terminating: true } },
    text: "b2 ready -> terminating, serving",
  }),
  changing(
    "change2-terminating-with-other-ready",
    "An endpoint terminates while another is ready.",
    {
      service: "term",
      endpoints: ["b1", "b2"],
      conditions: { b2: { ready: false, terminating: true } },
      text: "b2 -> b1 ready, b2 terminating",
    },
  ),
  {
    id: "change2-service-deleted",
    about: "A Service and its slice are deleted.",
    play: serviceDeleted,
  },
  {
    id: "change2-proxy-restart",
    about: "kube-proxy of the client's node is stopped and started; its rules stay.",
    play: proxyRestart,
  },
  {
    id: "gone-pod",
    about: "A pod's network vanishes while its slice still lists it.",
    services: [{ name: "gonesvc", clusterIP: "10.96.0.28", endpoints: ["a2"] }],
    unseen: ["a2"],
    play: podGone,
  },
];
