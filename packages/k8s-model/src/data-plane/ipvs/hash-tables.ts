import { parseIP } from "../../address/index.ts";
import type { RealServer } from "./real-server.ts";

const BITS = 8;
const BUCKETS = 1 << BITS;
/** The kernel's `hash_32`. */
const GOLDEN_RATIO = 0x61c88647;

/** The bucket of an address in the tables of sh and dh; IPv6 addresses are folded to 32 bits. */
export function addressBucket(address: string): number {
  return Math.imul(folded(address), GOLDEN_RATIO) >>> (32 - BITS);
}

function folded(text: string): number {
  const address = parseIP(text);
  if (address === undefined) return 0;
  if (address.family === "IPv4") return address.value;
  const words = [96n, 64n, 32n, 0n].map((shift) => Number((address.value >> shift) & 0xffffffffn));
  return words.reduce((fold, word) => fold ^ word, 0) >>> 0;
}

/** Source hashing: each server takes as many buckets in turn as its weight says. */
export function sourceBuckets(servers: readonly RealServer[]): readonly (RealServer | undefined)[] {
  const inTurn = servers.flatMap((server) =>
    Array<RealServer>(Math.max(server.weight, 1)).fill(server),
  );
  return buckets(inTurn);
}

/** Destination hashing: every server one bucket in turn, whatever its weight. */
export function destinationBuckets(
  servers: readonly RealServer[],
): readonly (RealServer | undefined)[] {
  return buckets(servers);
}

function buckets(inTurn: readonly RealServer[]): readonly (RealServer | undefined)[] {
  return Array.from({ length: BUCKETS }, (_, bucket) => inTurn[bucket % (inTurn.length || 1)]);
}
