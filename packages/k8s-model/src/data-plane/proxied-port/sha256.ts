const WORD = 0x100000000;
const schedule = new Uint32Array(64);

/** Round constants and initial state: the first 32 bits of the fractional parts of roots of primes. */
const { roundConstants, initialState } = constants();

/**
 * SHA-256 of a text's UTF-8 bytes, as 32 bytes (FIPS 180-4). kube-proxy names its chains by it; a
 * browser offers it only asynchronously.
 */
export function sha256(text: string): Uint8Array {
  const padded = pad(utf8(text));
  const state = Uint32Array.from(initialState);
  for (let at = 0; at < padded.byteLength; at += 64) compress(state, padded, at);
  const digest = new Uint8Array(32);
  const view = new DataView(digest.buffer);
  for (let word = 0; word < 8; word++) view.setUint32(word * 4, state[word] as number);
  return digest;
}

/** No `TextEncoder`: it is no part of the language, and this room uses nothing else. */
function utf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
  }
  return Uint8Array.from(bytes);
}

const tail = (code: number): number => 0x80 | (code & 0x3f);

/** One bit, zeros, and the length in bits, up to a multiple of 64 bytes. */
function pad(message: Uint8Array): DataView {
  const blocks = Math.ceil((message.length + 9) / 64);
  const bytes = new Uint8Array(blocks * 64);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  const bits = message.length * 8;
  view.setUint32(bytes.length - 8, Math.floor(bits / WORD));
  view.setUint32(bytes.length - 4, bits % WORD);
  return view;
}

function compress(state: Uint32Array, block: DataView, at: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = block.getUint32(at + i * 4);
  for (let i = 16; i < 64; i++) {
    const before15 = w[i - 15] as number;
    const before2 = w[i - 2] as number;
    const small0 = rotate(before15, 7) ^ rotate(before15, 18) ^ (before15 >>> 3);
    const small1 = rotate(before2, 17) ^ rotate(before2, 19) ^ (before2 >>> 10);
    w[i] = (w[i - 16] as number) + small0 + (w[i - 7] as number) + small1;
  }
  let [a, b, c, d, e, f, g, h] = [
    state[0],
    state[1],
    state[2],
    state[3],
    state[4],
    state[5],
    state[6],
    state[7],
  ] as Eight;
  for (let i = 0; i < 64; i++) {
    const large1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const given = (roundConstants[i] as number) + (w[i] as number);
    const first = (h + large1 + ((e & f) ^ (~e & g)) + given) | 0;
    const large0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + large0 + majority) | 0;
  }
  for (const [word, value] of [a, b, c, d, e, f, g, h].entries()) {
    state[word] = (state[word] as number) + value;
  }
}

type Eight = [number, number, number, number, number, number, number, number];

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function constants(): { roundConstants: Uint32Array; initialState: Uint32Array } {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < 64; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return {
    roundConstants: Uint32Array.from(primes, (prime) => rootFraction(prime, 3n, 96n)),
    initialState: Uint32Array.from(primes.slice(0, 8), (prime) => rootFraction(prime, 2n, 64n)),
  };
}

/** The first 32 bits after the point of a square or cube root, in whole numbers so that all is exact. */
function rootFraction(prime: number, degree: 2n | 3n, shift: bigint): number {
  const target = BigInt(prime) << shift;
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    const power = degree === 2n ? middle * middle : middle * middle * middle;
    if (power <= target) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}
