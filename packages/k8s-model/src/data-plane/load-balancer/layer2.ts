import { formatIP, parseIP } from "../../address/index.ts";
import { sha256 } from "../proxied-port/sha256.ts";

export interface Layer2Election {
  /** Names of the nodes that may announce. */
  readonly candidates: readonly string[];
  /** The Service's address, in whatever spelling. */
  readonly ip: string;
  /** A node with a higher score goes first; nodes without one have 0. */
  readonly preferenceScores?: ReadonlyMap<string, number> | undefined;
}

/**
 * The candidates in the order in which they take an address: by preference score, then by the SHA-256
 * digest of `node#ip`. Every speaker sorts for itself and comes to the same result, so that nobody
 * has to be asked (MetalLB, layer 2 controller).
 */
export function layer2Order(election: Layer2Election): readonly string[] {
  const { candidates, preferenceScores } = election;
  const address = parseIP(election.ip);
  const ip = address === undefined ? election.ip : formatIP(address);
  return [...new Set(candidates)]
    .map((node) => ({
      node,
      score: preferenceScores?.get(node) ?? 0,
      digest: sha256(`${node}#${ip}`),
    }))
    .sort((a, b) => b.score - a.score || compareBytes(a.digest, b.digest))
    .map(({ node }) => node);
}

/** The one node that answers ARP or neighbour discovery for the address; none without candidates. */
export function layer2Announcer(election: Layer2Election): string | undefined {
  return layer2Order(election)[0];
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < a.length; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
