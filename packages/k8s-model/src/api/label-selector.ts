import { labelKeyProblem, labelValueProblem } from "./label-selector-syntax.ts";
import type { LabelSelector } from "./meta.ts";

/** The operators of a selector, spelled as Kubernetes' `selection.Operator`. */
export type SelectorOperator = "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | "gt" | "lt";

export interface SelectorRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  /** As given; may repeat. */
  readonly values: readonly string[];
}

/** A selector ready to match: all requirements must hold, ordered by key. */
export interface Selector {
  readonly requirements: readonly SelectorRequirement[];
  /** False for the absent selector, which matches nothing at all. */
  readonly selectable: boolean;
}

export type Labels = Readonly<Record<string, string>>;

export type LabelSelectorErrorCode =
  | "label-selector-syntax"
  | "label-selector-key"
  | "label-selector-value"
  | "label-selector-operator";

/** Why a text or an object is no label selector. */
export class LabelSelectorError extends Error {
  override readonly name = "LabelSelectorError";
  readonly code: LabelSelectorErrorCode;
  readonly remedy: string;

  constructor(code: LabelSelectorErrorCode, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

export const NOTHING: Selector = { requirements: [], selectable: false };
export const EVERYTHING: Selector = { requirements: [], selectable: true };

/**
 * The selector of a `metav1.LabelSelector`: absent selects nothing, empty everything.
 *
 * @throws {LabelSelectorError} where a key, value or operator is not allowed.
 */
export function selectorFromObject(selector: LabelSelector | null | undefined): Selector {
  if (selector === null || selector === undefined) return NOTHING;
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
    requirement(key, "=", [value]),
  );
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) =>
    requirement(key, operatorOf(operator), values ?? []),
  );
  return selectorOf([...equal, ...expressions]);
}

/**
 * The selector of a plain map, as in a Service's `spec.selector`: every label must be equal. Keys and
 * values are not checked; an absent or empty map selects everything (a Service without selector is
 * the caller's case to tell apart).
 */
export function selectorFromLabels(labels: Labels | undefined): Selector {
  return selectorOf(
    Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: "=", values: [value] })),
  );
}

/** A selector of these requirements, ordered by key and else as given. */
export function selectorOf(requirements: readonly SelectorRequirement[]): Selector {
  const ordered = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { requirements: ordered, selectable: true };
}

/**
 * One checked requirement.
 *
 * @throws {LabelSelectorError}
 */
export function requirement(
  key: string,
  operator: SelectorOperator,
  values: readonly string[],
): SelectorRequirement {
  const keyProblem = labelKeyProblem(key);
  if (keyProblem !== undefined) {
    throw new LabelSelectorError(
      "label-selector-key",
      `"${key}" cannot be a label key: ${keyProblem}.`,
      "write [prefix/]name, such as app.kubernetes.io/name",
    );
  }
  const problem = countProblem(operator, values) ?? valuesProblem(values);
  if (problem !== undefined) {
    throw new LabelSelectorError(
      "label-selector-value",
      `Selector for label "${key}": ${problem}.`,
      "give In and NotIn one value or more, Exists and DoesNotExist none, the others exactly one",
    );
  }
  return { key, operator, values };
}

/** Whether the labels satisfy every requirement; absent labels are an empty set. */
export function selectorMatches(selector: Selector, labels: Labels | undefined): boolean {
  if (!selector.selectable) return false;
  for (const one of selector.requirements) if (!holds(one, labels)) return false;
  return true;
}

/** Whether it selects every label set because it asks for nothing. */
export function isEverything(selector: Selector): boolean {
  return selector.selectable && selector.requirements.length === 0;
}

/** The canonical text, as `kubectl` prints it: `a=b,c in (d,e),!f`; empty for all and for nothing. */
export function formatSelector(selector: Selector): string {
  return selector.requirements.map(formatRequirement).join(",");
}

/** A 64-bit integer as `strconv.ParseInt` reads it, or undefined. */
export function parseSelectorInteger(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ""));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function operatorOf(operator: string): SelectorOperator {
  if (operator === "In") return "in";
  if (operator === "NotIn") return "notin";
  if (operator === "Exists") return "exists";
  if (operator === "DoesNotExist") return "!";
  throw new LabelSelectorError(
    "label-selector-operator",
    `"${operator}" is not an operator of a label selector.`,
    "use In, NotIn, Exists or DoesNotExist",
  );
}

function countProblem(operator: SelectorOperator, values: readonly string[]): string | undefined {
  switch (operator) {
    case "in":
    case "notin":
      return values.length === 0 ? `${operator} needs a value` : undefined;
    case "exists":
    case "!":
      return values.length === 0 ? undefined : "a test for existence takes no value";
    case "gt":
    case "lt":
      if (values.length !== 1) return "a comparison needs exactly one value";
      return parseSelectorInteger(values[0] ?? "") === undefined
        ? `"${values[0]}" is not an integer`
        : undefined;
    default:
      return values.length === 1 ? undefined : "equality needs exactly one value";
  }
}

function valuesProblem(values: readonly string[]): string | undefined {
  for (const value of values) {
    const problem = labelValueProblem(value);
    if (problem !== undefined) return `"${value}" cannot be a label value: ${problem}`;
  }
  return undefined;
}

function holds(
  { key, operator, values }: SelectorRequirement,
  labels: Labels | undefined,
): boolean {
  const present = labels !== undefined && Object.hasOwn(labels, key);
  const value = present ? labels[key] : undefined;
  switch (operator) {
    case "exists":
      return present;
    case "!":
      return !present;
    case "!=":
    case "notin":
      return value === undefined || !values.includes(value);
    case "gt":
    case "lt":
      return value !== undefined && compares(value, operator, values[0] ?? "");
    default:
      return value !== undefined && values.includes(value);
  }
}

function compares(value: string, operator: "gt" | "lt", bound: string): boolean {
  const left = parseSelectorInteger(value);
  const right = parseSelectorInteger(bound);
  if (left === undefined || right === undefined) return false;
  return operator === "gt" ? left > right : left < right;
}

function formatRequirement({ key, operator, values }: SelectorRequirement): string {
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${[...values].sort().join(",")})`;
    case "gt":
      return `${key}>${values[0]}`;
    case "lt":
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}
