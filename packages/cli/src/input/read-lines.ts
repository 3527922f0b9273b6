import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { UsageError } from "../command-line/usage-error.ts";
import { STANDARD_INPUT } from "./read-files.ts";

/** A longer line is no record of a log. */
const LONGEST_LINE = 1_000_000;

/**
 * Gives a log to `line`, a line at a time, however large it is; `.gz` is unpacked on the way. Ends
 * early where `line` gives false.
 *
 * @throws UsageError where it cannot be read
 */
export async function readLines(
  file: string,
  line: (text: string, number: number) => boolean,
): Promise<void> {
  const raw: Readable = file === STANDARD_INPUT ? process.stdin : createReadStream(file);
  const unpacked = file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  raw.on("error", (error) => unpacked.destroy(error));
  const lines = new Lines(file, line);
  try {
    for await (const chunk of unpacked) if (!lines.add(chunk as Buffer)) break;
    lines.end();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw unreadable(file, error as NodeJS.ErrnoException);
  } finally {
    raw.destroy();
  }
}

/** Chunks of bytes, as lines. */
class Lines {
  readonly #file: string;
  readonly #line: (text: string, number: number) => boolean;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #number = 0;
  #goesOn = true;

  constructor(file: string, line: (text: string, number: number) => boolean) {
    this.#file = file;
    this.#line = line;
  }

  /** False once nothing more is wanted. */
  add(chunk: Buffer): boolean {
    const [first = "", ...more] = this.#decoder.write(chunk).split("\n");
    this.#rest += first;
    for (const next of more) {
      this.#tell();
      this.#rest = next;
      if (!this.#goesOn) return false;
    }
    if (this.#rest.length > LONGEST_LINE) {
      throw new UsageError(
        "not-a-log",
        `${this.#file}:${this.#number + 1}:1  The line has more than ${LONGEST_LINE} characters.`,
        "pass a log with a record a line.",
      );
    }
    return true;
  }

  end(): void {
    this.#rest += this.#decoder.end();
    if (this.#goesOn && this.#rest !== "") this.#tell();
  }

  #tell(): void {
    this.#number += 1;
    const text = this.#number === 1 ? this.#rest.replace(/^\ufeff/, "") : this.#rest;
    this.#goesOn = this.#line(text.endsWith("\r") ? text.slice(0, -1) : text, this.#number);
  }
}

function unreadable(file: string, error: NodeJS.ErrnoException): UsageError {
  const { code = "", message } = error;
  const packed = code.startsWith("Z_") ? "it is no whole gzip file" : undefined;
  const reason = code === "ENOENT" ? "it does not exist" : (packed ?? (code || message));
  return new UsageError(
    "unreadable-file",
    `${file} cannot be read: ${reason}.`,
    "check the path; it is taken from the folder in which the command was started.",
  );
}
