import {
  LabelSelectorError,
  requirement,
  type Selector,
  type SelectorOperator,
  type SelectorRequirement,
  selectorOf,
} from "./label-selector.ts";

/**
 * Reads a selector as `kubectl -l` takes it: `app=web,tier in (a,b),!canary,size>3`. Equality
 * (`=`, `==`, `!=`), sets (`in`, `notin`), existence (`key`, `!key`) and integers (`>`, `<`); all
 * must hold. The empty text selects everything.
 *
 * @throws {LabelSelectorError}
 */
export function parseLabelSelector(text: string): Selector {
  return selectorOf(new Parser(tokens(text)).requirements());
}

interface Token {
  readonly kind: "symbol" | "word" | "end";
  readonly text: string;
}

const END: Token = { kind: "end", text: "" };

function tokens(text: string): readonly Token[] {
  // Like the original, which reads up to the first NUL.
  const nul = text.indexOf("\0");
  const read = nul === -1 ? text : text.slice(0, nul);
  return Array.from(read.matchAll(/==|!=|[=!(),<>]|[^=!(),<>\s]+|[^\S \t\r\n]+/g), ([token]) => ({
    kind: /^[=!(),<>]/.test(token) ? ("symbol" as const) : ("word" as const),
    text: token,
  }));
}

const COMPARISONS: ReadonlyMap<string, SelectorOperator> = new Map([
  ["=", "="],
  ["==", "=="],
  ["!=", "!="],
  [">", "gt"],
  ["<", "lt"],
]);

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(list: readonly Token[]) {
    this.#tokens = list;
  }

  requirements(): readonly SelectorRequirement[] {
    if (this.#next === END) return [];
    const found = [this.#requirement()];
    while (this.#next !== END) {
      this.#expect(",");
      found.push(this.#requirement());
    }
    return found;
  }

  get #next(): Token {
    return this.#tokens[this.#position] ?? END;
  }

  #take(): Token {
    const token = this.#next;
    this.#position += 1;
    return token;
  }

  #is(symbol: string): boolean {
    return this.#next.kind === "symbol" && this.#next.text === symbol;
  }

  #expect(symbol: string): void {
    if (!this.#is(symbol)) throw this.#unexpected(`"${symbol}"`);
    this.#take();
  }

  #word(what: string): string {
    if (this.#next.kind !== "word") throw this.#unexpected(what);
    return this.#take().text;
  }

  #requirement(): SelectorRequirement {
    const negated = this.#is("!");
    if (negated) this.#take();
    const key = this.#word("a label key");
    if (this.#next === END || this.#is(",")) {
      return requirement(key, negated ? "!" : "exists", []);
    }
    if (negated) throw this.#unexpected('"," or the end after a test for absence');
    const operator = this.#operator();
    const values = operator === "in" || operator === "notin" ? this.#set() : [this.#value()];
    return requirement(key, operator, values);
  }

  #operator(): SelectorOperator {
    const { kind, text } = this.#next;
    const operator = kind === "word" ? wordOperator(text) : COMPARISONS.get(text);
    if (operator === undefined) throw this.#unexpected("=, ==, !=, in, notin, > or <");
    this.#take();
    return operator;
  }

  /** The one value of a comparison; nothing at all is the empty value. */
  #value(): string {
    return this.#next === END || this.#is(",") ? "" : this.#word("a label value");
  }

  /** `(a,b,…)`, sorted and each once; a missing one between commas is the empty value. */
  #set(): readonly string[] {
    this.#expect("(");
    const values = new Set<string>();
    for (;;) {
      values.add(this.#next.kind === "word" ? this.#take().text : "");
      if (!this.#is(",")) break;
      this.#take();
    }
    this.#expect(")");
    return [...values].sort();
  }

  #unexpected(expected: string): LabelSelectorError {
    const found = this.#next === END ? "the end" : `"${this.#next.text}"`;
    return new LabelSelectorError(
      "label-selector-syntax",
      `Label selector: found ${found} where ${expected} should stand.`,
      "separate requirements with one comma: app=web,tier in (a,b),!canary",
    );
  }
}

function wordOperator(word: string): SelectorOperator | undefined {
  return word === "in" || word === "notin" ? word : undefined;
}
