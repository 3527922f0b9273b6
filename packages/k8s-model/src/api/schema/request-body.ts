import { fieldText, type Steps } from "./decode.ts";

/** A request body, read without losing what the server's decoder looks at. */
export interface RequestBody {
  readonly value: unknown;
  /** Numbers whose text is not the plain integer that JavaScript prints for them. */
  readonly literal: (path: Steps) => string | undefined;
  /** Paths of fields that occur more than once, in order; the last value counts. */
  readonly duplicates: readonly string[];
}

/** How deep arrays and objects may be nested. */
const MAX_DEPTH = 1_000;

/** Reads the JSON text of a request body, or undefined where the text is not JSON. */
export function readRequestBody(text: string): RequestBody | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.document();
    const { numbers, duplicates } = reader;
    return { value, literal: (path) => numbers.get(JSON.stringify(path)), duplicates };
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

class NotJson extends Error {}

const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids raw control characters
  /[ \t\r\n]*([{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)/y;

class Reader {
  readonly numbers = new Map<string, string>();
  readonly duplicates: string[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    const value = this.#value(this.#token(), []);
    if (this.#text.slice(this.#at).trim() !== "") throw new NotJson();
    return value;
  }

  #token(): string {
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text)?.[1];
    if (token === undefined) throw new NotJson();
    this.#at = TOKEN.lastIndex;
    return token;
  }

  #value(token: string, steps: Steps): unknown {
    if (steps.length > MAX_DEPTH) throw new NotJson();
    if (token === "{") return this.#object(steps);
    if (token === "[") return this.#array(steps);
    if (/^[}\],:]/.test(token)) throw new NotJson();
    const value: unknown = JSON.parse(token);
    if (typeof value === "number" && String(value) !== token) {
      this.numbers.set(JSON.stringify(steps), token);
    }
    return value;
  }

  #object(steps: Steps): object {
    const entries = new Map<string, unknown>();
    for (let token = this.#token(); token !== "}"; ) {
      if (!token.startsWith('"')) throw new NotJson();
      const key = JSON.parse(token) as string;
      if (this.#token() !== ":") throw new NotJson();
      const path = [...steps, key];
      if (entries.has(key)) this.duplicates.push(fieldText(path));
      entries.set(key, this.#value(this.#token(), path));
      token = this.#separator("}");
    }
    return Object.fromEntries(entries);
  }

  #array(steps: Steps): unknown[] {
    const array: unknown[] = [];
    for (let token = this.#token(); token !== "]"; ) {
      array.push(this.#value(token, [...steps, array.length]));
      token = this.#separator("]");
    }
    return array;
  }

  /** The token after a comma, or the closing bracket; a comma may not come last. */
  #separator(close: string): string {
    const token = this.#token();
    if (token === close) return token;
    if (token !== ",") throw new NotJson();
    const next = this.#token();
    if (next === close) throw new NotJson();
    return next;
  }
}
