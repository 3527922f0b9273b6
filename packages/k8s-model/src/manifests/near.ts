/** The candidates most like a word, best first: what a user who mistyped it may have meant. */
export function nearest(
  word: string,
  candidates: readonly string[],
  count = 5,
  maxDistance: number = MAX_LENGTH,
): string[] {
  const lower = word.toLowerCase().slice(0, MAX_LENGTH);
  return [...new Set(candidates)]
    .map((candidate) => ({
      candidate,
      distance: editDistance(lower, candidate.toLowerCase().slice(0, MAX_LENGTH)),
    }))
    .filter(({ distance }) => distance <= maxDistance)
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

const MAX_LENGTH = 80;

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
