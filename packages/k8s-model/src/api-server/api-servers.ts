import { invariant } from "@k8s-netsim/sim-core";
import { watchFrameBytes } from "../api/serialized-size/index.ts";
import type { Cursor, Store } from "../store/index.ts";
import { EgressLink } from "./egress-link.ts";
import { type ApiServerParameters, DEFAULT_API_SERVER } from "./parameters.ts";
import { type BytesOf, WatchStream } from "./watch-stream.ts";

/** A client that lists, and then watches, several kinds at one API server. */
export interface Listing {
  /** When the request arrives (ns). */
  readonly atNs: number;
  readonly server: number;
  readonly streams: readonly WatchStream[];
  /** Positions from which each stream is taken up without a list; a list where absent. */
  readonly resumeFrom?: readonly number[];
  /**
   * Told once the answer is on its way: complete at `doneNs`, it holds each stream up to its
   * present end. From then on the client watches.
   */
  readonly listed: (doneNs: number) => void;
}

const protobufFrame: BytesOf = ({ object, type }) => watchFrameBytes(object, type, "protobuf");

/**
 * The API servers between the store and its watchers: when each version leaves each server for how
 * many watchers, one link per server shared by all of them.
 *
 * Nothing is scheduled: `advance` takes up what has been written, in the order of revisions, with
 * `finish(k) = max(finish(k − 1), dispatch(k)) + bytes × watchers ÷ bandwidth`.
 */
export class ApiServers {
  readonly parameters: ApiServerParameters;
  readonly links: readonly EgressLink[];
  /** Lists answered, and what they weighed; a watch that is taken up again is not a list. */
  lists = 0;
  listedBytes = 0;
  resumes = 0;
  readonly #store: Store;
  readonly #bytesOf: BytesOf;
  readonly #streams: WatchStream[] = [];
  /** By time, then in the order in which they were announced. */
  readonly #listings: Listing[] = [];
  #advancedNs = 0;

  constructor(
    store: Store,
    parameters: Partial<ApiServerParameters> = {},
    bytesOf: BytesOf = protobufFrame,
  ) {
    this.parameters = { ...DEFAULT_API_SERVER, ...parameters };
    this.#store = store;
    this.#bytesOf = bytesOf;
    const { replicas, egressBytesPerSecond } = this.parameters;
    this.links = Array.from({ length: replicas }, () => new EgressLink(egressBytesPerSecond));
  }

  get streams(): readonly WatchStream[] {
    return this.#streams;
  }

  /** Bookmarks that all watches get a second, now: counted, not sent over the links. */
  get bookmarksPerSecond(): number {
    let watches = 0;
    for (const { attached } of this.#streams) for (const count of attached) watches += count;
    return (watches * 1e9) / this.parameters.bookmarkPeriodNs;
  }

  /** Opens a stream of a kind, from its first version on. */
  stream(kind: string, name: string): WatchStream {
    const cursor = this.#store.watch(kind, name, 0) as Cursor;
    const stream = new WatchStream(cursor, kind, this.links.length, this.#bytesOf);
    this.#streams.push(stream);
    return stream;
  }

  /** Lists that are still to come, and when the last of them is asked for (ns). */
  get announced(): { readonly count: number; readonly untilNs: number } {
    return { count: this.#listings.length, untilNs: this.#listings.at(-1)?.atNs ?? 0 };
  }

  /** Answers a client now: it is given all that has been written until now. */
  list(listing: Listing): void {
    this.advance(listing.atNs);
    this.#answer(listing);
  }

  /**
   * Announces a client that will list at a time to come. What is written at that very instant
   * reaches it through its watch.
   */
  announce(listing: Listing): void {
    invariant(listing.atNs >= this.#advancedNs, "a list is announced before its time");
    let index = this.#listings.length;
    while (index > 0 && (this.#listings[index - 1] as Listing).atNs > listing.atNs) index--;
    this.#listings.splice(index, 0, listing);
  }

  /** Takes a listing back; nothing happens where it has been answered. */
  withdraw(listing: Listing): void {
    const index = this.#listings.indexOf(listing);
    if (index >= 0) this.#listings.splice(index, 1);
  }

  /** Takes up what has been written, and answers what has been asked, until a time (ns). */
  advance(nowNs: number): void {
    for (;;) {
      const stream = this.#next();
      const listing = this.#listings[0];
      const writtenNs = stream?.cursor.peek()?.atNs ?? Number.POSITIVE_INFINITY;
      if (listing !== undefined && listing.atNs <= nowNs && listing.atNs <= writtenNs) {
        this.#listings.shift();
        this.#answer(listing);
      } else if (stream !== undefined && writtenNs <= nowNs) this.#send(stream);
      else break;
    }
    this.#advancedNs = Math.max(this.#advancedNs, nowNs);
  }

  /** The stream whose next version was written first. */
  #next(): WatchStream | undefined {
    let first: WatchStream | undefined;
    let revision = Number.POSITIVE_INFINITY;
    for (const stream of this.#streams) {
      const next = stream.cursor.peek()?.revision ?? Number.POSITIVE_INFINITY;
      if (next < revision) [first, revision] = [stream, next];
    }
    return first;
  }

  #send(stream: WatchStream): void {
    const version = stream.cursor.next();
    if (version === undefined) return;
    const bytes = stream.take(version);
    const { dispatchNs, encodeNsPerByte } = this.parameters;
    const readyNs = version.atNs + dispatchNs + Math.ceil(bytes * encodeNsPerByte);
    for (const [server, link] of this.links.entries()) {
      const startNs = link.send(readyNs, bytes * (stream.attached[server] as number));
      stream.lines[server]?.push(startNs, bytes * link.nsPerByte, link.freeNs);
    }
    stream.onSent?.(version.position, version.atNs);
  }

  /** From this moment on the client is sent versions. The link is taken while the list is made. */
  #answer({ atNs, server, streams, resumeFrom, listed }: Listing): void {
    const { listNs, listNsPerObject } = this.parameters;
    let bytes = 0;
    let objects = 0;
    for (const [index, stream] of streams.entries()) {
      const from = resumeFrom?.[index];
      if (from === undefined) {
        bytes += stream.listBytes;
        objects += stream.objects;
      } else bytes += stream.bytesBelow(stream.end) - stream.bytesBelow(from);
      stream.attached[server] = (stream.attached[server] as number) + 1;
    }
    if (resumeFrom === undefined) this.lists++;
    else this.resumes++;
    this.listedBytes += bytes;
    const link = this.links[server] as EgressLink;
    link.send(atNs, bytes);
    const madeNs = atNs + listNs + objects * listNsPerObject;
    listed(Math.ceil(Math.max(madeNs, link.freeNs)));
  }
}
