/** First byte, and the one after the last. */
export type ByteRange = readonly [number, number];

/** Adds a range to sorted ones that do not touch, joining those that then would. */
export function withRange(ranges: readonly ByteRange[], added: ByteRange): readonly ByteRange[] {
  let [first, end] = added;
  const kept: ByteRange[] = [];
  for (const range of ranges) {
    if (range[1] < first || range[0] > end) kept.push(range);
    else {
      first = Math.min(first, range[0]);
      end = Math.max(end, range[1]);
    }
  }
  kept.push([first, end]);
  return kept.sort((a, b) => a[0] - b[0]);
}

/** What of a range is in none of the sorted ones. */
export function withoutRanges(
  [first, end]: ByteRange,
  ranges: readonly ByteRange[],
): readonly ByteRange[] {
  const left: ByteRange[] = [];
  let from = first;
  for (const [start, stop] of ranges) {
    if (stop <= from) continue;
    if (start >= end) break;
    if (start > from) left.push([from, start]);
    from = stop;
  }
  if (from < end) left.push([from, end]);
  return left;
}
