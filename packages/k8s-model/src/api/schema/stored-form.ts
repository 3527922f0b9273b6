import { formatQuantity } from "../quantity-format.ts";
import { readQuantity } from "./amount.ts";
import { type Fields, field, isFields } from "./fields.ts";
import { structFields } from "./kinds.ts";
import type { Field, FieldType } from "./type.ts";

/**
 * The object as the API server writes it back: known fields in the server's order, zero values left
 * out where Go leaves them out, always-written ones put in, quantities in their printed form.
 * Unknown fields are dropped.
 */
export function storedForm(object: Fields, kind: string): Fields {
  const head: Fields = { kind: field(object, "kind"), apiVersion: field(object, "apiVersion") };
  return { ...head, ...writtenStruct(object, kind) };
}

function writtenStruct(value: unknown, name: string): Fields {
  const fields = structFields(name);
  if (fields === undefined) return isFields(value) ? value : {};
  const object = isFields(value) ? value : {};
  const written: Fields = {};
  for (const [key, info] of fields) {
    const item = writtenField(field(object, key), info);
    if (item !== undefined) written[key] = item;
  }
  return written;
}

function writtenField(value: unknown, { type, pointer, always }: Field): unknown {
  if (value === undefined && pointer) return always ? null : undefined;
  const written = writtenValue(value, type);
  // Go's omitempty has no effect on structs, and these are structs there.
  const struct = type.kind === "struct" || type.kind === "intOrString" || type.kind === "time";
  if (always || pointer || struct) return written;
  return isZero(written) ? undefined : written;
}

function writtenValue(value: unknown, type: FieldType): unknown {
  switch (type.kind) {
    case "struct":
      return writtenStruct(value, type.name);
    case "list":
      return Array.isArray(value) && value.length > 0
        ? value.map((item) => writtenValue(item ?? undefined, type.of))
        : null;
    case "map":
      return isFields(value) && Object.keys(value).length > 0
        ? Object.fromEntries(
            Object.entries(value).map(([key, item]) => [
              key,
              writtenValue(item ?? undefined, type.of),
            ]),
          )
        : null;
    case "quantity":
      return writtenQuantity(value);
    default:
      return value ?? ZERO[type.kind];
  }
}

const ZERO = {
  string: "",
  bool: false,
  int32: 0,
  int64: 0,
  intOrString: 0,
  time: null,
  bytes: null,
  any: null,
} as const;

function isZero(value: unknown): boolean {
  return value === null || value === "" || value === 0 || value === false;
}

function writtenQuantity(value: unknown): unknown {
  if (typeof value !== "string" && typeof value !== "number") return "0";
  const quantity = readQuantity(value);
  return quantity === undefined ? value : formatQuantity(quantity);
}
