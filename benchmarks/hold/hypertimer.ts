import { readIncrements } from "../runner/increments.ts";
import { peerPackage } from "../runner/peer-package.ts";

const [file, size, timed] = process.argv.slice(2);
const increments = readIncrements(file as string);
const n = Number(size);
const events = Number(timed);

const timer = peerPackage("hypertimer")({ paced: false, time: 0 });
let next = 0;
let done = -200;
let start = 0n;
function hold(): void {
  if (++done === 0) start = process.hrtime.bigint();
  if (done === events) {
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    console.log(events / seconds);
    process.exit(0);
  }
  timer.setTimeout(hold, increments[next]);
  next = (next + 1) & (increments.length - 1);
}
for (let i = 0; i < n; i++) {
  timer.setTimeout(hold, increments[next]);
  next = (next + 1) & (increments.length - 1);
}
