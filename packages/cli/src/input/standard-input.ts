import { readSync } from "node:fs";
import { UsageError } from "../command-line/usage-error.ts";

const CHUNK_BYTES = 65_536;
const PAUSE_MS = 10;

/**
 * Everything that comes on the standard input. What is not there yet is waited for: the input may
 * be a pipe that does not block.
 *
 * @throws UsageError when it cannot be read
 */
export function readStandardInput(): Uint8Array {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const size = readSome(chunk);
    if (size === 0) return Buffer.concat(chunks);
    if (size > 0) chunks.push(chunk.subarray(0, size));
  }
}

/** Bytes read, 0 at the end, −1 where nothing has come yet. */
function readSome(chunk: Buffer): number {
  try {
    return readSync(0, chunk);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EOF") return 0;
    if (code === "EAGAIN") {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      return -1;
    }
    throw new UsageError(
      "unreadable-file",
      `The standard input cannot be read: ${code}.`,
      "pipe manifests into the command, or name a file with -f.",
    );
  }
}
