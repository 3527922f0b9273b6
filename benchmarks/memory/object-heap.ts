import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { readIncrements } from "../runner/increments.ts";

/** Event objects with a call-back and a back pointer, as libraries have them, in an array. */
interface Event {
  time: number;
  readonly sequence: number;
  readonly run: () => void;
  position: number;
}

const [file, size] = process.argv.slice(2);
const increments = readIncrements(file as string);
const n = Number(size);

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const used = () => {
  collect();
  return process.memoryUsage().heapUsed;
};

const before = used();
const run = () => {};
const heap: Event[] = [];
for (let i = 0; i < n; i++) {
  const time = (increments[i & (increments.length - 1)] as number) + 0.5;
  heap.push({ time, sequence: i, run, position: i });
}
const bytes = used() - before;
// The heap must still be there when it is measured.
console.log(heap.length === n ? bytes / n : Number.NaN);
