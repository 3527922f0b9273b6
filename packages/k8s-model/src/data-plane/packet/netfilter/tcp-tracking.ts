import { TcpFlag, type TcpSegment } from "../wire/index.ts";

export type TcpTrackingState =
  | "NONE"
  | "SYN_SENT"
  | "SYN_RECV"
  | "ESTABLISHED"
  | "FIN_WAIT"
  | "CLOSE_WAIT"
  | "LAST_ACK"
  | "TIME_WAIT"
  | "CLOSE"
  | "SYN_SENT2";

/** What a segment does to the tracked state: a new state, none at all, or it fits no connection. */
type Step = TcpTrackingState | "ignore" | "invalid";
type SegmentKind = "syn" | "syn-ack" | "fin" | "ack" | "reset";
type Steps = Readonly<Record<TcpTrackingState, Step>>;

const STATES: readonly TcpTrackingState[] = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
];

const SHORT: Readonly<Record<string, Step>> = {
  SS: "SYN_SENT",
  SR: "SYN_RECV",
  ES: "ESTABLISHED",
  FW: "FIN_WAIT",
  CW: "CLOSE_WAIT",
  LA: "LAST_ACK",
  TW: "TIME_WAIT",
  CL: "CLOSE",
  S2: "SYN_SENT2",
  IG: "ignore",
  IV: "invalid",
};

/** One step per state, in the order of {@link STATES}. */
function steps(row: string): Steps {
  const words = row.split(" ");
  const entries = STATES.map((state, i) => [state, SHORT[words[i] as string] as Step]);
  return Object.fromEntries(entries);
}

/** The kernel's table: what each kind of segment does, by the direction it comes from. */
const TABLE: Readonly<Record<"original" | "reply", Readonly<Record<SegmentKind, Steps>>>> = {
  original: {
    syn: steps("SS SS IG IG IG IG IG SS SS S2"),
    "syn-ack": steps("IV IV SR IV IV IV IV IV IV SR"),
    fin: steps("IV IV FW FW LA LA LA TW CL IV"),
    ack: steps("ES IV ES ES CW CW TW TW CL IV"),
    reset: steps("IV CL CL CL CL CL CL CL CL CL"),
  },
  reply: {
    syn: steps("IV S2 IV IV IV IV IV SS IV S2"),
    "syn-ack": steps("IV SR IG IG IG IG IG IG IG SR"),
    fin: steps("IV IV FW FW LA LA LA TW CL IV"),
    ack: steps("IV IG SR ES CW CW TW TW CL IG"),
    reset: steps("IV CL CL CL CL CL CL CL CL CL"),
  },
};

function kindOf({ flags }: TcpSegment): SegmentKind {
  if ((flags & TcpFlag.RST) !== 0) return "reset";
  const acknowledges = (flags & TcpFlag.ACK) !== 0;
  if ((flags & TcpFlag.SYN) !== 0) return acknowledges ? "syn-ack" : "syn";
  return (flags & TcpFlag.FIN) !== 0 ? "fin" : "ack";
}

/**
 * What connection tracking makes of a segment (`nf_conntrack_proto_tcp`). A connection may be picked
 * up in the middle: without a state, a plain ACK leads to ESTABLISHED.
 */
export function tcpStep(
  state: TcpTrackingState,
  direction: "original" | "reply",
  segment: TcpSegment,
): Step {
  return TABLE[direction][kindOf(segment)][state];
}
