import { type ByteRange, withoutRanges, withRange } from "./byte-ranges.ts";
import type { TcpProfile } from "./tcp-profile.ts";

/** One segment to be sent, by its place in the stream; `push`: the last one of what is sent together. */
export interface Piece {
  readonly sequence: number;
  readonly text: string;
  readonly push: boolean;
  readonly fin: boolean;
}

/**
 * The sending half of a connection: what is to be sent, what is on its way, what has arrived.
 *
 * Sequence 0 is the SYN, the data begin at 1. The window grows by what is acknowledged (slow start);
 * congestion avoidance is left out, as nothing here sends long enough.
 */
export class TcpSender {
  /** The first byte that is not acknowledged. */
  oldest = 0;
  /** The next byte to send. */
  next = 0;
  /** The largest payload of a segment. */
  segmentBytes = 536;
  readonly #profile: TcpProfile;
  #data = "";
  #finished = false;
  #arrived: readonly ByteRange[] = [];
  #windowSegments: number;

  constructor(profile: TcpProfile) {
    this.#profile = profile;
    this.#windowSegments = profile.initialWindowSegments;
  }

  write(text: string): void {
    this.#data += text;
  }

  /** Nothing follows what was written: the FIN comes after it. */
  finish(): void {
    this.#finished = true;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** The sequence after the last byte, FIN included. */
  get end(): number {
    return 1 + this.#data.length + (this.#finished ? 1 : 0);
  }

  get inFlight(): boolean {
    return this.next > this.oldest;
  }

  get finAcknowledged(): boolean {
    return this.#finished && this.oldest === this.end;
  }

  /** What may be sent now, cut into segments. */
  take(): readonly Piece[] {
    const window = this.oldest + this.#windowSegments * this.segmentBytes;
    const end = Math.min(this.end, Math.max(window, this.next));
    const pieces = this.#pieces([this.next, end]);
    this.next = end;
    return pieces;
  }

  /** Notes an acknowledgment; whether it was news. */
  acknowledge(upTo: number, arrived: readonly ByteRange[]): boolean {
    for (const range of arrived) this.#arrived = withRange(this.#arrived, range);
    if (upTo <= this.oldest || upTo > this.next) return false;
    const segments = Math.ceil((upTo - this.oldest) / this.segmentBytes);
    this.#windowSegments =
      Math.max(this.#windowSegments, this.#profile.initialWindowSegments) + segments;
    this.oldest = upTo;
    this.#arrived = this.#arrived.filter(([, stop]) => stop > upTo);
    return true;
  }

  /** Everything sent that has not arrived, as far as is known. */
  lost(): readonly Piece[] {
    const missing = withoutRanges([this.oldest, this.next], this.#arrived);
    return missing.flatMap((range) => this.#pieces(range));
  }

  /** The first lost segment: what a time-out sends again. */
  firstLost(): readonly Piece[] {
    return this.lost()
      .slice(0, 1)
      .map((piece) => ({ ...piece, push: this.#pushes(piece) }));
  }

  /** The last segment: what a tail loss probe sends again. */
  tail(): readonly Piece[] {
    return this.lost().slice(-1);
  }

  #pushes({ sequence, text }: Piece): boolean {
    return text.length > 0 && sequence + text.length >= 1 + this.#data.length;
  }

  #pieces([first, end]: ByteRange): readonly Piece[] {
    const dataEnd = Math.min(end, 1 + this.#data.length);
    const pieces: Piece[] = [];
    for (let at = first; at < dataEnd; at += this.segmentBytes) {
      const stop = Math.min(at + this.segmentBytes, dataEnd);
      const text = this.#data.slice(at - 1, stop - 1);
      pieces.push({ sequence: at, text, push: stop === dataEnd, fin: false });
    }
    if (end <= dataEnd) return pieces;
    const last = pieces.pop();
    pieces.push(
      last === undefined
        ? { sequence: dataEnd, text: "", push: false, fin: true }
        : { ...last, fin: true },
    );
    return pieces;
  }
}

/** A segment without data. */
export function bare(sequence: number): Piece {
  return { sequence, text: "", push: false, fin: false };
}
