import { readIncrements } from "../runner/increments.ts";

/** A heap with four children a node on typed arrays: time and sequence, nothing else. */
const [file, size, timed] = process.argv.slice(2);
const increments = readIncrements(file as string);
const n = Number(size);
const events = Number(timed);

const times = new Float64Array(n + 1);
const sequences = new Float64Array(n + 1);
let count = 0;
let sequence = 0;
let next = 0;

function precedes(time: number, order: number, position: number): boolean {
  const other = times[position] as number;
  return time < other || (time === other && order < (sequences[position] as number));
}

function push(time: number): void {
  const order = sequence++;
  let position = count++;
  while (position > 0) {
    const parent = (position - 1) >> 2;
    if (!precedes(time, order, parent)) break;
    times[position] = times[parent] as number;
    sequences[position] = sequences[parent] as number;
    position = parent;
  }
  times[position] = time;
  sequences[position] = order;
}

function pop(): number {
  const first = times[0] as number;
  count--;
  const time = times[count] as number;
  const order = sequences[count] as number;
  let position = 0;
  for (;;) {
    let best = 4 * position + 1;
    if (best >= count) break;
    const end = Math.min(best + 4, count);
    for (let child = best + 1; child < end; child++) {
      if (precedes(times[child] as number, sequences[child] as number, best)) best = child;
    }
    if (precedes(time, order, best)) break;
    times[position] = times[best] as number;
    sequences[position] = sequences[best] as number;
    position = best;
  }
  times[position] = time;
  sequences[position] = order;
  return first;
}

function schedule(now: number): void {
  push(now + (increments[next] as number));
  next = (next + 1) & (increments.length - 1);
}

for (let i = 0; i < n; i++) schedule(0);
for (let i = 0; i < Math.max(n, 500_000); i++) schedule(pop());
const start = process.hrtime.bigint();
for (let i = 0; i < events; i++) schedule(pop());
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(events / seconds);
