import type { EncodedBytes } from "./text-size.ts";
import { textBytes } from "./text-size.ts";

/**
 * Bytes of plain JSON data, compact: `protobuf` as it is stored (no escapes for HTML), `json` as Go's
 * encoder embeds it in a document.
 */
export function rawJsonBytes(value: unknown): EncodedBytes {
  if (typeof value === "string") return rawTextBytes(value);
  if (Array.isArray(value)) return listBytes(value);
  if (typeof value === "object" && value !== null) return objectBytes(value);
  const length = String(value ?? null).length;
  return { protobuf: length, json: length };
}

const HTML_OR_SEPARATOR = /[<>&\u2028\u2029]/g;

function rawTextBytes(text: string): EncodedBytes {
  const { json } = textBytes(text);
  let saved = 0;
  for (const [found] of text.matchAll(HTML_OR_SEPARATOR)) saved += found < "\u0080" ? 5 : 3;
  return { protobuf: json - saved, json };
}

function listBytes(items: readonly unknown[]): EncodedBytes {
  const total = { protobuf: 2, json: 2 };
  for (const item of items) add(total, rawJsonBytes(item));
  return withCommas(total, items.length);
}

function objectBytes(object: object): EncodedBytes {
  const total = { protobuf: 2, json: 2 };
  const entries = Object.entries(object);
  for (const [key, value] of entries) {
    add(total, rawTextBytes(key));
    add(total, { protobuf: 1, json: 1 });
    add(total, rawJsonBytes(value));
  }
  return withCommas(total, entries.length);
}

function add(total: { protobuf: number; json: number }, { protobuf, json }: EncodedBytes): void {
  total.protobuf += protobuf;
  total.json += json;
}

function withCommas({ protobuf, json }: EncodedBytes, count: number): EncodedBytes {
  const commas = Math.max(0, count - 1);
  return { protobuf: protobuf + commas, json: json + commas };
}
