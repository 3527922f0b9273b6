import { readIncrements } from "../runner/increments.ts";

/** What most simulations in JavaScript are built on: a binary heap of objects. */
interface Event {
  readonly time: number;
  readonly sequence: number;
  readonly run: () => void;
}

const heap: Event[] = [];

function isBefore(one: Event, other: Event): boolean {
  return one.time < other.time || (one.time === other.time && one.sequence < other.sequence);
}

function push(event: Event): void {
  let position = heap.push(event) - 1;
  while (position > 0) {
    const parent = (position - 1) >> 1;
    const above = heap[parent] as Event;
    if (!isBefore(event, above)) break;
    heap[position] = above;
    position = parent;
  }
  heap[position] = event;
}

function pop(): Event {
  const first = heap[0] as Event;
  const last = heap.pop() as Event;
  const size = heap.length;
  if (size === 0) return first;
  let position = 0;
  for (;;) {
    let child = 2 * position + 1;
    if (child >= size) break;
    if (child + 1 < size && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
    const below = heap[child] as Event;
    if (isBefore(last, below)) break;
    heap[position] = below;
    position = child;
  }
  heap[position] = last;
  return first;
}

const [file, size, timed] = process.argv.slice(2);
const increments = readIncrements(file as string);
const n = Number(size);
const events = Number(timed);

let now = 0;
let sequence = 0;
let next = 0;
function schedule(): void {
  push({ time: now + (increments[next] as number), sequence: sequence++, run: schedule });
  next = (next + 1) & (increments.length - 1);
}
function run(count: number): void {
  for (let i = 0; i < count; i++) {
    const event = pop();
    now = event.time;
    event.run();
  }
}
for (let i = 0; i < n; i++) schedule();

run(Math.max(n, 500_000));
const start = process.hrtime.bigint();
run(events);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(events / seconds);
