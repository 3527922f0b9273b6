/**
 * The type of one field, as Go's API types have it: what the server accepts for the field, and
 * whether a zero value is written or left out.
 */
export type FieldType =
  | { readonly kind: "string" | "bool" | "int32" | "int64" | "quantity" | "intOrString" }
  | { readonly kind: "time" | "bytes" | "any" }
  | { readonly kind: "struct"; readonly name: string }
  | { readonly kind: "list" | "map"; readonly of: FieldType };

/** A field of a struct: its type, and when it is left out of the written form. */
export interface Field {
  readonly type: FieldType;
  /** A pointer in Go: a zero value that was given is kept. */
  readonly pointer: boolean;
  /** Written even when empty (no `omitempty` in Go). */
  readonly always: boolean;
}

/** Go's name of a struct to its fields, in the order in which the server writes them. */
export type StructTable = Readonly<Record<string, Readonly<Record<string, string>>>>;

const SCALARS: ReadonlySet<string> = new Set([
  "string",
  "bool",
  "int32",
  "int64",
  "quantity",
  "intOrString",
  "time",
  "bytes",
  "any",
]);

/**
 * Reads the short notation of a field: `string`, `*bool` (pointer), `int32!` (always written),
 * `[]ServicePort`, `{}string` (map), or the name of a struct.
 */
export function parseField(text: string): Field {
  const always = text.endsWith("!");
  const body = always ? text.slice(0, -1) : text;
  const pointer = body.startsWith("*");
  return { type: parseType(pointer ? body.slice(1) : body), pointer, always };
}

function parseType(text: string): FieldType {
  if (text.startsWith("[]")) return { kind: "list", of: parseType(text.slice(2)) };
  if (text.startsWith("{}")) return { kind: "map", of: parseType(text.slice(2)) };
  if (SCALARS.has(text)) return { kind: text as "string" };
  return { kind: "struct", name: text };
}
