/** A JSON object of which only single fields are known; made by {@link copyOf}, free to be changed. */
export type Fields = { [field: string]: unknown };

/** Whether this is a JSON object (no array, no null). */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A deep copy of plain JSON data that shares nothing; safe for keys such as `__proto__`. */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)])) as T;
}

/** The value of an own field; null counts as absent, as in Go. */
export function field(object: Fields | undefined, name: string): unknown {
  if (object === undefined || !Object.hasOwn(object, name)) return undefined;
  return object[name] ?? undefined;
}

/** The text of a field, "" where it is absent or no text. */
export function text(object: Fields | undefined, name: string): string {
  const value = field(object, name);
  return typeof value === "string" ? value : "";
}

/** The number in a field, or undefined. */
export function number(object: Fields | undefined, name: string): number | undefined {
  const value = field(object, name);
  return typeof value === "number" ? value : undefined;
}

/** The boolean in a field, false where absent. */
export function flag(object: Fields | undefined, name: string): boolean {
  return field(object, name) === true;
}

/** The object in a field, or undefined. */
export function child(object: Fields | undefined, name: string): Fields | undefined {
  const value = field(object, name);
  return isFields(value) ? value : undefined;
}

/** The object in a field, put there if it was absent. */
export function ensureChild(object: Fields, name: string): Fields {
  const present = child(object, name);
  if (present !== undefined) return present;
  const made: Fields = {};
  object[name] = made;
  return made;
}

/** The items of a list field as objects; a null item is an empty object, as in Go. */
export function items(object: Fields | undefined, name: string): readonly Fields[] {
  const value = field(object, name);
  if (!Array.isArray(value)) return [];
  return value.map((item, index) => {
    if (isFields(item)) return item;
    const made: Fields = {};
    value[index] = made;
    return made;
  });
}

/** The texts of a list field; a null item is "", as in Go. */
export function texts(object: Fields | undefined, name: string): readonly string[] {
  const value = field(object, name);
  if (!Array.isArray(value)) return [];
  return value.map((item) => (typeof item === "string" ? item : ""));
}

/** The texts of a map field by key, sorted by key as the server walks them where order matters. */
export function textMap(
  object: Fields | undefined,
  name: string,
): readonly (readonly [string, string])[] {
  const value = child(object, name);
  if (value === undefined) return [];
  return Object.entries(value)
    .map(([key, item]) => [key, typeof item === "string" ? item : ""] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Sets a field where it is absent or, unless `pointer`, holds Go's zero value. */
export function setDefault(object: Fields, name: string, value: unknown, pointer = false): void {
  const present = field(object, name);
  const zero = present === "" || present === 0 || present === false;
  if (present === undefined || (zero && !pointer)) object[name] = value;
}
