import type { Steps } from "@k8s-netsim/sim-core";
import {
  answerText,
  ask,
  podOf,
  type Target,
  tcpExchange,
  udpExchange,
  whoAnswered,
} from "./clients.ts";
import type { Lab } from "./lab.ts";
import type { EndpointCondition } from "./lab-services.ts";
import { addressOf, clusterIP } from "./places.ts";
import type { Situation } from "./situation.ts";

const MS = 1_000_000;
const CLIENT = "a1";
const SETTLED_NS = 1505 * MS;
const SERVING: EndpointCondition = { ready: false, serving: true, terminating: true };
const NOT_SERVING: EndpointCondition = { ready: false, serving: false, terminating: true };

function* fromOutside(lab: Lab, condition: EndpointCondition): Steps<void> {
  lab.change("npl", ["b2"], { b2: condition });
  yield SETTLED_NS;
  const target: Target = { from: "cl", address: addressOf(lab, "n2"), port: 30_081 };
  lab.note("tcp", answerText(yield* tcpExchange(lab, target)));
}

function* both(lab: Lab, condition: EndpointCondition): Steps<void> {
  lab.change("spread", ["b1", "b2"], { b1: condition, b2: condition });
  yield SETTLED_NS;
  const target = { from: CLIENT, address: clusterIP(lab, "spread") };
  const tcp = yield* tcpExchange(lab, { ...target, port: 80 });
  const udp = yield* udpExchange(lab, { ...target, port: 53 });
  lab.note("result", [`tcp ${tcp.kind}`, `udp ${udp.kind}`]);
}

function* udpWithoutEndpoint(lab: Lab): Steps<void> {
  const address = clusterIP(lab, "term");
  const socket = lab.host(CLIENT).udpSocket(address, 53);
  lab.note("udp first", answerText(yield* ask(socket, 1000)));
  lab.change("term", ["b2"], { b2: NOT_SERVING });
  yield 1806 * MS;
  lab.note("same udp socket", answerText(yield* ask(socket, 1000)));
  yield MS;
  lab.note("new udp", answerText(yield* udpExchange(lab, { from: CLIENT, address, port: 53 })));
}

function* udpBeforeEndpoints(lab: Lab): Steps<void> {
  lab.change("dies", []);
  yield SETTLED_NS;
  const socket = lab.host(CLIENT).udpSocket(clusterIP(lab, "dies"), 53);
  let told = "";
  for (let i = 0; i < 15; i++) {
    if (i === 4) {
      lab.change("dies", ["b2"]);
      yield 4 * MS;
      lab.note("endpoint added", "");
    }
    const answer = yield* ask(socket, 100, "x");
    const text = answer.kind === "answer" ? whoAnswered(answer) : answer.text;
    if (text !== told) lab.note("same socket", text);
    told = text;
    yield 100 * MS;
  }
}

/** Endpoints that terminate, and UDP flows that outlive them. */
export const TERMINATING_SITUATIONS: readonly Situation[] = [
  {
    id: "term-local-nodeport",
    about: "Node port, external policy Local: the only local endpoint terminates and serves.",
    play: (lab) => fromOutside(lab, SERVING),
  },
  {
    id: "term-local-nodeport-not-serving",
    about: "The same, and it does not serve any more.",
    play: (lab) => fromOutside(lab, NOT_SERVING),
  },
  {
    id: "term-not-serving",
    about: "All endpoints terminate and do not serve.",
    play: (lab) => both(lab, NOT_SERVING),
  },
  {
    id: "term-notready-serving",
    about: "No endpoint is ready or terminates, but all serve.",
    *play(lab) {
      yield 1200 * MS;
      yield* both(lab, { ready: false, serving: true });
    },
  },
  {
    id: "term-only-serving",
    about: "All endpoints terminate and serve: new connections.",
    chance: true,
    *play(lab) {
      lab.change("spread", ["b1", "b2"], { b1: SERVING, b2: SERVING });
      yield SETTLED_NS;
      const target: Target = { from: CLIENT, address: clusterIP(lab, "spread"), port: 80 };
      const found: string[] = [];
      for (let i = 0; i < 8; i++)
        found.push(podOf(yield* tcpExchange(lab, target, { reset: true })));
      lab.note("tcp", found);
    },
  },
  {
    id: "term-udp-not-serving",
    about: "A UDP flow is on when the only endpoint stops serving.",
    play: udpWithoutEndpoint,
  },
  {
    id: "term-udp-before-endpoints",
    about: "A UDP socket sends before its Service has an endpoint, which then comes.",
    play: udpBeforeEndpoints,
  },
];
