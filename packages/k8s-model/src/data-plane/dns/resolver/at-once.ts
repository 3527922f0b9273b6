import type { Lookup, LookupEvent, LookupWait } from "./lookup.ts";

/** A line of work and what it waits for. */
interface Line<R> {
  readonly work: Lookup<R>;
  wait: LookupWait;
  readonly sockets: Set<number>;
}

/** Runs lines of work side by side; the results are in the order in which they were ready. */
export function* atOnce<R>(works: readonly Lookup<R>[]): Lookup<readonly R[]> {
  const results: R[] = [];
  let lines: Line<R>[] = [];
  for (const work of works) {
    const { done, value } = work.next();
    if (done === true) results.push(value);
    else lines.push(waiting({ work, wait: value, sockets: new Set() }));
  }
  let send = lines.flatMap(({ wait }) => wait.send);
  while (lines.length > 0) {
    const event: LookupEvent = yield { send, untilNs: earliest(lines) };
    const woken = lines.filter((line) => concerns(line, event));
    send = [];
    for (const line of woken) {
      const { done, value } = line.work.next(event);
      if (done === true) {
        results.push(value);
        lines = lines.filter((one) => one !== line);
      } else {
        line.wait = value;
        waiting(line);
        send.push(...value.send);
      }
    }
  }
  return results;
}

function waiting<R>(line: Line<R>): Line<R> {
  for (const { socket } of line.wait.send) line.sockets.add(socket);
  return line;
}

function earliest<R>(lines: readonly Line<R>[]): number {
  return Math.min(...lines.map(({ wait }) => wait.untilNs));
}

function concerns<R>({ wait, sockets }: Line<R>, { nowNs, arrival }: LookupEvent): boolean {
  return arrival === undefined ? wait.untilNs <= nowNs : sockets.has(arrival.query.socket);
}
