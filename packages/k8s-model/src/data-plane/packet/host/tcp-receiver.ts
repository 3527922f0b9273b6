import type { TcpSegment } from "../wire/index.ts";
import { type ByteRange, withRange } from "./byte-ranges.ts";
import type { TcpProfile } from "./tcp-profile.ts";

/** When to acknowledge what arrived. */
export type AckTime = "now" | "later" | "none";

/**
 * The receiving half of a connection: what has arrived, in order or not, and when to say so.
 *
 * Linux' rules: at once for the first segments of a connection, while something is missing, and when
 * more than a segment is unacknowledged; else with the answer or after a delay. A side that answers
 * within the delay is interactive ("ping-pong") and waits for its answers from then on.
 */
export class TcpReceiver {
  /** The next byte that is missing; counts from the other side's SYN. */
  next = 0;
  interactive = false;
  readonly #profile: TcpProfile;
  #early: readonly ByteRange[] = [];
  readonly #texts = new Map<number, string>();
  #acknowledged = 0;
  #quickAcks = 0;
  #delayNs = 0;
  #lastArrivalNs = Number.NEGATIVE_INFINITY;
  #largestSegment = 536;

  constructor(profile: TcpProfile) {
    this.#profile = profile;
  }

  /** Ranges beyond what is missing, the newest first. */
  get early(): readonly ByteRange[] {
    return this.#early;
  }

  get delayNs(): number {
    return this.#delayNs;
  }

  /** Takes a segment's data: what can be read now, and when to acknowledge. */
  take(
    { sequence, payload }: TcpSegment,
    nowNs: number,
    timeoutNs: number,
  ): { readonly text: string; readonly ack: AckTime } {
    const end = sequence + payload.length;
    if (end <= this.next) return { text: "", ack: "now" };
    this.#arrived(payload.length, nowNs, timeoutNs);
    if (sequence > this.next) {
      this.#texts.set(sequence, payload);
      this.#early = withRange(this.#early, [sequence, end]);
      return { text: "", ack: "now" };
    }
    const hadGap = this.#early.length > 0;
    const text = payload.slice(this.next - sequence) + this.#catchUp(end);
    if (hadGap) return { text, ack: "now" };
    const unacknowledged = this.next - this.#acknowledged;
    const quick = this.#quickAcks > 0 && !this.interactive;
    return { text, ack: quick || unacknowledged > this.#largestSegment ? "now" : "later" };
  }

  /** Data goes out: an answer, if something came a moment ago. */
  answered(nowNs: number): void {
    if (nowNs - this.#lastArrivalNs < this.#delayNs) this.interactive = true;
  }

  /** An acknowledgment of all so far has gone out. */
  acknowledged(): void {
    this.#acknowledged = this.next;
    if (this.#quickAcks > 0) this.#quickAcks -= 1;
  }

  /** The delay ended without an answer. */
  delayEnded(): void {
    if (this.interactive) {
      this.interactive = false;
      this.#delayNs = this.#profile.delayedAckNs;
    } else {
      this.#delayNs = Math.min(this.#delayNs * 2, this.#profile.minTimeoutNs);
    }
  }

  #arrived(bytes: number, nowNs: number, timeoutNs: number): void {
    const shortest = this.#profile.delayedAckNs;
    this.#largestSegment = Math.max(this.#largestSegment, bytes);
    const passedNs = nowNs - this.#lastArrivalNs;
    this.#lastArrivalNs = nowNs;
    if (this.#delayNs === 0) {
      this.#quickAcks = this.#profile.quickAcks;
      this.#delayNs = shortest;
    } else if (passedNs <= shortest / 2) {
      this.#delayNs = this.#delayNs / 2 + shortest / 2;
    } else if (passedNs < this.#delayNs) {
      this.#delayNs = Math.min(this.#delayNs / 2 + passedNs, timeoutNs);
    } else if (passedNs > timeoutNs) {
      this.#quickAcks = this.#profile.quickAcks;
    }
  }

  /** Moves on to a byte, and over what was there already. */
  #catchUp(end: number): string {
    this.next = end;
    let text = "";
    for (const [first, stop] of this.#early) {
      if (first > this.next) break;
      for (const [start, part] of [...this.#texts].sort((a, b) => a[0] - b[0])) {
        if (start >= stop || start + part.length <= this.next) continue;
        text += part.slice(Math.max(0, this.next - start));
        this.next = Math.max(this.next, start + part.length);
        this.#texts.delete(start);
      }
    }
    this.#early = this.#early.filter(([, stop]) => stop > this.next);
    return text;
  }
}
