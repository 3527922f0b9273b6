import { visible } from "./visible.ts";

/** Text that is HTML, SVG or XML already; everything else is escaped when it meets a template. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type Content = Markup | string | number | null | undefined | readonly Content[];

/**
 * A template whose holes are escaped for element text and for quoted attributes, in HTML and XML
 * alike. A hole takes text, a number, other markup, a list of these, or nothing.
 */
export function markup(parts: TemplateStringsArray, ...holes: readonly Content[]): Markup {
  let text = parts[0] ?? "";
  for (const [index, hole] of holes.entries()) text += write(hole) + (parts[index + 1] ?? "");
  return new Markup(text);
}

export const nothing: Markup = new Markup("");

export function joined(parts: readonly Content[], separator = ""): Markup {
  return new Markup(parts.map(write).join(separator));
}

/** Escapes text for element content and quoted attributes. */
function escapeMarkup(text: string): string {
  return visible(text, { keepLines: true }).replace(
    /[&<>"']/g,
    (character) => entities[character] ?? "",
  );
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function write(content: Content): string {
  if (content === null || content === undefined) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "number") return Number.isFinite(content) ? String(content) : "";
  if (typeof content === "string") return escapeMarkup(content);
  return content.map(write).join("");
}
