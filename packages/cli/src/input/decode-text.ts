import { constants, isUtf8 } from "node:buffer";
import { UsageError } from "../command-line/usage-error.ts";

/**
 * The text of a file: UTF-8, or UTF-16 where a byte order mark says so, as PowerShell writes what a
 * command prints.
 *
 * @throws UsageError with the place of the first byte that is no text
 */
export function decodeText(file: string, bytes: Uint8Array): string {
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    throw new UsageError(
      "file-too-large",
      `${file} has ${Math.round(bytes.length / 1e6)} MB, which is too large for one text.`,
      "split it, for example one file a kind.",
    );
  }
  const wide = wideEncoding(bytes);
  if (wide !== undefined) return new TextDecoder(wide).decode(bytes);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (isUtf8(bytes)) return text;
  const lines = text.slice(0, text.indexOf("\ufffd")).split("\n");
  const column = (lines.at(-1) ?? "").length + 1;
  throw new UsageError(
    "not-text",
    `${file}:${lines.length}:${column}  This is not text in UTF-8.`,
    "pass manifests as UTF-8 text in YAML or JSON.",
  );
}

function wideEncoding([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}
