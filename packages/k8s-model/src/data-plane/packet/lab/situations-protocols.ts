import type { Steps } from "@k8s-netsim/sim-core";
import { SctpAssociation } from "../host/index.ts";
import { type Answer, ask, openTcp, request, tcpExchange } from "./clients.ts";
import type { Lab } from "./lab.ts";
import type { PodNetwork } from "./lab-network.ts";
import { ping } from "./ping.ts";
import { addressOf, clusterIP } from "./places.ts";
import type { Situation } from "./situation.ts";

const MS = 1_000_000;
const CLIENT = "a1";
const CLIENT_TAG = 0x11e7;

function* bigStream(lab: Lab): Steps<void> {
  const address = clusterIP(lab, "remote");
  const head = "big 4000 ";
  const text = head + "x".repeat(4000 - head.length);
  const answer = yield* tcpExchange(lab, { from: CLIENT, address, port: 80 }, { text });
  lab.note("reply", answer.text);
  yield 5 * MS;
  lab.note("path MTU cached at a1", routeText(lab, address));
}

/** What `ip route get` says of a destination. */
function routeText(lab: Lab, address: string): string {
  const { namespace } = lab.host(CLIENT);
  const route = namespace.routes.lookup(address);
  const source = namespace.sourceFor(address);
  const mtu = namespace.learntPathMtu(address);
  const way = `${address} via ${route?.via} dev ${route?.device} src ${source} uid 0 \n    cache`;
  return mtu === undefined ? way : `${way} expires 599sec mtu ${mtu}`;
}

function* bigDatagrams(lab: Lab): Steps<void> {
  const socket = lab.host(CLIENT).udpSocket(clusterIP(lab, "remote"), 53);
  for (let i = 0; i < 2; i++) {
    const answer: Answer = yield* ask(socket, 1000, "x".repeat(1472));
    lab.note(answer.kind === "answer" ? "reply" : "error", answer.text);
  }
}

function* sctp(lab: Lab): Steps<void> {
  const client = new SctpAssociation(lab.host(CLIENT), clusterIP(lab, "sctp"), 9899, CLIENT_TAG);
  const answer = yield client.send("INIT");
  lab.note("INIT_ACK from", answer.source);
  yield client.send("COOKIE_ECHO");
  yield client.send("DATA");
  lab.recordTables("established");
  yield 30 * MS;
  yield client.send("SHUTDOWN");
  client.send("SHUTDOWN_COMPLETE");
  yield MS;
  lab.recordTables("closed");
}

function* budget(lab: Lab): Steps<void> {
  for (let burst = 0; burst < 2; burst++) {
    if (burst > 0) yield 8000 * MS;
    const socket = lab.host("b1").udpSocket(clusterIP(lab, "empty"), 53);
    const errors: number[] = [];
    for (let i = 0; i < 20; i++) {
      const answer: Answer = yield* ask(socket, 20, "x");
      errors.push(answer.text === "timed out" ? 0 : 1);
    }
    lab.note("ICMP error received per datagram", errors);
  }
}

function* healthChecks(lab: Lab): Steps<void> {
  const port = lab.service("lbopen").healthCheckNodePort ?? 0;
  for (const { name } of lab.plan.nodes) {
    const address = addressOf(lab, name);
    const head = `GET / HTTP/1.1\r\nHost: ${address}:${port}\r\nAccept-Encoding: identity\r\n\r\n`;
    const { connection } = yield* openTcp(lab, { from: "cl", address, port });
    if (connection === undefined) continue;
    const answer = yield* request(connection, 1500, head);
    lab.note(name, httpOf(answer.text));
    connection.close();
    yield MS;
  }
}

/** Status, headers, body. */
function httpOf(text: string): readonly [number, Readonly<Record<string, string>>, string] {
  const [head = "", body = ""] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line) => line.split(": ") as [string, string]);
  return [Number(first.split(" ")[1]), Object.fromEntries(headers), body];
}

function onBoth(id: string, about: string, play: (lab: Lab) => Steps<void>): readonly Situation[] {
  const networks: readonly PodNetwork[] = ["routed", "vxlan"];
  return networks.map((network) => ({ id: `${id}-${network}`, about, network, play }));
}

/** Large packets, SCTP, ICMP, HTTP health checks. */
export const PROTOCOL_SITUATIONS: readonly Situation[] = [
  ...onBoth("big-mtu", "A pod sends 4,000 bytes at once to a pod of the other node.", bigStream),
  ...onBoth(
    "big-udp-df",
    "Datagrams of 1,472 bytes that must not be cut, to the other node.",
    bigDatagrams,
  ),
  ...onBoth("sctp-clusterip-other-node", "One SCTP association, packets made by programs.", sctp),
  ...[0, 1000].map((icmpRateLimitMs) => ({
    id: `icmp-budget-ratelimit-${icmpRateLimitMs}`,
    about: `20 datagrams to a Service without endpoints, 8 s later 20 again; icmp_ratelimit ${icmpRateLimitMs} ms.`,
    icmpRateLimitMs,
    play: budget,
  })),
  {
    id: "ping-clusterip",
    about: "ICMP echo to a cluster IP.",
    *play(lab) {
      lab.note("ping", yield* ping(lab, CLIENT, clusterIP(lab, "same"), 2));
    },
  },
  {
    id: "np-healthcheck",
    about: "The health check node port of a Service with external policy Local, on both nodes.",
    play: healthChecks,
  },
];
