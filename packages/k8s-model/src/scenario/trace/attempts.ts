import { type Steps, timeOut, type Wait } from "@k8s-netsim/sim-core";
import {
  type Answer,
  ask,
  type Flow,
  type Lab,
  nextAnswer,
  openTcp,
  request,
  SctpAssociation,
  type Target,
  type TcpConnection,
} from "../../data-plane/index.ts";
import { isWhole, requestText } from "./payloads.ts";
import type { TraceOutcome } from "./trace-options.ts";
import type { Wanted } from "./wanted.ts";

const MS = 1_000_000;
const DEFAULT_TIMEOUT_NS = 3000 * MS;
/** Longer ones would only show more of the same. */
const MAX_TIMEOUT_NS = 8000 * MS;
/** After the end of an exchange: what still comes is of it. */
const AFTERWARDS_NS = 2 * MS;
/** How long a client waits for the answer to what it sent on a connection that the other side has closed. */
const LAST_WORD_NS = MS;
const CLIENT_TAG = 0x11e7;
const SCTP_STEPS = ["INIT", "COOKIE_ECHO", "DATA", "SHUTDOWN"] as const;

/** How one attempt of a client went. */
export interface Attempt {
  readonly kind: TraceOutcome;
  /** The error as a program prints it; empty where it was answered. */
  readonly error: string;
  /** When the connection stood, where it did. */
  readonly establishedNs?: number;
  readonly flow: Flow | undefined;
}

/** One connection of its own for one request. */
export function attempt(lab: Lab, wanted: Wanted, { from, address, port }: Target): Steps<Attempt> {
  const limitNs = Math.min(wanted.timeoutNs ?? DEFAULT_TIMEOUT_NS, MAX_TIMEOUT_NS);
  const target = { from, address, port, timeoutMs: limitNs / MS };
  if (wanted.protocol === "UDP") return datagram(lab, wanted, target);
  return wanted.protocol === "SCTP"
    ? association(lab, target)
    : connection(lab, wanted, target, limitNs);
}

type TimedTarget = Target & { readonly timeoutMs: number };

function* connection(
  lab: Lab,
  wanted: Wanted,
  target: TimedTarget,
  limitNs: number,
): Steps<Attempt> {
  const { connection: open, error, ends } = yield* openTcp(lab, target);
  if (open === undefined) {
    yield AFTERWARDS_NS;
    return { ...outcomeOf(error), flow: lab.flows?.of("tcp", ends) };
  }
  const establishedNs = lab.simulation.now;
  const answer = yield* askOn(lab, open, wanted, limitNs);
  open.close();
  yield AFTERWARDS_NS;
  return { ...outcomeOf(answer), establishedNs, flow: lab.flows?.of("tcp", ends) };
}

function* datagram(lab: Lab, wanted: Wanted, target: TimedTarget): Steps<Attempt> {
  const socket = lab.host(target.from).udpSocket(target.address, target.port);
  const answer = yield* ask(socket, target.timeoutMs, textFor(wanted));
  yield AFTERWARDS_NS;
  return { ...outcomeOf(answer), flow: lab.flows?.of("udp", socket.ends) };
}

function* association(lab: Lab, target: TimedTarget): Steps<Attempt> {
  const client = new SctpAssociation(
    lab.host(target.from),
    target.address,
    target.port,
    CLIENT_TAG,
  );
  for (const step of SCTP_STEPS) {
    const answered = yield timeOut(client.send(step), target.timeoutMs * MS);
    if (!answered.timedOut) continue;
    const flow = lab.flows?.of("sctp", client.ends);
    return { kind: "timed-out", error: "timed out", flow };
  }
  client.send("SHUTDOWN_COMPLETE");
  yield AFTERWARDS_NS;
  return { kind: "answered", error: "", flow: lab.flows?.of("sctp", client.ends) };
}

/**
 * A connection that stays open and carries a request now and then, until it breaks or `isOver` says so.
 * Its client sends without looking whether the other side has closed meanwhile, as simple ones do.
 */
export function* keptConnection(
  lab: Lab,
  wanted: Wanted,
  target: Target,
  { pause, isOver }: { readonly pause: () => Wait<unknown>; readonly isOver: () => boolean },
): Steps<Attempt> {
  const limitNs = Math.min(wanted.timeoutNs ?? DEFAULT_TIMEOUT_NS, MAX_TIMEOUT_NS);
  const timeoutMs = limitNs / MS;
  const { connection: open, error, ends } = yield* openTcp(lab, { ...target, timeoutMs });
  if (open === undefined) return { ...outcomeOf(error), flow: lab.flows?.of("tcp", ends) };
  const establishedNs = lab.simulation.now;
  for (;;) {
    const answer = yield* askOn(lab, open, wanted, limitNs);
    const flow = lab.flows?.of("tcp", ends);
    if (answer.kind === "error") {
      open.close();
      yield AFTERWARDS_NS;
      return { ...outcomeOf(answer), establishedNs, flow };
    }
    if (answer.text === "") {
      // The end came in place of an answer; a reset may follow what was sent into it.
      yield LAST_WORD_NS;
      open.close();
      yield AFTERWARDS_NS;
      const closed = "closed by the other side, the request was lost";
      return { kind: "reset", error: `error: ${closed}`, establishedNs, flow };
    }
    if (isOver()) {
      open.close();
      yield AFTERWARDS_NS;
      return { kind: "answered", error: "", establishedNs, flow };
    }
    yield pause();
  }
}

/** One request, and its answer to the last byte; the text is empty where the connection ended instead. */
function* askOn(lab: Lab, open: TcpConnection, wanted: Wanted, limitNs: number): Steps<Answer> {
  const untilNs = lab.simulation.now + limitNs;
  let answer = yield* request(open, limitNs / MS, textFor(wanted));
  let text = "";
  while (answer.kind === "answer" && answer.text !== "") {
    text += answer.text;
    if (isWhole(text)) return { kind: "answer", text };
    answer = yield* nextAnswer(open, (untilNs - lab.simulation.now) / MS);
  }
  return answer;
}

function textFor({ protocol, to, requestBytes: bytes }: Wanted): string {
  const [, service = to.service] = to.service.split("/");
  return requestText({ port: to.port, protocol, bytes }, service);
}

function outcomeOf(answer: Answer | undefined): Pick<Attempt, "kind" | "error"> {
  if (answer === undefined) return { kind: "timed-out", error: "error: timed out" };
  if (answer.kind === "answer") {
    if (answer.text !== "") return { kind: "answered", error: "" };
    return { kind: "reset", error: "error: closed by the other side without an answer" };
  }
  const error = `error: ${answer.text}`;
  switch (answer.code) {
    case "ECONNREFUSED":
      return { kind: "refused", error };
    case "ECONNRESET":
    case "EPIPE":
      return { kind: "reset", error };
    case "timed out":
    case "ETIMEDOUT":
      return { kind: "timed-out", error };
    default:
      return { kind: "unreachable", error };
  }
}
