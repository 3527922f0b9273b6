import type { Diagnostic, SourcePosition } from "../../manifests/diagnostic.ts";
import type { ManifestSource } from "../../manifests/index.ts";
import { nearest } from "../../manifests/near.ts";
import { type Field, readTable, type TableRecord, type TableShape } from "../../tables/index.ts";
import { EVERYTHING } from "../measures/measure.ts";
import { type Quantity, quantityNamed, quantityNames } from "./quantity.ts";
import { UNIT_EXAMPLES, unitFactor } from "./units.ts";

/** A number that was observed in the real cluster as it is today. */
export interface ObservedNumber {
  readonly quantity: Quantity;
  /** `all`, `NAMESPACE/SERVICE`, or `FROM->TO` for a pair of zones. */
  readonly scope: string;
  /** In the quantity's own unit: bytes and requests a second, nanoseconds, shares from 0 to 1. */
  readonly value: number;
  readonly at: SourcePosition;
}

/** What numbers can be about in one input. */
export interface Observable {
  /** `namespace/name` of every Service that is called. */
  readonly services: ReadonlySet<string>;
  readonly zones: ReadonlySet<string>;
}

const SHAPE: TableShape = {
  kind: "ObservedMeasures",
  list: "measures",
  columns: ["measure", "scope", "value", "unit"],
  required: ["measure", "value"],
};

/** Reads observed numbers from CSV, JSON or YAML. What is wrong is named with its place. */
export function readObservedNumbers(
  source: ManifestSource,
  about: Observable,
): { readonly numbers: readonly ObservedNumber[]; readonly diagnostics: readonly Diagnostic[] } {
  const { records, diagnostics: found } = readTable(source, SHAPE);
  const diagnostics = [...found];
  const numbers = records.flatMap((record) => numberOf(record, about, diagnostics));
  const seen = new Set<string>();
  for (const { quantity, scope, at } of numbers) {
    const key = `${quantity.id} ${scope}`;
    if (seen.has(key)) {
      const message = `${quantity.id} of ${scope} is given twice.`;
      diagnostics.push(wrong(message, "keep the one that was observed", at));
    }
    seen.add(key);
  }
  if (records.length === 0 && diagnostics.length === 0) {
    const at = { file: source.file, line: 1, column: 1 };
    diagnostics.push(wrong("No number is given.", "give at least one", at));
  }
  return { numbers: diagnostics.length > 0 ? [] : numbers, diagnostics };
}

function numberOf(
  record: TableRecord,
  about: Observable,
  diagnostics: Diagnostic[],
): ObservedNumber[] {
  const quantity = quantityOf(record, diagnostics);
  if (quantity === undefined) return [];
  const scope = scopeOf(record, quantity, about, diagnostics);
  const value = amountOf(record, quantity, diagnostics);
  if (scope === undefined || value === undefined) return [];
  return [{ quantity, scope, value, at: record.at }];
}

function quantityOf({ fields, at }: TableRecord, diagnostics: Diagnostic[]): Quantity | undefined {
  const name = fields.get("measure");
  const quantity = quantityNamed(name?.text ?? "");
  if (quantity !== undefined) return quantity;
  const near = nearest(name?.text ?? "", quantityNames(), 3, 6);
  const known = near.length > 0 ? near : quantityNames();
  const message =
    name === undefined
      ? "The record names no measure."
      : `There is no measure "${shortened(name.text)}".`;
  diagnostics.push(wrong(message, `write ${known.join(" or ")}`, name?.at ?? at));
  return undefined;
}

function scopeOf(
  { fields, at }: TableRecord,
  { id, scope }: Quantity,
  { services, zones }: Observable,
  diagnostics: Diagnostic[],
): string | undefined {
  const field = fields.get("scope");
  const text = field?.text ?? EVERYTHING;
  const place = field?.at ?? at;
  if (scope === "zone-pair") {
    const [from = "", to = "", ...more] = text.split(/\s*(?:->|→|>)\s*/);
    const unknown = [from, to].find((zone) => !zones.has(zone));
    if (more.length === 0 && unknown === undefined) return `${from}->${to}`;
    const near = unknown === undefined ? [] : nearest(unknown, [...zones], 3);
    const remedy = `write FROM->TO with two of the zones ${(near.length > 0 ? near : [...zones]).join(", ")}`;
    diagnostics.push(
      wrong(`"${shortened(text)}" is no pair of zones of the input.`, remedy, place),
    );
    return undefined;
  }
  const service = text.includes("/") || text === EVERYTHING ? text : `default/${text}`;
  if (service === EVERYTHING || services.has(service)) return service;
  const near = nearest(service, [...services], 3);
  const remedy = `write all, or one of ${near.join(", ") || "none"}`;
  const message = `${id}: "${shortened(text)}" is no Service that is called.`;
  diagnostics.push(wrong(message, remedy, place));
  return undefined;
}

const VALUE = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?)\s*([^\d\s].*)?$/i;

function amountOf(
  { fields, at }: TableRecord,
  { id, dimension }: Quantity,
  diagnostics: Diagnostic[],
): number | undefined {
  const field: Field = fields.get("value") ?? { text: "", at };
  const match = VALUE.exec(field.text);
  const number = match === null ? Number.NaN : Number(match[1]);
  if (!(number >= 0 && number < 1e18)) {
    const what = number < 0 ? "is negative" : "is no number";
    const remedy = `write digits and a unit: ${UNIT_EXAMPLES[dimension]}`;
    diagnostics.push(wrong(`${id}: "${shortened(field.text)}" ${what}.`, remedy, field.at));
    return undefined;
  }
  const unit = fields.get("unit") ?? { text: match?.[2] ?? "", at: field.at };
  const factor = unitFactor(dimension, unit.text);
  if (factor === undefined) {
    const what = unit.text === "" ? "has no unit" : `cannot be in "${shortened(unit.text)}"`;
    const remedy = `write it in ${UNIT_EXAMPLES[dimension]}`;
    diagnostics.push(wrong(`${id} ${what}.`, remedy, unit.at));
    return undefined;
  }
  const value = number * factor;
  if (dimension !== "share" || value <= 1) return value;
  const remedy = "write 67% or 0.67";
  diagnostics.push(wrong(`${id}: "${field.text}" is more than all.`, remedy, field.at));
  return undefined;
}

function wrong(message: string, remedy: string, at: SourcePosition): Diagnostic {
  return { code: "observed-measures", severity: "error", message, remedy, at };
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
