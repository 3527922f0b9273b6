import { SimulationError } from "../errors/index.ts";

/**
 * Data that survives JSON unchanged: what runs give back, so that memory, disk and threads agree.
 */
export type PlainData =
  | null
  | boolean
  | number
  | string
  | readonly PlainData[]
  | { readonly [name: string]: PlainData };

/**
 * The same data as JSON would give it back: `-0` becomes `0`, absent properties are dropped. Throws
 * `result-not-plain` for what JSON would change in silence (NaN, infinities, dates, typed arrays).
 */
export function plainData<T>(value: T): T {
  requirePlain(value, "result");
  return JSON.parse(JSON.stringify(value)) as T;
}

function requirePlain(value: unknown, path: string): void {
  if (value === null || typeof value === "boolean" || typeof value === "string") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw notPlain(path, String(value));
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) requirePlain(value[i], `${path}[${i}]`);
  } else if (isPlainObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (member !== undefined) requirePlain(member, `${path}.${name}`);
    }
  } else {
    throw notPlain(path, typeof value === "object" ? value.constructor.name : typeof value);
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}

function notPlain(path: string, found: string): SimulationError {
  return new SimulationError(
    "result-not-plain",
    { path, found },
    `A run gave back ${found} at ${path}, which JSON cannot carry.`,
    "Give back plain data: null where a measure is not defined, arrays instead of typed arrays.",
  );
}
