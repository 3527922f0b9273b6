import { formatQuantity } from "../quantity-format.ts";
import { readQuantity } from "../schema/amount.ts";
import type { FieldType } from "../schema/type.ts";
import { type FieldLayout, type KnownSizes, layoutOf, type StructLayout } from "./layout.ts";
import { ListMemory } from "./list-memory.ts";
import { rawJsonBytes } from "./raw-json-size.ts";
import { type EncodedBytes, textBytes } from "./text-size.ts";
import { microTimeBytes, timeBytes } from "./timestamp-size.ts";
import { delimitedBytes, varintBytes } from "./wire.ts";

const NULL_BYTES = 4;

interface Total {
  protobuf: number;
  json: number;
}

/**
 * Bytes of a struct: its protobuf message without a tag, and its JSON object. What the tables do not
 * know is not counted, as the API server would have dropped it.
 */
export function structBytes(struct: string, value: unknown): EncodedBytes {
  const layout = layoutOf(struct);
  const object = isObject(value) ? value : EMPTY;
  const known = layout.known?.get(object);
  if (known !== undefined) return known;
  const bytes = measureStruct(layout, object);
  if (object !== EMPTY) layout.known?.set(object, bytes);
  return bytes;
}

const EMPTY: object = Object.freeze({});

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function measureStruct({ fields, embedded }: StructLayout, object: object): EncodedBytes {
  const total: Total = { protobuf: 0, json: 2 };
  const parts = embedded.length === 0 ? NO_PARTS : embedded.map(() => 0);
  let written = 0;
  for (const field of fields) {
    const before = total.json;
    const value = (object as Record<string, unknown>)[field.name] ?? undefined;
    const protobuf = addField(field, value, total);
    if (field.embeddedIn < 0) total.protobuf += protobuf;
    else parts[field.embeddedIn] = (parts[field.embeddedIn] ?? 0) + protobuf;
    if (total.json > before) written++;
  }
  total.json += Math.max(0, written - 1);
  for (let index = 0; index < parts.length; index++) {
    total.protobuf += delimitedBytes(parts[index] ?? 0, embedded[index]);
  }
  return total;
}

const NO_PARTS: number[] = [];

/** Adds the JSON of a field to the total and answers its bytes of protobuf. */
function addField(field: FieldLayout, value: unknown, total: Total): number {
  const { type, tagBytes: tag, optional, alwaysInMessage, alwaysInJson } = field;
  if (optional && value === undefined) {
    if (alwaysInJson) total.json += field.jsonKeyBytes + NULL_BYTES;
    return alwaysInMessage ? delimitedBytes(0, tag) : 0;
  }
  const { protobuf, json } = fieldBytes(type, value, tag);
  if (alwaysInJson || optional || !isZero(type, value)) total.json += field.jsonKeyBytes + json;
  return protobuf;
}

function isZero(type: FieldType, value: unknown): boolean {
  if (type.kind === "list") return !Array.isArray(value) || value.length === 0;
  if (type.kind === "map") return !isObject(value) || Object.keys(value).length === 0;
  return value === undefined || value === "" || value === 0 || value === false;
}

/** A field with its tags; repeated ones have one for each item. */
function fieldBytes(type: FieldType, value: unknown, tag: number): EncodedBytes {
  if (type.kind === "list") return listBytes(type.of, value, tag);
  if (type.kind === "map") return mapBytes(type.of, value, tag);
  if (type.kind === "bytes" && typeof value !== "string") return { protobuf: 0, json: NULL_BYTES };
  const { protobuf, json } = valueBytes(type, value);
  return { protobuf: tagged(type, protobuf, tag), json };
}

/** Numbers and booleans stand bare behind their tag, everything else behind its length. */
function tagged({ kind }: FieldType, bytes: number, tag: number): number {
  const bare = kind === "bool" || kind === "int32" || kind === "int64";
  return bare ? tag + bytes : delimitedBytes(bytes, tag);
}

function listBytes(of: FieldType, value: unknown, tag: number): EncodedBytes {
  if (!Array.isArray(value)) return { protobuf: 0, json: NULL_BYTES };
  if (of.kind === "struct") {
    const { known } = layoutOf(of.name);
    if (known !== undefined) return sharedListBytes(of.name, known, value, tag);
  }
  let protobuf = 0;
  let json = 2 + Math.max(0, value.length - 1);
  for (const item of value) {
    const bytes = valueBytes(of, item ?? undefined);
    protobuf += tagged(of, bytes.protobuf, tag);
    json += bytes.json;
  }
  return { protobuf, json };
}

/** A list whose items were mostly measured in an earlier version: the hot path of large objects. */
function sharedListBytes(
  struct: string,
  known: KnownSizes,
  items: readonly unknown[],
  tag: number,
): EncodedBytes {
  let memory = memories.get(struct);
  if (memory === undefined) {
    memory = new ListMemory((item) => known.get(item as object) ?? structBytes(struct, item));
    memories.set(struct, memory);
  }
  const { protobuf, json } = memory.bytesOf(items);
  const brackets = 2 + Math.max(0, items.length - 1);
  return { protobuf: protobuf + tag * items.length, json: json + brackets };
}

const memories = new Map<string, ListMemory>();

/** A protobuf map is a list of messages with a key (1) and a value (2). */
function mapBytes(of: FieldType, value: unknown, tag: number): EncodedBytes {
  if (!isObject(value)) return { protobuf: 0, json: NULL_BYTES };
  let protobuf = 0;
  let json = 2;
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key] ?? undefined;
    const name = textBytes(key);
    const bytes = valueBytes(of, item);
    protobuf += delimitedBytes(delimitedBytes(name.protobuf) + tagged(of, bytes.protobuf, 1), tag);
    json += name.json + 1 + bytes.json + (json > 2 ? 1 : 0);
  }
  return { protobuf, json };
}

/** A value without tag and length. */
function valueBytes(type: FieldType, value: unknown): EncodedBytes {
  switch (type.kind) {
    case "string":
      return textBytes(typeof value === "string" ? value : "");
    case "struct":
      return type.name === "MicroTime" ? microTimeBytes(value) : structBytes(type.name, value);
    case "bool":
      return { protobuf: 1, json: value === true ? 4 : 5 };
    case "int32":
    case "int64":
      return integerBytes(value);
    case "time":
      return timeBytes(value);
    case "quantity":
      return quantityBytes(value);
    case "intOrString":
      return intOrStringBytes(value);
    case "bytes":
      return base64Bytes(typeof value === "string" ? value : "");
    case "any":
      return rawMessageBytes(value);
    default:
      return { protobuf: 0, json: NULL_BYTES };
  }
}

function integerBytes(value: unknown): EncodedBytes {
  const number = typeof value === "number" ? value : 0;
  return { protobuf: varintBytes(number), json: String(number).length };
}

/** A message of one string: the canonical text. */
function quantityBytes(value: unknown): EncodedBytes {
  const quantity = readQuantity(value);
  const { protobuf, json } = textBytes(quantity === undefined ? "0" : formatQuantity(quantity));
  return { protobuf: delimitedBytes(protobuf), json };
}

/** A message of a type, a number and a text, each of them always written. */
function intOrStringBytes(value: unknown): EncodedBytes {
  if (typeof value === "string") {
    const { protobuf, json } = textBytes(value);
    return { protobuf: 4 + delimitedBytes(protobuf), json };
  }
  const { protobuf, json } = integerBytes(value);
  return { protobuf: 3 + protobuf + 2, json };
}

function base64Bytes(text: string): EncodedBytes {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return { protobuf: (text.length / 4) * 3 - padding, json: text.length + 2 };
}

/** FieldsV1: a message of one field, the stored JSON. */
function rawMessageBytes(value: unknown): EncodedBytes {
  const { protobuf, json } = rawJsonBytes(value);
  return { protobuf: delimitedBytes(protobuf), json };
}
