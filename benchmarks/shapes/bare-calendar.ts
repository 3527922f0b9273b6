import { readIncrements } from "../runner/increments.ts";

/**
 * A calendar queue: a ring of days, each a sorted list, with a day's length fixed from the mean distance.
 * The best there is while the length is right.
 */
const [file, size, timed] = process.argv.slice(2);
const increments = readIncrements(file as string);
const n = Number(size);
const events = Number(timed);

const mean = increments.reduce((sum, value) => sum + value, 0) / increments.length;
const days = 1 << Math.ceil(Math.log2(n));
const dayNs = Math.max(1, (2 * mean) / n);
const heads = new Int32Array(days).fill(-1);
const nexts = new Int32Array(n + 1);
const times = new Float64Array(n + 1);
const free = new Int32Array(n + 1).map((_, i) => i);
let freeCount = n + 1;
let today = 0;
let next = 0;

function push(time: number): void {
  const slot = free[--freeCount] as number;
  times[slot] = time;
  const day = Math.floor(time / dayNs) & (days - 1);
  let before = -1;
  let after = heads[day] as number;
  while (after !== -1 && (times[after] as number) <= time) {
    before = after;
    after = nexts[after] as number;
  }
  nexts[slot] = after;
  if (before === -1) heads[day] = slot;
  else nexts[before] = slot;
}

function pop(): number {
  for (let looked = 0; ; looked++) {
    const head = heads[today & (days - 1)] as number;
    if (head !== -1 && (times[head] as number) < (today + 1) * dayNs) {
      heads[today & (days - 1)] = nexts[head] as number;
      free[freeCount++] = head;
      return times[head] as number;
    }
    if (looked < days) today++;
    else {
      // A year without an event: look for the first one everywhere.
      let first = Infinity;
      for (const each of heads) {
        if (each !== -1) first = Math.min(first, times[each] as number);
      }
      today = Math.floor(first / dayNs);
      looked = 0;
    }
  }
}

function schedule(now: number): void {
  push(now + (increments[next] as number));
  next = (next + 1) & (increments.length - 1);
}

for (let i = 0; i < n; i++) schedule(0);
for (let i = 0; i < Math.min(Math.max(n, 500_000), events); i++) schedule(pop());
const start = process.hrtime.bigint();
for (let i = 0; i < events; i++) schedule(pop());
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(events / seconds);
