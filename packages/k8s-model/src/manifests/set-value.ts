import { type FieldPath, formatFieldPath } from "./field-path.ts";
import { ReadProblem } from "./problem.ts";
import type { SetStep } from "./set-syntax.ts";

/** One field that an edit reached. */
export interface FieldChange {
  readonly path: FieldPath;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * The value with the field at `path` replaced, or removed where `next` is undefined. Nothing given
 * is modified; maps that are missing on the way are made. Each field reached is added to `changes`.
 *
 * @throws ReadProblem where the path enters text or a number, or a list that it does not fit.
 */
export function withField(
  value: unknown,
  path: readonly SetStep[],
  next: unknown,
  changes: FieldChange[],
  done: FieldPath = [],
): unknown {
  const [step, ...rest] = path;
  if (step === undefined) {
    changes.push({ path: done, before: value, after: next });
    return next;
  }
  if (Array.isArray(value)) return withItem(value, step, rest, next, changes, done);
  if (value !== undefined && value !== null && typeof value !== "object") {
    throw wrongPath(done, "holds no fields", "check the path");
  }
  if (step === "*all*" || typeof step === "object") {
    if (value === undefined || value === null) return value;
    throw wrongPath(done, "is a map, not a list", "name the field");
  }
  if (typeof step === "number") {
    if (value !== undefined && value !== null)
      return withKey(value, String(step), rest, next, changes, done);
    if (next === undefined) return value;
    if (step > 0) throw wrongPath(done, "is missing, so there is no such item", "start at [0]");
    return [withField(undefined, rest, next, changes, [...done, 0])];
  }
  return withKey(value, step, rest, next, changes, done);
}

function withKey(
  value: unknown,
  key: string,
  rest: readonly SetStep[],
  next: unknown,
  changes: FieldChange[],
  done: FieldPath,
): unknown {
  const map = (value ?? {}) as Readonly<Record<string, unknown>>;
  const before = Object.hasOwn(map, key) ? map[key] : undefined;
  if (next === undefined && (before === undefined || (before === null && rest.length > 0))) {
    return value;
  }
  const after = withField(before, rest, next, changes, [...done, key]);
  if (after !== undefined) return { ...map, [key]: after };
  const { [key]: _, ...others } = map;
  return others;
}

function withItem(
  list: readonly unknown[],
  step: SetStep,
  rest: readonly SetStep[],
  next: unknown,
  changes: FieldChange[],
  done: FieldPath,
): unknown[] {
  const indices = itemIndices(list, step, next, done);
  const result = [...list];
  for (const index of indices) {
    result[index] = withField(list[index], rest, next, changes, [...done, index]);
  }
  return rest.length === 0 && next === undefined
    ? result.filter((_, index) => !indices.includes(index))
    : result;
}

function itemIndices(
  list: readonly unknown[],
  step: SetStep,
  next: unknown,
  done: FieldPath,
): readonly number[] {
  if (step === "*all*") return list.map((_, index) => index);
  if (typeof step === "number") {
    if (step < list.length || (step === list.length && next !== undefined)) return [step];
    throw wrongPath(done, `has ${list.length} items`, `use an index below ${list.length + 1}`);
  }
  if (typeof step === "string") {
    throw wrongPath(done, "is a list", "name an item: [0], [name=web] or [*] for each");
  }
  const found = list.flatMap((item, index) => (hasField(item, step) ? [index] : []));
  if (found.length > 0) return found;
  throw wrongPath(done, `has no item with ${step.key}=${step.value}`, "check the name");
}

function hasField(item: unknown, step: { readonly key: string; readonly value: string }): boolean {
  if (typeof item !== "object" || item === null || !Object.hasOwn(item, step.key)) return false;
  return String((item as Record<string, unknown>)[step.key]) === step.value;
}

function wrongPath(done: FieldPath, problem: string, remedy: string): ReadProblem {
  const where = done.length === 0 ? "The object" : formatFieldPath(done);
  return new ReadProblem("set-path", 0, `${where} ${problem}.`, remedy);
}
