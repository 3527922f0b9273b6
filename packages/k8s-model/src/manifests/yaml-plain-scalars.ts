import { resolvePlainScalar } from "./yaml-scalar.ts";

/** Thrown to leave the recursion; never seen outside of the plain reader. */
export const GIVE_UP: Error = new Error("not of the plain form");

/** Longer keys have rules of their own in YAML. */
export const MAX_KEY = 1_000;

/** A key without quotes that is text. */
export function plainKey(source: string): string {
  if (source.length > MAX_KEY || !/^[A-Za-z_./]/.test(source)) throw GIVE_UP;
  const resolved = resolvePlainScalar(source);
  const isText = "value" in resolved && resolved.value === source;
  if (!isText || source === "__proto__") throw GIVE_UP;
  return source;
}

/** Characters with which a value that is not plain starts; a dash, question mark or colon may. */
const INDICATORS = new Set("&*!|>%@`#,?]}[{:".split("").map((text) => text.charCodeAt(0)));

/** A value that ends with its line. */
export function scalarOnLine(source: string, first: number): unknown {
  if (first === 34) return doubleQuoted(source);
  if (first === 39) return singleQuoted(source);
  if (first === 123) return flowMap(source);
  if (first === 91) return flowList(source);
  if (INDICATORS.has(first) || source === "-" || source.startsWith("- ")) throw GIVE_UP;
  if (source.includes(": ") || source.includes(" #") || source.endsWith(":")) throw GIVE_UP;
  if (source.includes("\t")) throw GIVE_UP;
  const resolved = resolvePlainScalar(source);
  if (!("value" in resolved)) throw GIVE_UP;
  return resolved.value;
}

/** `{app: web, tier: back}` without quotes or further brackets. */
function flowMap(source: string): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (const entry of flowEntries(source, "}")) {
    const [name = "", value = "", more] = entry.split(": ");
    if (more !== undefined || !FLOW_WORD.test(name)) throw GIVE_UP;
    const key = plainKey(name);
    if (Object.hasOwn(map, key)) throw GIVE_UP;
    map[key] = flowWord(value);
  }
  return map;
}

/** `[a, b]` without quotes or further brackets. */
function flowList(source: string): unknown[] {
  return flowEntries(source, "]").map(flowWord);
}

const FLOW_WORD = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;

function flowEntries(source: string, close: string): string[] {
  if (!source.endsWith(close) || source.length < 2) throw GIVE_UP;
  const inside = withoutSpaces(source.slice(1, -1));
  return inside === "" ? [] : inside.split(",").map(withoutSpaces);
}

/** Spaces only: to YAML a no-break space is a character like any other. */
function withoutSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === " ") start += 1;
  while (end > start && text[end - 1] === " ") end -= 1;
  return text.slice(start, end);
}

function flowWord(word: string): unknown {
  if (!FLOW_WORD.test(word)) throw GIVE_UP;
  const resolved = resolvePlainScalar(word);
  if (!("value" in resolved)) throw GIVE_UP;
  return resolved.value;
}

function doubleQuoted(source: string): string {
  const close = source.length - 1;
  if (close === 0 || source.charCodeAt(close) !== 34) throw GIVE_UP;
  const inside = source.slice(1, close);
  if (!inside.includes("\\")) {
    if (inside.includes('"')) throw GIVE_UP;
    return inside;
  }
  try {
    // Escapes of JSON mean the same in YAML; the others are left to the full reader.
    return JSON.parse(source) as string;
  } catch {
    throw GIVE_UP;
  }
}

function singleQuoted(source: string): string {
  const close = source.length - 1;
  if (close === 0 || source.charCodeAt(close) !== 39) throw GIVE_UP;
  const inside = source.slice(1, close);
  if (inside.replaceAll("''", "").includes("'")) throw GIVE_UP;
  return inside.replaceAll("''", "'");
}
