import { sha256 } from "./sha256.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The first characters of the base32 text of a SHA-256: how kube-proxy makes chain names unique. */
export function nameHash(text: string, length: number): string {
  const digest = sha256(text);
  let hash = "";
  let bits = 0;
  let held = 0;
  for (const byte of digest) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      hash += BASE32[(held >>> bits) & 31];
      if (hash.length === length) return hash;
    }
  }
  return hash;
}
