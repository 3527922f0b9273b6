/**
 * The differences between two JSON values, one line each as `path: expected A, got B`. The order of
 * keys does not matter, that of arrays does; an absent key and an undefined value are the same.
 */
export function differences(expected: unknown, actual: unknown, path = ""): readonly string[] {
  const found: string[] = [];
  collect(expected, actual, path, found);
  return found;
}

function collect(expected: unknown, actual: unknown, path: string, found: string[]): void {
  if (Object.is(expected, actual)) return;
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    for (let i = 0; i < length; i++) collect(expected[i], actual[i], `${path}[${i}]`, found);
    return;
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    for (const key of keys) {
      collect(own(expected, key), own(actual, key), path === "" ? key : `${path}.${key}`, found);
    }
    return;
  }
  found.push(`${path === "" ? "" : `${path}: `}expected ${show(expected)}, got ${show(actual)}`);
}

function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v));
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
