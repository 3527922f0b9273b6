import { readQuantity } from "./amount.ts";
import { type Fields, isFields } from "./fields.ts";
import { structFields } from "./kinds.ts";
import type { FieldType } from "./type.ts";

/** Steps from an object to one of its fields; a number indexes a list. */
export type Steps = readonly (string | number)[];

/** What is wrong with the shape of an object, before any rule is looked at. */
export type ShapeProblem =
  | {
      readonly kind: "type";
      /** Where, as the API server writes field paths: `spec.ports[0].port`. */
      readonly field: string;
      /** Where, as Go's decoder reports it: `ServicePort.spec.ports.port`. */
      readonly goField: string;
      /** What stood there: `number`, `string`, `bool`, `array`, `object`. */
      readonly found: string;
      /** What should stand there. */
      readonly expected: string;
    }
  | {
      readonly kind: "quantity" | "time" | "base64";
      readonly field: string;
      readonly found: string;
    }
  | { readonly kind: "unknown"; readonly field: string };

export interface DecodeOptions {
  /**
   * The number at a path as it was written, where that is known: `80.0` and `1e2` are type errors for
   * integer fields, but a JavaScript number no longer shows it.
   */
  readonly literal?: (path: Steps) => string | undefined;
}

/**
 * Checks an object's fields against the API types of its kind, as the API server's decoder does: exact
 * names, exact JSON types, integers written as integers. Problems come in the order of the fields in
 * the object. Unknown fields are reported and otherwise ignored; null is allowed everywhere.
 */
export function shapeProblems(
  object: Fields,
  kind: string,
  options: DecodeOptions = {},
): readonly ShapeProblem[] {
  const decoder = new Decoder(options);
  decoder.struct(object, kind, { steps: [], names: [], owner: kind }, TYPE_META);
  return decoder.problems;
}

const TYPE_META: ReadonlySet<string> = new Set(["kind", "apiVersion"]);
const NO_FIELDS: ReadonlySet<string> = new Set();

/** Where the decoder is: the path with and without indices, and the struct that holds the field. */
interface Place {
  readonly steps: Steps;
  readonly names: readonly string[];
  readonly owner: string;
}

class Decoder {
  readonly problems: ShapeProblem[] = [];
  readonly #literal: (path: Steps) => string | undefined;

  constructor({ literal }: DecodeOptions) {
    this.#literal = literal ?? (() => undefined);
  }

  struct(value: unknown, name: string, place: Place, extra: ReadonlySet<string>): void {
    if (!isFields(value)) {
      this.#wrongType(value, "object", place);
      return;
    }
    const fields = structFields(name);
    if (fields === undefined) return;
    for (const [key, item] of Object.entries(value)) {
      const field = fields.get(key);
      const steps = [...place.steps, key];
      if (field !== undefined) {
        this.#value(item, field.type, { steps, names: [...place.names, key], owner: name });
      } else if (extra.has(key)) {
        this.#value(item, { kind: "string" }, { steps, names: [key], owner: name });
      } else {
        this.problems.push({ kind: "unknown", field: fieldText(steps) });
      }
    }
  }

  #value(value: unknown, type: FieldType, place: Place): void {
    if (value === null || value === undefined) return;
    switch (type.kind) {
      case "struct":
        this.struct(value, type.name, place, NO_FIELDS);
        return;
      case "list":
        this.#list(value, type.of, place);
        return;
      case "map":
        this.#map(value, type.of, place);
        return;
      case "any":
        return;
      default:
        this.#scalar(value, type.kind, place);
    }
  }

  #list(value: unknown, of: FieldType, place: Place): void {
    if (!Array.isArray(value)) {
      this.#wrongType(value, "array", place);
      return;
    }
    for (const [index, item] of value.entries()) {
      this.#value(item, of, { ...place, steps: [...place.steps, index] });
    }
  }

  #map(value: unknown, of: FieldType, place: Place): void {
    if (!isFields(value)) {
      this.#wrongType(value, "object", place);
      return;
    }
    for (const [key, item] of Object.entries(value)) {
      this.#value(item, of, { ...place, steps: [...place.steps, key] });
    }
  }

  #scalar(value: unknown, kind: Exclude<FieldType["kind"], Container>, place: Place): void {
    const problem = this.#scalarProblem(value, kind, place.steps);
    if (problem === "type") this.#wrongType(value, EXPECTED[kind], place);
    else if (problem !== undefined) {
      this.problems.push({ kind: problem, field: fieldText(place.steps), found: String(value) });
    }
  }

  #scalarProblem(
    value: unknown,
    kind: Exclude<FieldType["kind"], Container>,
    steps: Steps,
  ): "type" | "quantity" | "time" | "base64" | undefined {
    switch (kind) {
      case "string":
        return typeof value === "string" ? undefined : "type";
      case "bool":
        return typeof value === "boolean" ? undefined : "type";
      case "int32":
      case "int64":
        return this.#isInteger(value, kind, steps) ? undefined : "type";
      case "intOrString":
        if (typeof value === "string") return undefined;
        return this.#isInteger(value, "int32", steps) ? undefined : "type";
      case "quantity":
        return readQuantity(this.#written(value, steps)) === undefined ? "quantity" : undefined;
      case "time":
        if (typeof value !== "string") return "type";
        return RFC3339.test(value) ? undefined : "time";
      case "bytes":
        if (typeof value !== "string") return "type";
        return BASE64.test(value) ? undefined : "base64";
      default:
        return undefined;
    }
  }

  #written(value: unknown, steps: Steps): unknown {
    return typeof value === "number" ? (this.#literal(steps) ?? value) : value;
  }

  #isInteger(value: unknown, kind: "int32" | "int64", steps: Steps): boolean {
    if (typeof value !== "number") return false;
    const text = this.#literal(steps) ?? (Number.isInteger(value) ? String(value) : "");
    if (!/^-?[0-9]{1,20}$/.test(text)) return false;
    const [low, high] = RANGES[kind];
    return BigInt(text) >= low && BigInt(text) <= high;
  }

  #wrongType(value: unknown, expected: string, { steps, names, owner }: Place): void {
    const goField = names.length === 0 ? "" : `${owner}.${names.join(".")}`;
    this.problems.push({
      kind: "type",
      field: fieldText(steps),
      goField,
      found: jsonType(value),
      expected,
    });
  }
}

type Container = "struct" | "list" | "map" | "any";

const RANGES = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

const EXPECTED = {
  string: "string",
  bool: "true or false",
  int32: "whole number of 32 bits",
  int64: "whole number of 64 bits",
  intOrString: "whole number or string",
  quantity: "quantity",
  time: "time",
  bytes: "base64 text",
} as const;

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

/** A path as the API server writes it in decoding errors: `spec.ports[0].port`. */
export function fieldText(steps: Steps): string {
  return steps.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}
