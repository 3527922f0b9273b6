import type { z } from "zod";
import { type KubeObject, REGION_LABEL, ZONE_LABEL } from "../../api/index.ts";
import {
  type Diagnostic,
  type FieldPath,
  formatFieldPath,
  type ManifestSource,
} from "../../manifests/index.ts";
import { nearest } from "../../manifests/near.ts";
import { readDocument } from "../../manifests/read-document.ts";
import type { SourceDocument } from "../../manifests/source-document.ts";
import {
  type PricedZone,
  type PriceTable,
  pairKey,
  pairPrice,
  type TransferPrice,
} from "../../topology/index.ts";
import { NO_ZONE } from "../world/cluster-network.ts";
import { PRICE_FIELDS, pricesSchema, type WrittenPair, type WrittenPrices } from "./schema.ts";

/**
 * Reads a price file (`apiVersion: netsim/v1`, `kind: Prices`; YAML or JSON) for a cluster with these
 * nodes. Any error leaves `prices` undefined, and each is named with its place: also a way between two
 * zones of the cluster that has no price.
 */
export function readPrices(
  source: ManifestSource,
  objects: readonly KubeObject[],
): { readonly prices?: PriceTable; readonly diagnostics: readonly Diagnostic[] } {
  const { document, diagnostics } = readDocument(source.file, source.text);
  if (document === undefined) return { diagnostics };
  const parsed = pricesSchema.safeParse(document.value, { reportInput: false });
  if (!parsed.success) {
    const issues = parsed.error.issues.flatMap((issue) => issueDiagnostics(document, issue));
    return { diagnostics: issues.slice(0, MOST_ISSUES) };
  }
  const zones = zonesOf(objects);
  const problems = [...repeatedPairs(document, parsed.data)];
  const prices = tableOf(parsed.data, zones);
  problems.push(...gaps(document, parsed.data, prices, zones));
  return problems.length > 0 ? { diagnostics: problems } : { prices, diagnostics: [] };
}

const MOST_ISSUES = 20;
const GB = 1e9;
const GIB = 1_073_741_824;
const FREE: TransferPrice = { senderUsd: 0, receiverUsd: 0 };

function tableOf(given: WrittenPrices, zones: readonly PricedZone[]): PriceTable {
  const pairs = new Map<string, TransferPrice>();
  const set = (from: string, to: string, { sender, receiver }: WrittenPair): void => {
    pairs.set(pairKey(from, to), { senderUsd: sender, receiverUsd: receiver });
  };
  for (const pair of given.regionPairs ?? []) {
    for (const from of zones) {
      for (const to of zones) {
        if (isWay(pair, String(from.region), String(to.region))) set(from.zone, to.zone, pair);
      }
    }
  }
  for (const pair of given.zonePairs ?? []) {
    set(pair.from, pair.to, pair);
    if (pair.bothWays !== false) set(pair.to, pair.from, pair);
  }
  const { loadBalancer, natGateway, internetEgress } = given;
  const { betweenZones, betweenRegions } = given;
  return {
    provider: "none",
    label: given.label,
    unitBytes: given.unit === "GB" ? GB : GIB,
    unitName: given.unit,
    byDistance: {
      "same-node": FREE,
      "same-zone": given.sameZone ?? FREE,
      ...(betweenZones === undefined ? {} : { "other-zone": betweenZones }),
      ...(betweenRegions === undefined ? {} : { "other-region": betweenRegions }),
    },
    ...(pairs.size === 0 ? {} : { zonePairs: pairs }),
    northSouth: {
      ...(loadBalancer === undefined ? {} : { loadBalancer }),
      ...(natGateway === undefined ? {} : { natGateway }),
      ...(internetEgress === undefined ? {} : { internetEgress }),
    },
    source: given.source,
    date: given.date,
  };
}

function isWay({ from, to, bothWays }: WrittenPair, a: string, b: string): boolean {
  return (from === a && to === b) || (bothWays !== false && from === b && to === a);
}

/** Zones in which there are nodes, each with its region, sorted. */
function zonesOf(objects: readonly KubeObject[]): readonly PricedZone[] {
  const zones = new Map<string, PricedZone>();
  for (const { kind, metadata } of objects) {
    if (kind !== "Node") continue;
    const zone = metadata.labels?.[ZONE_LABEL] ?? NO_ZONE;
    zones.set(zone, { zone, region: metadata.labels?.[REGION_LABEL] ?? "" });
  }
  return [...zones.values()].sort((a, b) => (a.zone < b.zone ? -1 : 1));
}

function repeatedPairs(document: SourceDocument, given: WrittenPrices): readonly Diagnostic[] {
  return (["zonePairs", "regionPairs"] as const).flatMap((list) => {
    const seen = new Set<string>();
    return (given[list] ?? []).flatMap((pair, index) => {
      const ways = [pairKey(pair.from, pair.to)];
      if (pair.bothWays !== false) ways.push(pairKey(pair.to, pair.from));
      const isRepeated = ways.some((way) => seen.has(way));
      for (const way of ways) seen.add(way);
      if (!isRepeated) return [];
      const message = `${pair.from} to ${pair.to} has a price already`;
      const remedy = "keep one; with bothWays: false a record is about one way only";
      return [problem(document, [list, index], message, remedy)];
    });
  });
}

/** Ways between zones of the cluster that the file says nothing of. */
function gaps(
  document: SourceDocument,
  given: WrittenPrices,
  prices: PriceTable,
  zones: readonly PricedZone[],
): readonly Diagnostic[] {
  const missing = zones.flatMap((from) =>
    zones.flatMap((to) => (pairPrice(prices, from, to) === undefined ? [[from, to] as const] : [])),
  );
  const [first] = missing;
  if (first === undefined) return [];
  const [from, to] = first;
  const isRegional = from.region !== to.region;
  const named = (isRegional ? given.regionPairs : given.zonePairs) ?? [];
  const names = named.flatMap((pair) => [pair.from, pair.to]);
  const [a, b] = isRegional ? [String(from.region), String(to.region)] : [from.zone, to.zone];
  const strangers = [...new Set(names)].filter(
    (each) => !zones.some(({ zone, region }) => each === zone || each === region),
  );
  const near = nearest(a, strangers, 1, 4)[0] ?? nearest(b, strangers, 1, 4)[0];
  const more =
    missing.length === 1
      ? ""
      : missing.length === 2
        ? " 1 more way has none either."
        : ` ${missing.length - 1} more ways have none either.`;
  const hint =
    near === undefined ? "" : ` The file names "${near}", which the cluster does not have.`;
  const list = isRegional ? "regionPairs" : "zonePairs";
  const all = isRegional ? "betweenRegions" : "betweenZones";
  const path: FieldPath =
    (isRegional ? given.regionPairs : given.zonePairs) === undefined ? [] : [list];
  return [
    problem(
      document,
      path,
      `there is no price from ${a} to ${b}.${more}${hint}`.replace(/\.$/, ""),
      `add {from: ${a}, to: ${b}, sender: 0.01, receiver: 0.01} to ${list} with the price of your contract (0 where it is free), or ${all} for all that are not listed`,
    ),
  ];
}

function issueDiagnostics(
  document: SourceDocument,
  issue: z.core.$ZodIssue,
): readonly Diagnostic[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const [near] = nearest(key, PRICE_FIELDS, 1, 3);
      const remedy =
        near === undefined
          ? `fields are ${PRICE_FIELDS.join(", ")}`
          : `write ${near}, if that is meant`;
      return problem(document, [...path, key], `there is no field "${key}" here`, remedy);
    });
  }
  const isMissing = issue.code === "invalid_type" && valueAt(document.value, path) === undefined;
  const last = path.at(-1) ?? "";
  if (isMissing && path.length > 0) {
    return [problem(document, path.slice(0, -1), `the field ${last} is missing`, issue.message)];
  }
  return [problem(document, path, "this cannot be", issue.message)];
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let inside = value;
  for (const step of path) {
    if (typeof inside !== "object" || inside === null || !Object.hasOwn(inside, step))
      return undefined;
    inside = (inside as Record<string | number, unknown>)[step];
  }
  return inside;
}

function problem(
  document: SourceDocument,
  path: FieldPath,
  message: string,
  remedy: string,
): Diagnostic {
  const field = formatFieldPath(path);
  return {
    code: "price-file",
    severity: "error",
    message: `${field === "" ? "The prices" : field}: ${message}.`,
    remedy,
    at: document.position(document.locate(path).offset),
    ...(field === "" ? {} : { field }),
  };
}
