import { invariant } from "@k8s-netsim/sim-core";
import { structFields } from "../schema/kinds.ts";
import { type Field, type FieldType, parseField } from "../schema/type.ts";
import { endpointNumbers } from "./field-numbers/endpoint-numbers.ts";
import { metaNumbers } from "./field-numbers/meta-numbers.ts";
import { nodeNumbers } from "./field-numbers/node-numbers.ts";
import type { FieldNumbers, NumberTable } from "./field-numbers/notation.ts";
import { podNumbers } from "./field-numbers/pod-numbers.ts";
import { serviceNumbers } from "./field-numbers/service-numbers.ts";
import { ownTypes } from "./own-types.ts";
import type { EncodedBytes } from "./text-size.ts";
import { tagBytes } from "./wire.ts";

/** How one field is written in both encodings. */
export interface FieldLayout {
  readonly name: string;
  readonly type: FieldType;
  /** Bytes of `"name":`. */
  readonly jsonKeyBytes: number;
  readonly tagBytes: number;
  /** Left out of both encodings when absent: a pointer in Go. */
  readonly optional: boolean;
  /** In the message even where JSON leaves it out: Go's creationTimestamp. */
  readonly alwaysInMessage: boolean;
  /** In JSON even when empty. */
  readonly alwaysInJson: boolean;
  /** Which embedded message holds it in protobuf; -1 for the struct itself. */
  readonly embeddedIn: number;
}

export interface StructLayout {
  readonly fields: readonly FieldLayout[];
  /** Tag bytes of each message that protobuf embeds and JSON does not show. */
  readonly embedded: readonly number[];
  /** Sizes of objects that were measured before: set for structs that versions share. */
  readonly known: KnownSizes | undefined;
}

/** Sizes of immutable objects by identity. */
export type KnownSizes = WeakMap<object, EncodedBytes>;

const NUMBERS: NumberTable = {
  ...metaNumbers,
  ...endpointNumbers,
  ...serviceNumbers,
  ...nodeNumbers,
  ...podNumbers,
};

/** Stands for a number below 16 of a struct that needs no table: its tag takes one byte. */
const LOW_NUMBER = 1;

/** Structs that successive versions of an object share unchanged. */
const SHARED: ReadonlySet<string> = new Set(["Endpoint", "EndpointAddress", "PodSpec"]);

const KINDS: ReadonlySet<string> = new Set([
  "EndpointSlice",
  "Endpoints",
  "Service",
  "Pod",
  "Node",
  "Lease",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
]);

const layouts = new Map<string, StructLayout>();

/** How the struct with this Go name is written. */
export function layoutOf(struct: string): StructLayout {
  const present = layouts.get(struct);
  if (present !== undefined) return present;
  const made = makeLayout(struct);
  layouts.set(struct, made);
  return made;
}

/** Whether sizes of objects of a kind can be told. */
export function hasLayout(kind: string): boolean {
  return KINDS.has(kind);
}

function fieldsOf(struct: string): Iterable<readonly [string, Field]> | undefined {
  const own = Object.hasOwn(ownTypes, struct) ? ownTypes[struct] : undefined;
  if (own === undefined) return structFields(struct);
  return Object.entries(own).map(([name, text]) => [name, parseField(text)] as const);
}

function makeLayout(struct: string): StructLayout {
  const fields = fieldsOf(struct);
  const numbers = Object.hasOwn(NUMBERS, struct) ? NUMBERS[struct] : undefined;
  invariant(fields !== undefined, `The type tables know the struct ${struct}.`);
  const embedded: number[] = [];
  const laidOut: FieldLayout[] = [];
  for (const [name, info] of fields) {
    if (!isCounted(info, numbers, name)) continue;
    laidOut.push(layOut(struct, name, info, place(numbers, name, embedded)));
  }
  return {
    fields: laidOut,
    embedded: embedded.map(tagBytes),
    known: SHARED.has(struct) ? new WeakMap() : undefined,
  };
}

/** Of the fields without a type of their own only `fieldsV1` can be told. */
function isCounted({ type }: Field, numbers: FieldNumbers | undefined, name: string): boolean {
  if (numbers !== undefined) return numbers[name] !== undefined;
  const inner = type.kind === "list" || type.kind === "map" ? type.of : type;
  return inner.kind !== "any";
}

function place(
  numbers: FieldNumbers | undefined,
  name: string,
  embedded: number[],
): { readonly number: number; readonly embeddedIn: number } {
  const number = numbers?.[name] ?? LOW_NUMBER;
  const [first = 0, second] = String(number).split(".").map(Number);
  if (second === undefined) return { number: first, embeddedIn: -1 };
  if (!embedded.includes(first)) embedded.push(first);
  return { number: second, embeddedIn: embedded.indexOf(first) };
}

function layOut(
  struct: string,
  name: string,
  { type, pointer, always }: Field,
  { number, embeddedIn }: { readonly number: number; readonly embeddedIn: number },
): FieldLayout {
  const creation = struct === "ObjectMeta" && name === "creationTimestamp";
  // Go's omitempty has no effect on structs.
  const isStruct = type.kind === "struct" || type.kind === "intOrString" || type.kind === "time";
  return {
    name,
    type,
    jsonKeyBytes: name.length + 3,
    tagBytes: tagBytes(number),
    optional: pointer,
    alwaysInMessage: creation,
    alwaysInJson: always || (isStruct && !pointer),
    embeddedIn,
  };
}
