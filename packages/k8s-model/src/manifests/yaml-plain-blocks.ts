import { GIVE_UP, MAX_KEY, plainKey, scalarOnLine } from "./yaml-plain-scalars.ts";

/** The value of a piece of YAML, or the offset of the line at which the full reader is needed. */
export type PlainBlocks =
  | { readonly value: unknown }
  | {
      readonly gaveUpAt: number;
      /** Set where that line's indentation fits none of the lines before it. */
      readonly oddIndent?: number;
    };

/**
 * Reads YAML of the plain form that kubectl and most people write: block maps and lists, scalars
 * on one line, `|` blocks, `{}` and `[]`. It is some twenty times faster than the full reader, and
 * gives up, rather than guess, at the first thing that is not of this form or not right: anchors,
 * tags, comments after values, texts over several lines, duplicate keys, odd indentation.
 */
export function readPlainBlocks(text: string): PlainBlocks {
  const reader = new PlainBlockReader(text);
  try {
    return { value: reader.document() };
  } catch (stop) {
    if (stop === GIVE_UP) return { gaveUpAt: reader.line };
    if (stop === ODD_INDENT) return { gaveUpAt: reader.line, oddIndent: reader.indent };
    throw stop;
  }
}

/** Thrown like {@link GIVE_UP}. */
const ODD_INDENT = new Error("indented unlike the lines before");

const MAX_LEVELS = 100;
const SPACE = 32;
const TAB = 9;
const HASH = 35;
const DASH = 45;
const COLON = 58;

class PlainBlockReader {
  readonly #text: string;
  /** The current line: its indentation, and where its content starts and ends. */
  #indent = -1;
  #start = 0;
  #end = 0;
  #next = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the content of the current line starts. */
  get line(): number {
    return this.#start;
  }

  get indent(): number {
    return this.#indent;
  }

  document(): unknown {
    this.#advance();
    if (this.#indent === 0 && this.#text.slice(this.#start, this.#end) === "---") this.#advance();
    if (this.#indent === -1) throw GIVE_UP;
    const value = this.#block(this.#indent, 0);
    if (this.#indent !== -1) throw GIVE_UP;
    return value;
  }

  /** Moves to the next line that is neither blank nor a comment; indentation -1 at the end. */
  #advance(): void {
    const text = this.#text;
    while (this.#next < text.length) {
      let at = this.#next;
      while (text.charCodeAt(at) === SPACE) at += 1;
      let end = text.indexOf("\n", at);
      if (end === -1) end = text.length;
      const lineStart = this.#next;
      this.#next = end + 1;
      const first = text.charCodeAt(at);
      if (at >= end || first === HASH) continue;
      while (text.charCodeAt(end - 1) === SPACE) end -= 1;
      const last = text.charCodeAt(end - 1);
      if (first === TAB || last === TAB || last === 13) throw GIVE_UP;
      this.#indent = at - lineStart;
      this.#start = at;
      this.#end = end;
      return;
    }
    this.#indent = -1;
  }

  /** The map or list whose lines stand at this indentation. */
  #block(indent: number, level: number): unknown {
    if (level > MAX_LEVELS) throw GIVE_UP;
    return this.#atItem() ? this.#list(indent, level) : this.#map(indent, level);
  }

  #atItem(): boolean {
    if (this.#text.charCodeAt(this.#start) !== DASH) return false;
    return this.#end === this.#start + 1 || this.#text.charCodeAt(this.#start + 1) === SPACE;
  }

  #list(indent: number, level: number): unknown[] {
    const items: unknown[] = [];
    while (this.#indent === indent && this.#atItem()) items.push(this.#item(indent, level));
    if (this.#indent > indent) throw ODD_INDENT;
    return items;
  }

  #item(indent: number, level: number): unknown {
    if (this.#end === this.#start + 1) {
      this.#advance();
      return this.#indent > indent ? this.#block(this.#indent, level + 1) : null;
    }
    let at = this.#start + 1;
    while (this.#text.charCodeAt(at) === SPACE) at += 1;
    // What follows the dash is a line of its own, indented by where it stands.
    this.#indent += at - this.#start;
    this.#start = at;
    if (this.#atItem()) throw GIVE_UP;
    if (this.#keyEnd() !== -1) return this.#map(this.#indent, level + 1);
    return this.#scalar(this.#start, indent);
  }

  #map(indent: number, level: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    while (this.#indent === indent) {
      const keyEnd = this.#keyEnd();
      if (keyEnd === -1) throw GIVE_UP;
      const key = this.#key(keyEnd);
      if (Object.hasOwn(map, key)) throw GIVE_UP;
      map[key] = this.#value(keyEnd + 1, indent, level);
    }
    if (this.#indent > indent) throw ODD_INDENT;
    return map;
  }

  /** Where the colon of the line's key stands; -1 when there is no key of the plain form. */
  #keyEnd(): number {
    const text = this.#text;
    const first = text.charCodeAt(this.#start);
    if (first === 34 || first === 39) {
      const close = text.indexOf(String.fromCharCode(first), this.#start + 1);
      const isKey = close !== -1 && close < this.#end && this.#isColon(close + 1);
      return isKey ? close + 1 : -1;
    }
    for (let at = this.#start; at < this.#end; at += 1) {
      const code = text.charCodeAt(at);
      if (code === SPACE || code === TAB) return -1;
      if (code === COLON && this.#isColon(at)) return at;
    }
    return -1;
  }

  #isColon(at: number): boolean {
    if (this.#text.charCodeAt(at) !== COLON) return false;
    return at + 1 === this.#end || this.#text.charCodeAt(at + 1) === SPACE;
  }

  #key(end: number): string {
    const source = this.#text.slice(this.#start, end);
    const first = source.charCodeAt(0);
    if (first !== 34 && first !== 39) return plainKey(source);
    const inside = source.slice(1, -1);
    if (source.length > MAX_KEY || inside.includes("\\") || inside === "__proto__") throw GIVE_UP;
    return inside;
  }

  #value(after: number, indent: number, level: number): unknown {
    let at = after;
    while (at < this.#end && this.#text.charCodeAt(at) === SPACE) at += 1;
    if (at < this.#end) return this.#scalar(at, indent);
    this.#advance();
    if (this.#indent > indent) return this.#block(this.#indent, level + 1);
    if (this.#indent === indent && this.#atItem()) return this.#list(indent, level + 1);
    return null;
  }

  /** A scalar that ends with this line, or a `|` block; `indent` is that of its map or list. */
  #scalar(start: number, indent: number): unknown {
    const source = this.#text.slice(start, this.#end);
    const first = source.charCodeAt(0);
    if (first === 124) return this.#literalBlock(source, indent);
    const value = scalarOnLine(source, first);
    this.#advance();
    // A deeper line goes on with this scalar, unless it looks like a field or an item of its own.
    if (this.#indent > indent) {
      throw this.#keyEnd() !== -1 || this.#atItem() ? ODD_INDENT : GIVE_UP;
    }
    return value;
  }

  #literalBlock(header: string, indent: number): string {
    if (header !== "|" && header !== "|-") throw GIVE_UP;
    const text = this.#text;
    const lines: string[] = [];
    let margin = -1;
    let at = this.#next;
    let blank = 0;
    while (at < text.length) {
      let content = at;
      while (text.charCodeAt(content) === SPACE) content += 1;
      let end = text.indexOf("\n", content);
      if (end === -1) end = text.length;
      const first = text.charCodeAt(content);
      if (content >= end) {
        // Blank lines before the first, or wider than the margin, follow rules of their own.
        if (margin === -1 || content - at > margin) throw GIVE_UP;
        blank += 1;
      } else {
        if (margin === -1) margin = content - at;
        if (margin <= indent) throw GIVE_UP;
        if (content - at < margin) {
          if (first === TAB || content - at > indent) throw GIVE_UP;
          break;
        }
        for (; blank > 0; blank -= 1) lines.push("");
        if (text.charCodeAt(end - 1) === 13) throw GIVE_UP;
        lines.push(text.slice(at + margin, end));
      }
      at = end + 1;
    }
    if (lines.length === 0) throw GIVE_UP;
    this.#next = at;
    this.#advance();
    return header === "|" ? `${lines.join("\n")}\n` : lines.join("\n");
  }
}
