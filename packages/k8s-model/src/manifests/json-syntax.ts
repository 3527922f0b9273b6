import type { FieldPath } from "./field-path.ts";
import { quote, ReadProblem } from "./problem.ts";
import type { Location } from "./yaml-location.ts";
import { MAX_DEPTH } from "./yaml-syntax.ts";

/** One JSON value of a file, which may hold several in a row. */
export interface JsonRange {
  readonly start: number;
  readonly end: number;
  /** Whether it holds a number such as `80.0` or `1e2`, whose text says more than its value. */
  readonly oddNumbers: boolean;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const OPEN_BRACKET = 91;

/**
 * Walks over JSON text without building values. `JSON.parse` is faster, but loses duplicate keys,
 * number texts and positions, and reports errors in words that differ between engines.
 *
 * @throws ReadProblem at the first character that is not JSON.
 */
export class JsonWalker {
  readonly text: string;
  at: number;
  oddNumbers = false;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.at += 1;
    }
  }

  /** Passes over one value, checking it. */
  skipValue(depth = 0): void {
    if (depth > MAX_DEPTH) throw this.#problem("nested-too-deep", "This is nested too deep.");
    const code = this.text.charCodeAt(this.at);
    if (code === OPEN_BRACE) this.#skipObject(depth);
    else if (code === OPEN_BRACKET) this.elements(() => this.skipValue(depth + 1));
    else if (code === QUOTE) this.skipString();
    else if (code === 45 || (code >= 48 && code <= 57)) this.skipNumber();
    else this.#skipWord();
  }

  /** Calls `visit` at each value of the list that starts here; `visit` passes over it. */
  elements(visit: (index: number) => void): void {
    this.at += 1;
    this.skipSpace();
    if (this.#take("]")) return;
    for (let index = 0; ; index += 1) {
      visit(index);
      this.skipSpace();
      if (this.#take("]")) return;
      this.#expect(",", 'a "," or the closing "]"');
      this.skipSpace();
    }
  }

  /**
   * Calls `visit` at each value of the map that starts here; `visit` passes over it, or returns
   * false to stop there.
   */
  members(visit: (key: string, keyOffset: number) => boolean): void {
    this.at += 1;
    this.skipSpace();
    if (this.#take("}")) return;
    for (;;) {
      const keyOffset = this.at;
      if (this.text.charCodeAt(this.at) !== QUOTE) throw this.#unexpected("a key in quotes");
      const key = this.skipString();
      this.skipSpace();
      this.#expect(":", 'a ":" after the key');
      this.skipSpace();
      if (!visit(key, keyOffset)) return;
      this.skipSpace();
      if (this.#take("}")) return;
      this.#expect(",", 'a "," or the closing "}"');
      this.skipSpace();
    }
  }

  skipString(): string {
    const start = this.at;
    let escaped = false;
    for (this.at += 1; ; this.at += 1) {
      const code = this.text.charCodeAt(this.at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        escaped = true;
        this.at += 1;
      } else if (!(code >= 32)) {
        throw this.#unexpected("the closing quote of a text");
      }
    }
    this.at += 1;
    if (!escaped) return this.text.slice(start + 1, this.at - 1);
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      this.at = start;
      throw this.#problem("json-syntax", "This text holds an escape that JSON does not know.");
    }
  }

  skipNumber(): string {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) throw this.#unexpected("a number");
    this.at += match[0].length;
    if (match[1] !== undefined || match[2] !== undefined || match[0].length > 15) {
      this.oddNumbers = true;
    }
    return match[0];
  }

  #skipObject(depth: number): void {
    const few: string[] = [];
    let many: Set<string> | undefined;
    this.members((key, keyOffset) => {
      if (key === "__proto__") throw reservedKey(keyOffset);
      if (many?.has(key) ?? few.includes(key)) throw duplicateKey(key, keyOffset);
      if (many !== undefined) many.add(key);
      else if (few.push(key) > 12) many = new Set(few);
      this.skipValue(depth + 1);
      return true;
    });
  }

  #skipWord(): void {
    for (const word of ["true", "false", "null"]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return;
      }
    }
    throw this.#unexpected("a value");
  }

  #take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  #expect(character: string, what: string): void {
    if (!this.#take(character)) throw this.#unexpected(what);
  }

  #unexpected(what: string): ReadProblem {
    const found = this.text[this.at];
    return found === undefined
      ? this.#problem("json-syntax", `The file ends where ${what} is expected.`)
      : this.#problem("json-syntax", `Expected ${what}, found ${quote(found)}.`);
  }

  #problem(code: string, message: string): ReadProblem {
    const remedy =
      code === "json-syntax"
        ? "mend the JSON here, or write the file again with kubectl get -o json"
        : "no Kubernetes object is this deep: check where a bracket was left open";
    return new ReadProblem(code, Math.min(this.at, this.text.length), message, remedy);
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;

/** The values that stand in a row in the text, checked. */
export function jsonRanges(text: string): JsonRange[] {
  const walker = new JsonWalker(text);
  const ranges: JsonRange[] = [];
  for (walker.skipSpace(); walker.at < text.length; walker.skipSpace()) {
    const start = walker.at;
    walker.oddNumbers = false;
    walker.skipValue();
    ranges.push({ start, end: walker.at, oddNumbers: walker.oddNumbers });
  }
  return ranges;
}

/** Finds fields in JSON text. Keeps where the items of long lists start, for dumps of clusters. */
export function jsonLocator(text: string, start: number): (path: FieldPath) => Location {
  const items = new Map<number, number[]>();
  return (path) => {
    const walker = new JsonWalker(text, start);
    let offset = start;
    for (const step of path) {
      const child =
        typeof step === "number" && text.charCodeAt(walker.at) === OPEN_BRACKET
          ? itemAt(walker, items, step)
          : memberAt(walker, String(step));
      if (child === undefined) return { offset, found: false };
      offset = child.offset;
      walker.at = child.value;
    }
    const code = text.charCodeAt(walker.at);
    const isNumber = code === 45 || (code >= 48 && code <= 57);
    return isNumber
      ? { offset, found: true, number: walker.skipNumber() }
      : { offset, found: true };
  };
}

interface Child {
  /** Of the key, or of the item. */
  readonly offset: number;
  readonly value: number;
}

function itemAt(
  walker: JsonWalker,
  cache: Map<number, number[]>,
  index: number,
): Child | undefined {
  let starts = cache.get(walker.at);
  if (starts === undefined) {
    const found: number[] = [];
    const list = walker.at;
    walker.elements(() => {
      found.push(walker.at);
      walker.skipValue();
    });
    if (found.length > 50) cache.set(list, found);
    starts = found;
  }
  const offset = starts[index];
  return offset === undefined ? undefined : { offset, value: offset };
}

function memberAt(walker: JsonWalker, name: string): Child | undefined {
  if (walker.text.charCodeAt(walker.at) !== OPEN_BRACE) return undefined;
  let child: Child | undefined;
  walker.members((key, offset) => {
    if (key === name) {
      child = { offset, value: walker.at };
      return false;
    }
    walker.skipValue();
    return true;
  });
  return child;
}

function duplicateKey(key: string, offset: number): ReadProblem {
  return new ReadProblem(
    "duplicate-key",
    offset,
    `The key ${quote(key)} stands twice in one map; one of the two values would be lost.`,
    "remove one of them",
  );
}

function reservedKey(offset: number): ReadProblem {
  return new ReadProblem(
    "reserved-key",
    offset,
    'The key "__proto__" is not accepted: no field, label or setting of Kubernetes has that name.',
    "remove it",
  );
}
