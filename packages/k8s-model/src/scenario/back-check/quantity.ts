import { MEASURES, type Measure } from "../measures/measure.ts";

/** What kind of amount a number is: which units it may be written in. */
export type Dimension =
  | "bytes-per-second"
  | "per-second"
  | "ns"
  | "share"
  | "ratio"
  | "usd-per-month"
  | "usd-per-million";

/** What the answer is about, by which trust is told: money and bytes, load, or what clients feel. */
export type Subject = "bytes" | "load" | "clients";

/** Something that can be observed in a real cluster and in a simulated one. */
export interface Quantity {
  readonly id: string;
  readonly label: string;
  readonly dimension: Dimension;
  readonly subject: Subject;
  /** `service`: of a Service or of all; `zone-pair`: of `FROM->TO`. */
  readonly scope: "service" | "zone-pair";
}

const SUBJECTS: Readonly<Record<Measure["id"], Subject>> = {
  crossZoneShare: "bytes",
  crossZoneConnections: "bytes",
  costPerMillion: "bytes",
  costPerMonth: "bytes",
  latencyP50: "clients",
  latencyP90: "clients",
  latencyP99: "clients",
  failedShare: "clients",
  busiestEndpoint: "load",
};

/** Every quantity that can be compared; the measures of a what-if are among them. */
const QUANTITIES: readonly Quantity[] = [
  amount("crossZoneBytes", "Bytes between zones", "bytes-per-second", "bytes", "service"),
  amount("zonePairBytes", "Bytes from zone to zone", "bytes-per-second", "bytes", "zone-pair"),
  amount("bytes", "Bytes in all", "bytes-per-second", "load", "service"),
  amount("requests", "Requests", "per-second", "load", "service"),
  ...MEASURES.map(({ id, label, unit }) => amount(id, label, unit, SUBJECTS[id], "service")),
];

function amount(
  id: string,
  label: string,
  dimension: Dimension,
  subject: Subject,
  scope: Quantity["scope"],
): Quantity {
  return { id, label, dimension, subject, scope };
}

/** Shorter names, as `--expect` knows them. */
const ALIASES: Readonly<Record<string, string>> = {
  p50: "latencyP50",
  p90: "latencyP90",
  p99: "latencyP99",
  failed: "failedShare",
  cost: "costPerMonth",
};

export function quantityNamed(name: string): Quantity | undefined {
  const id = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  return QUANTITIES.find((quantity) => quantity.id === id);
}

/** Every name of a quantity. */
export function quantityNames(): readonly string[] {
  return [...QUANTITIES.map(({ id }) => id), ...Object.keys(ALIASES)];
}
