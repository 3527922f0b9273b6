import type { Steps } from "@k8s-netsim/sim-core";
import { ask, podOf, tcpExchange, udpExchange } from "./clients.ts";
import type { Lab } from "./lab.ts";
import { clusterIP } from "./places.ts";
import type { Situation } from "./situation.ts";

const MS = 1_000_000;
const CLIENT = "a1";
const RESET = { reset: true } as const;

/** The pods that so many new connections came to; `pause` before or after each. */
function* pods(
  lab: Lab,
  service: string,
  count: number,
  { beforeMs = 0, afterMs = 0 }: { beforeMs?: number; afterMs?: number } = {},
): Steps<string[]> {
  const address = clusterIP(lab, service);
  const found: string[] = [];
  for (let i = 0; i < count; i++) {
    if (beforeMs > 0) yield beforeMs * MS;
    found.push(podOf(yield* tcpExchange(lab, { from: CLIENT, address, port: 80 }, RESET)));
    if (afterMs > 0) yield afterMs * MS;
  }
  return found;
}

function* affinity(lab: Lab): Steps<void> {
  lab.note("8 at once", yield* pods(lab, "affinity", 8));
  lab.note("pauses 1.2 s", yield* pods(lab, "affinity", 4, { beforeMs: 1200 }));
  lab.note("pauses 2.6 s", yield* pods(lab, "affinity", 6, { beforeMs: 2600 }));
  const found = yield* pods(lab, "affinity", 1);
  const address = clusterIP(lab, "affinity");
  for (let i = 0; i < 4; i++) {
    found.push(podOf(yield* udpExchange(lab, { from: CLIENT, address, port: 53 })));
  }
  lab.note("tcp and udp ports share it", found);
}

function* removed(lab: Lab): Steps<void> {
  const [first = ""] = yield* pods(lab, "affinity", 1);
  lab.note("first", first);
  lab.change(
    "affinity",
    lab.service("affinity").endpoints.filter((one) => one !== first),
  );
  yield 1505 * MS;
  lab.note("after removal", yield* pods(lab, "affinity", 3));
}

function* without(lab: Lab): Steps<void> {
  lab.note("tcp", yield* pods(lab, "spread", 12));
  const address = clusterIP(lab, "spread");
  const socket = lab.host(CLIENT).udpSocket(address, 53);
  const one: string[] = [];
  for (let i = 0; i < 6; i++) one.push(podOf(yield* ask(socket, 1000)));
  lab.note("udp one socket", one);
  const fresh: string[] = [];
  for (let i = 0; i < 12; i++) {
    fresh.push(podOf(yield* udpExchange(lab, { from: CLIENT, address, port: 53 })));
  }
  lab.note("udp new sockets", fresh);
}

/** Session affinity, and its absence. */
export const AFFINITY_SITUATIONS: readonly Situation[] = [
  {
    id: "affinity",
    about:
      "ClientIP affinity of 2 s with two endpoints: 8 connections, then pauses of 1.2 s and 2.6 s.",
    chance: true,
    play: affinity,
  },
  {
    id: "affinity-expiry",
    about: "The same: 14 connections 2.6 s apart, then 14 connections 1 s apart.",
    chance: true,
    *play(lab) {
      lab.note("2.6 s apart", yield* pods(lab, "affinity", 14, { afterMs: 2600 }));
      lab.note("1.0 s apart", yield* pods(lab, "affinity", 14, { afterMs: 1000 }));
    },
  },
  {
    id: "affinity-endpoint-removed",
    about: "The endpoint that a client sticks to is removed.",
    chance: true,
    play: removed,
  },
  {
    id: "no-affinity",
    about: "Two endpoints, no affinity: 12 connections, 6 datagrams of one socket, 12 of new ones.",
    chance: true,
    play: without,
  },
];
