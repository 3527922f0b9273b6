/** Tells a person how far long work is; silent where nobody watches a terminal. */
export interface Progress {
  update(done: number, total: number, doing: string): void;
  finish(): void;
}

const SILENT: Progress = { update: () => {}, finish: () => {} };
const REDRAW_MS = 100;

/** On a terminal: one line on standard error, with the time left once it can be told. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return SILENT;
  const startedMs = performance.now();
  let drawnMs = Number.NEGATIVE_INFINITY;
  return {
    update(done, total, doing) {
      const nowMs = performance.now();
      if (nowMs - drawnMs < REDRAW_MS && done < total) return;
      drawnMs = nowMs;
      const left = done === 0 ? "" : `, ${secondsLeft(nowMs - startedMs, done, total)} s left`;
      stream.write(`\r\u001b[K${doing} ${howFar(done, total)}${left}`);
    },
    finish() {
      stream.write("\r\u001b[K");
    },
  };
}

/** `3/20`, or within a long run `3/20 (15 %)`. */
function howFar(done: number, total: number): string {
  const percent = Number.isInteger(done) ? "" : ` (${Math.floor((100 * done) / total)} %)`;
  return `${Math.floor(done)}/${total}${percent}`;
}

function secondsLeft(elapsedMs: number, done: number, total: number): string {
  return ((elapsedMs / done) * ((total - done) / 1000)).toFixed(0);
}
