/** The prime is 2^88 + 315: one shift and one small product. */
const PRIME_LOW = 315;
const TWO_32 = 4_294_967_296;

/**
 * The 128-bit FNV-1a hash of a text in UTF-8, as 32 hex digits: what Kubernetes orders ports and
 * subsets by (MD5 before 1.35).
 */
export function fnv128Hex(text: string): string {
  // Limbs of 32 bits, the lowest first.
  const hash = new Uint32Array([0x6295c58d, 0x62b82175, 0x07bb0142, 0x6c62272e]);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) mix(hash, unit);
    else index += mixWide(hash, text.codePointAt(index) ?? 0);
  }
  let hex = "";
  for (let limb = 3; limb >= 0; limb--) hex += (hash[limb] ?? 0).toString(16).padStart(8, "0");
  return hex;
}

function mix(hash: Uint32Array, byte: number): void {
  const a = ((hash[0] ?? 0) ^ byte) >>> 0;
  const b = hash[1] ?? 0;
  const low = a * PRIME_LOW;
  const next = b * PRIME_LOW + Math.floor(low / TWO_32);
  const third = (hash[2] ?? 0) * PRIME_LOW + Math.floor(next / TWO_32) + ((a << 24) >>> 0);
  const top = (hash[3] ?? 0) * PRIME_LOW + Math.floor(third / TWO_32) + (a >>> 8);
  hash[0] = low;
  hash[1] = next;
  hash[2] = third;
  hash[3] = top + ((b << 24) >>> 0);
}

/** The bytes of a character beyond ASCII; answers how many more UTF-16 units it took. */
function mixWide(hash: Uint32Array, code: number): number {
  const tail = (shift: number): void => mix(hash, 0x80 | ((code >> shift) & 0x3f));
  if (code < 0x800) {
    mix(hash, 0xc0 | (code >> 6));
  } else if (code < 0x10000) {
    mix(hash, 0xe0 | (code >> 12));
    tail(6);
  } else {
    mix(hash, 0xf0 | (code >> 18));
    tail(12);
    tail(6);
  }
  tail(0);
  return code >= 0x10000 ? 1 : 0;
}
