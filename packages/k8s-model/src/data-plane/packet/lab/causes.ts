import type { Happening } from "../host/index.ts";
import type { RuleStep } from "../netfilter/index.ts";
import type { Packet } from "../wire/index.ts";
import { innermost } from "./flow-book.ts";
import type { Sighting } from "./sighting.ts";

/** Why a packet looks as it does, by the sighting that it is told at. */
export type Causes = ReadonlyMap<Sighting, readonly string[]>;

/** A packet that ends was seen lately, or nowhere. */
const MAX_LOOKED_BACK = 2000;

/**
 * Gathers what nodes decide about packets, for people who read the capture. What a rule did is told at
 * the next frame that the node sends at that moment; a packet's end at where it was seen last.
 */
export class CauseBook {
  readonly #sightings: readonly Sighting[];
  readonly #texts = new Map<Sighting, string[]>();
  /** Reasons for the frame that is seen next. */
  #pending: string[] = [];
  /** Rules that did not match since the last one that decided, by what failed first. */
  #passedOver = new Map<string, number>();

  constructor(sightings: readonly Sighting[]) {
    this.#sightings = sightings;
  }

  get causes(): Causes {
    return this.#texts;
  }

  /** A node looked at a rule. */
  rule(node: string, { matched, chain, rule, because }: RuleStep): void {
    if (because !== undefined) {
      this.#passedOver.set(because, (this.#passedOver.get(because) ?? 0) + 1);
      return;
    }
    const text = matched ? ruleCause(chain, rule) : undefined;
    if (text === undefined) return;
    this.because(`${node}: ${text}${passedOverText(this.#passedOver)}`);
    this.#passedOver = new Map();
  }

  /** Somebody says why the frame comes that is seen next. */
  because(reason: string): void {
    this.#pending.push(reason);
  }

  /** A frame was seen: what was decided about it is told here. */
  seen(sighting: Sighting): void {
    this.#passedOver = new Map();
    if (this.#pending.length === 0) return;
    for (const text of this.#pending) this.tell(sighting, text);
    this.#pending = [];
  }

  /** A packet ended, or something else happened to it that no frame shows. */
  happened({ namespace, what, packet }: Happening): void {
    const reasons = this.#pending;
    this.#pending = [];
    const sighting = this.#lastOf(packet);
    if (sighting === undefined) return;
    for (const reason of reasons) this.tell(sighting, reason);
    this.tell(sighting, `${namespace}: ${what}`);
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
      const { transport } = innermost(sighting.frame.packet);
      const same =
        transport === packet.transport ||
        (transport.kind === "tcp" &&
          packet.transport.kind === "tcp" &&
          transport.sequence === packet.transport.sequence &&
          transport.sourcePort === packet.transport.sourcePort) ||
        (transport.kind === "udp" &&
          packet.transport.kind === "udp" &&
          transport.sourcePort === packet.transport.sourcePort);
      if (same) return sighting;
    }
    return undefined;
  }
}

/** Rules that only lead to others say nothing on their own. */
function ruleCause(chain: string, rule: string): string | undefined {
  const bare = rule.replace(/comment "[^"]*"/, "");
  const decides = /-j (?:DNAT|REJECT|DROP|MASQUERADE)|\b(?:dnat|reject|drop|masquerade)\b/;
  return decides.test(bare) ? `rule of ${chain}: ${rule.replace(/^-A \S+ /, "")}` : undefined;
}

function passedOverText(passedOver: ReadonlyMap<string, number>): string {
  let count = 0;
  for (const one of passedOver.values()) count += one;
  if (count === 0) return "";
  const reasons = [...passedOver].map(([what, times]) => `${what} ${times}`).join(", ");
  return ` (${count} rules before it did not match: ${reasons})`;
}
