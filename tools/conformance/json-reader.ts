/** A JSON object as read; made without a prototype, so that no key is special. */
export type JsonObject = { [key: string]: unknown };

export interface JsonDocument {
  readonly value: unknown;
  /**
   * The text that an object or array of this document was read from, digits untouched: `80.0` and
   * `1e2` are still told apart from `80`, which a JavaScript number no longer can.
   */
  textOf(node: object): string;
}

/** Where and why a text is not JSON; `offset` counts characters from 0. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Reads a JSON text and keeps the source of every object and array. Of a repeated key the last wins.
 *
 * @throws {JsonSyntaxError}
 */
export function readJson(text: string): JsonDocument {
  const reader = new Reader(text);
  const value = reader.document();
  return {
    value,
    textOf(node) {
      const span = reader.spans.get(node);
      if (span === undefined) throw new TypeError("textOf: this object is not of this document");
      return text.slice(span[0], span[1]);
    },
  };
}

/** How deep arrays and objects may be nested. */
const MAX_DEPTH = 1_000;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids raw control characters
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;

class Reader {
  readonly spans = new WeakMap<object, readonly [number, number]>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    const value = this.#value(0);
    this.#match(SPACE);
    if (this.#at < this.#text.length) throw this.#wrong("the end");
    return value;
  }

  #value(depth: number): unknown {
    this.#match(SPACE);
    const start = this.#at;
    switch (this.#text[start]) {
      case "{":
        return this.#remember(this.#object(depth), start);
      case "[":
        return this.#remember(this.#array(depth), start);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #remember<T extends object>(node: T, start: number): T {
    this.spans.set(node, [start, this.#at]);
    return node;
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = Object.create(null);
    this.#items(depth, "}", () => {
      this.#match(SPACE);
      const key = this.#string();
      this.#match(SPACE);
      this.#expect(":");
      object[key] = this.#value(depth + 1);
    });
    return object;
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = [];
    this.#items(depth, "]", () => array.push(this.#value(depth + 1)));
    return array;
  }

  #items(depth: number, close: string, item: () => void): void {
    if (depth >= MAX_DEPTH) throw this.#wrong(`nesting of at most ${MAX_DEPTH}`);
    this.#at += 1;
    this.#match(SPACE);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      item();
      this.#match(SPACE);
      if (this.#text[this.#at] !== ",") break;
      this.#at += 1;
    }
    this.#expect(close);
  }

  #string(): string {
    const literal = this.#match(STRING);
    if (literal === "") throw this.#wrong("a string");
    return literal.includes("\\") ? JSON.parse(literal) : literal.slice(1, -1);
  }

  #scalar(): unknown {
    const word = this.#match(WORD);
    if (word !== "") return JSON.parse(word);
    const number = this.#match(NUMBER);
    if (number === "") throw this.#wrong("a value");
    return Number(number);
  }

  #expect(symbol: string): void {
    if (this.#text[this.#at] !== symbol) throw this.#wrong(`"${symbol}"`);
    this.#at += 1;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #wrong(expected: string): JsonSyntaxError {
    const found = this.#at < this.#text.length ? `"${this.#text[this.#at]}"` : "the end";
    return new JsonSyntaxError(`expected ${expected}, found ${found}`, this.#at);
  }
}
