import { type Happening, icmpErrorKind } from "../host/index.ts";
import type { RuleStep } from "../netfilter/index.ts";
import { isIcmp, type Packet, portsOf } from "../wire/index.ts";
import { type FlowBook, innermost } from "./flow-book.ts";
import type { Sighting } from "./sighting.ts";

/** Why a packet looks as it does, by the sighting that it is told at. */
export type Causes = ReadonlyMap<Sighting, readonly string[]>;

/** Why the frame comes that is seen next of a packet's flow, or of a host. */
interface Pending {
  readonly packet?: Packet;
  readonly namespace?: string;
  readonly text: string;
}

/** What was said of frames that nobody captured is forgotten. */
const MAX_PENDING = 200;
/** A packet that ends was seen lately, or nowhere. */
const MAX_LOOKED_BACK = 2000;

/**
 * Gathers what nodes decide about packets, for people who read the capture. What a rule did is told at
 * the next frame that the node sends at that moment; a packet's end at where it was seen last.
 */
export class CauseBook {
  readonly #sightings: readonly Sighting[];
  readonly #flows: FlowBook;
  readonly #texts = new Map<Sighting, string[]>();
  #pending: Pending[] = [];
  /** Rules that did not match since the last one that decided, by what failed first. */
  #passedOver = new Map<string, number>();

  constructor(sightings: readonly Sighting[], flows: FlowBook) {
    this.#sightings = sightings;
    this.#flows = flows;
  }

  get causes(): Causes {
    return this.#texts;
  }

  /** A node looked at a rule. */
  rule(node: string, step: RuleStep, packet: Packet): void {
    const { matched, chain, rule, because } = step;
    if (because !== undefined) {
      this.#passedOver.set(because, (this.#passedOver.get(because) ?? 0) + 1);
      return;
    }
    const text = matched ? ruleCause(chain, rule) : undefined;
    if (text === undefined) return;
    this.#add({ packet, text: `${node}: ${text}${passedOverText(this.#passedOver)}` });
    this.#passedOver = new Map();
  }

  /** A host says why it sends what leaves it next. */
  because(namespace: string, reason: string): void {
    this.#add({ namespace, text: `${namespace}: ${reason}` });
  }

  #add(pending: Pending): void {
    this.#pending.push(pending);
    if (this.#pending.length > MAX_PENDING) this.#pending.shift();
  }

  /** A frame was seen: what was decided about it is told here. */
  seen(sighting: Sighting): void {
    this.#passedOver = new Map();
    if (this.#pending.length === 0) return;
    const host = sighting.interface.slice(0, sighting.interface.lastIndexOf(":"));
    const seen = sighting.frame.packet;
    this.#pending = this.#pending.filter(({ packet, namespace, text }) => {
      const isIt = packet === undefined ? namespace === host : this.#areOne(packet, seen);
      if (isIt) this.tell(sighting, text);
      return !isIt;
    });
  }

  /** A packet ended, or something else happened to it that no frame shows. */
  happened({ namespace, what, packet }: Happening): void {
    const reasons = this.#pending.filter(
      (one) => one.packet !== undefined && this.#areOne(one.packet, packet),
    );
    this.#pending = this.#pending.filter((one) => !reasons.includes(one));
    const sighting = this.#lastOf(packet);
    if (sighting === undefined) return;
    for (const { text } of reasons) this.tell(sighting, text);
    this.tell(sighting, `${namespace}: ${aboutText(packet)}${what}`);
  }

  /** Whether two packets are of one flow; before tracking knows it, of one sender's end. */
  #areOne(packet: Packet, other: Packet): boolean {
    const flow = this.#flows.ofPacket(packet);
    if (flow !== undefined && flow === this.#flows.ofPacket(other)) return true;
    const [one, two] = [innermost(packet), innermost(other)];
    const [ports, others] = [portsOf(one.transport), portsOf(two.transport)];
    if (ports === undefined || others === undefined) return one.transport === two.transport;
    return one.source === two.source && ports.source === others.source;
  }

  tell(sighting: Sighting, text: string): void {
    const texts = this.#texts.get(sighting) ?? [];
    this.#texts.set(sighting, texts);
    if (!texts.includes(text)) texts.push(text);
  }

  #lastOf(packet: Packet): Sighting | undefined {
    const oldest = Math.max(0, this.#sightings.length - MAX_LOOKED_BACK);
    for (let i = this.#sightings.length - 1; i >= oldest; i--) {
      const sighting = this.#sightings[i] as Sighting;
      if (this.#areOne(packet, sighting.frame.packet)) return sighting;
    }
    return undefined;
  }
}

/** Whether it is the packet itself that something happened to, or an error about it. */
function aboutText({ transport }: Packet): string {
  if (!isIcmp(transport) || transport.quoted === undefined) return "";
  const kind = icmpErrorKind(transport)?.replaceAll("-", " ") ?? "error";
  return `ICMP ${kind} about it: `;
}

/** Rules that only lead to others say nothing on their own. */
function ruleCause(chain: string, rule: string): string | undefined {
  const bare = rule.replace(/comment "[^"]*"/, "");
  const decides = /-j (?:DNAT|REJECT|DROP|MASQUERADE)|\b(?:dnat|reject|drop|masquerade)\b/;
  return decides.test(bare) ? `rule of ${chain}: ${rule.replace(/^-A \S+ /, "")}` : undefined;
}

/** Where the name of what a rule asks for says little. */
const WORDS: Readonly<Partial<Record<string, string>>> = {
  "one-of": "chance",
  "verdict-of-address": "address and port",
  "verdict-of-port": "port",
  "new-connection": "being no new connection",
  marked: "mark",
  mark: "mark",
};

function passedOverText(passedOver: ReadonlyMap<string, number>): string {
  let count = 0;
  for (const one of passedOver.values()) count += one;
  if (count === 0) return "";
  const reasons = [...passedOver].map(([what, times]) => `${times} by ${WORDS[what] ?? what}`);
  const rules = count === 1 ? "1 rule before it did" : `${count} rules before it did`;
  return ` (${rules} not match: ${reasons.join(", ").replaceAll("-", " ")})`;
}
