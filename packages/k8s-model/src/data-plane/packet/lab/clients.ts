import { type Steps, timeOut } from "@k8s-netsim/sim-core";
import type { Opened, Reading, SocketErrorCode, TcpConnection, UdpSocket } from "../host/index.ts";
import type { Lab } from "./lab.ts";

const US = 1_000;
const MS = 1_000_000;
/** Between two system calls of a client. */
const CALL_NS = 60 * US;
/** After an exchange, before the client does something else. */
const PAUSE_NS = 500 * US;

const REQUEST = "hello";

const ERROR_TEXTS: Readonly<Record<SocketErrorCode | "timed out", string>> = {
  "timed out": "timed out",
  ECONNREFUSED: "[Errno 111] Connection refused",
  ECONNRESET: "[Errno 104] Connection reset by peer",
  EHOSTUNREACH: "[Errno 113] No route to host",
  ENETUNREACH: "[Errno 101] Network is unreachable",
  EMSGSIZE: "[Errno 90] Message too long",
  EPERM: "[Errno 1] Operation not permitted",
  EPIPE: "[Errno 32] Broken pipe",
  ETIMEDOUT: "[Errno 110] Connection timed out",
};

/** What an exchange came to: the answer, or the error as a program prints it. */
export type Answer =
  | { readonly kind: "answer"; readonly text: string }
  | {
      readonly kind: "error";
      readonly text: string;
      readonly code: SocketErrorCode | "timed out";
    };

/** `b2 sees …`, or `error: …`. */
export function answerText({ kind, text }: Answer): string {
  return kind === "answer" ? text : `error: ${text}`;
}

/** `reply b2`, or `error: …`. */
export function whoAnswered({ kind, text }: Answer): string {
  return kind === "answer" ? `reply ${text.split(" ")[0]}` : `error: ${text}`;
}

/** The name of the pod that answered, or the error. */
export function podOf({ text }: Answer): string {
  return text.split(" ")[0] as string;
}

function failed(error: SocketErrorCode | "timed out"): Answer {
  return { kind: "error", text: ERROR_TEXTS[error], code: error };
}

/** Where a client sends, from which of its own addresses and how patiently. */
export interface Target {
  /** Host on which the client runs. */
  readonly from: string;
  readonly address: string;
  readonly port: number;
  readonly source?: string;
  readonly timeoutMs?: number;
}

/** Opens a connection. */
export function* openTcp(
  lab: Lab,
  { from, address, port, source, timeoutMs = 1500 }: Target,
): Steps<{
  readonly connection?: TcpConnection;
  readonly error?: Answer;
  readonly ends: TcpConnection["ends"];
}> {
  const connection = lab.host(from).connect(address, port, source);
  const { ends } = connection;
  const opened = yield timeOut(connection.opened, timeoutMs * MS);
  if (opened.timedOut) {
    connection.close();
    return { error: failed("timed out"), ends };
  }
  const result = opened.value as Opened;
  if (result !== "connected") return { error: failed(result), ends };
  yield CALL_NS;
  return { connection, ends };
}

/** One request and its answer on an open connection. */
export function* request(
  connection: TcpConnection,
  timeoutMs: number,
  text: string = REQUEST,
): Steps<Answer> {
  connection.write(text);
  return yield* nextAnswer(connection, timeoutMs);
}

/** What comes next on a connection. */
export function* nextAnswer(connection: TcpConnection, timeoutMs: number): Steps<Answer> {
  const read = yield timeOut(connection.received.get(), Math.max(0, Math.round(timeoutMs * MS)));
  if (read.timedOut) return failed("timed out");
  connection.hasRead();
  return answerOf(read.value as Reading);
}

/** A connection of its own for one request, closed in the usual way or thrown away with a reset. */
export function* tcpExchange(
  lab: Lab,
  target: Target,
  { reset = false, text = REQUEST }: { readonly reset?: boolean; readonly text?: string } = {},
): Steps<Answer> {
  const { connection, error } = yield* openTcp(lab, target);
  if (connection === undefined) return error ?? failed("timed out");
  const answer = yield* request(connection, target.timeoutMs ?? 1500, text);
  yield CALL_NS;
  if (reset) connection.abort();
  else connection.close();
  yield PAUSE_NS;
  return answer;
}

/** One datagram and its answer. */
export function* ask(socket: UdpSocket, timeoutMs: number, text: string = REQUEST): Steps<Answer> {
  const error = socket.send(text);
  if (error !== undefined) return failed(error);
  const read = yield timeOut(socket.received.get(), timeoutMs * MS);
  return read.timedOut ? failed("timed out") : answerOf(read.value as Reading);
}

/** One datagram from a new socket. */
export function* udpExchange(lab: Lab, target: Target, text: string = REQUEST): Steps<Answer> {
  const socket = lab.host(target.from).udpSocket(target.address, target.port, target.source);
  const answer = yield* ask(socket, target.timeoutMs ?? 1000, text);
  yield PAUSE_NS;
  return answer;
}

function answerOf(reading: Reading): Answer {
  if (reading.kind === "error") return failed(reading.error);
  return { kind: "answer", text: reading.kind === "data" ? reading.text : "" };
}
