import { hashText } from "../../store/index.ts";

const OFFSET_SEED = 0x9747b28c;
const SKIP_SEED = 0x85ebca6b;
const EMPTY = -1;

/**
 * Maglev's look-up table (Eisenbud et al., NSDI 2016, section 3.4): entry → index of a backend. Each
 * backend has its own order of all entries and takes the next free one in turn, by weight, so that
 * shares are even and a backend that leaves moves few entries of the others.
 *
 * The size must be a prime and should be over 100 times the backends: then 1 to 2 % of the entries
 * move besides those of the backend that left (Cilium's pages say 1 %). Cilium's default is 16,381. The hash is ours,
 * not that of a kernel: shares and moves are alike, single entries are not.
 *
 * @throws {RangeError} for a size that is no prime: a backend would not get round to every entry
 */
export function maglevTable(
  backends: readonly string[],
  size: number,
  weights: readonly number[] = backends.map(() => 1),
): Int32Array {
  if (!isPrime(size)) {
    throw new RangeError(
      `A Maglev table of ${size} entries cannot be filled: give a prime, such as 16381.`,
    );
  }
  const table = new Int32Array(size).fill(EMPTY);
  const offsets = backends.map((name) => hashText(name, OFFSET_SEED) % size);
  const skips = backends.map((name) => (hashText(name, SKIP_SEED) % (size - 1)) + 1);
  const tried = new Float64Array(backends.length);
  const credit = new Float64Array(backends.length);
  const heaviest = Math.max(0, ...weights);
  if (heaviest <= 0) return table;
  let filled = 0;
  while (filled < size) {
    for (let i = 0; i < backends.length && filled < size; i++) {
      credit[i] = (credit[i] as number) + (weights[i] as number);
      if ((credit[i] as number) < heaviest) continue;
      credit[i] = (credit[i] as number) - heaviest;
      let entry: number;
      do {
        entry = ((offsets[i] as number) + (tried[i] as number) * (skips[i] as number)) % size;
        tried[i] = (tried[i] as number) + 1;
      } while (table[entry] !== EMPTY);
      table[entry] = i;
      filled++;
    }
  }
  return table;
}

function isPrime(size: number): boolean {
  if (!Number.isInteger(size) || size < 2) return false;
  for (let divisor = 2; divisor * divisor <= size; divisor++) {
    if (size % divisor === 0) return false;
  }
  return true;
}

/** Table sizes that Cilium takes: primes up to 131,071. */
export const MAGLEV_SIZES: readonly number[] = [
  251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071,
];
