import { JsonWalker } from "./json-syntax.ts";
import { ReadProblem } from "./problem.ts";

/** One step of the path of an edit; lists are entered by index, by a field of the item, or wholly. */
export type SetStep = string | number | "*all*" | { readonly key: string; readonly value: string };

/** An edit as typed: `[NAMESPACE/]KIND/NAME:path=value`. */
export interface SetEdit {
  readonly text: string;
  /** Patterns; an absent namespace means every one. */
  readonly namespace?: string;
  readonly kind: string;
  readonly name: string;
  readonly path: readonly SetStep[];
  readonly pathText: string;
  /** Absent: the field is deleted. */
  readonly value?: unknown;
  /** Where the value starts in the text. */
  readonly valueOffset: number;
  /** Whether the value was JSON, rather than bare text. */
  readonly isJson: boolean;
}

const SHAPE =
  "write [NAMESPACE/]KIND/NAME:path=value, as in 'Service/*:spec.trafficDistribution=PreferSameZone'";

/**
 * Reads an edit. The value is JSON where it can be read as such, else text; `null` deletes.
 *
 * @throws ReadProblem with the offset in the edit's text.
 */
export function parseSetEdit(text: string): SetEdit {
  const colon = text.indexOf(":");
  const parts = text.slice(0, colon === -1 ? text.length : colon).split("/");
  const [kind, name] = parts.slice(-2);
  if (colon === -1 || parts.length < 2 || parts.length > 3 || parts.includes("")) {
    throw new ReadProblem("set-syntax", 0, "This edit names no object and field.", SHAPE);
  }
  const { path, end } = parsePath(text, colon + 1);
  const value = parseValue(text, end + 1);
  const edit = {
    text,
    kind: kind as string,
    name: name as string,
    path,
    pathText: text.slice(colon + 1, end),
    valueOffset: end + 1,
    ...value,
  };
  return parts.length === 3 ? { ...edit, namespace: parts[0] as string } : edit;
}

function parsePath(text: string, start: number): { path: SetStep[]; end: number } {
  const path: SetStep[] = [];
  let name = "";
  let at = start;
  const push = () => {
    if (name !== "") path.push(checkedKey(name, at - name.length));
    name = "";
  };
  for (; at < text.length && text[at] !== "="; at += 1) {
    const character = text[at] as string;
    if (character === "\\" && at + 1 < text.length) {
      at += 1;
      name += text[at];
    } else if (character === ".") {
      push();
    } else if (character === "[") {
      push();
      const close = text.indexOf("]", at);
      if (close === -1) throw new ReadProblem("set-syntax", at, 'A "[" is not closed.', SHAPE);
      path.push(bracket(text.slice(at + 1, close), at + 1));
      at = close;
    } else {
      name += character;
    }
  }
  push();
  if (at === text.length) throw new ReadProblem("set-syntax", at, 'The "=" is missing.', SHAPE);
  if (path.length === 0) throw new ReadProblem("set-syntax", start, "The path is empty.", SHAPE);
  return { path, end: at };
}

function bracket(inside: string, offset: number): SetStep {
  if (inside === "*") return "*all*";
  if (/^\d{1,9}$/.test(inside)) return Number(inside);
  const equals = inside.indexOf("=");
  if (equals > 0) {
    return { key: checkedKey(inside.slice(0, equals), offset), value: inside.slice(equals + 1) };
  }
  return checkedKey(inside.replace(/^"(.*)"$/, "$1"), offset);
}

/** Names through which a careless assignment would reach what all objects share. */
const REFUSED = new Set(["__proto__", "constructor", "prototype"]);

function checkedKey(key: string, offset: number): string {
  if (!REFUSED.has(key)) return key;
  throw new ReadProblem(
    "reserved-key",
    offset,
    `The key "${key}" is not accepted in an edit.`,
    "change the file itself if a label or setting really has that name",
  );
}

function parseValue(text: string, start: number): { value?: unknown; isJson: boolean } {
  const raw = text.slice(start);
  const trimmed = raw.trim();
  if (trimmed === "null") return { isJson: true };
  try {
    const walker = new JsonWalker(text, start);
    walker.skipSpace();
    walker.skipValue();
    walker.skipSpace();
    if (walker.at < text.length) return { value: raw, isJson: false };
    return { value: JSON.parse(raw) as unknown, isJson: true };
  } catch (problem) {
    if (problem instanceof ReadProblem && problem.code !== "json-syntax") throw problem;
    return { value: raw, isJson: false };
  }
}
