import { z } from "zod";
import type { Result } from "./result.ts";

const text = z.string();
const number = z.number();
const list = <T extends z.ZodType>(item: T) => z.array(item);
const maybe = z.exactOptional;

const estimate = z.object({
  value: number.nullable(),
  low: number.nullable(),
  high: number.nullable(),
  n: number,
});
const units = [
  "share",
  "ns",
  "per-second",
  "usd-per-million",
  "usd-per-month",
  "ratio",
  "count",
  "bytes",
  "bytes-per-second",
  "seconds",
] as const;
const verdicts = ["met", "missed", "undecided"] as const;

const measure = z.object({
  id: text,
  label: text,
  unit: z.enum(units),
  better: z.enum(["lower", "higher", "neither"]),
  description: text,
});

const difference = z.object({
  measure: text,
  from: text,
  to: text,
  scope: text,
  estimate,
  relative: estimate.nullable(),
  assumptionRange: maybe(z.object({ low: number, high: number })),
});

const patch = z.object({
  description: text,
  yaml: text,
  headroom: maybe(list(z.object({ zone: text, left: text }))),
});

const finding = z.object({
  severity: z.enum(["info", "warning"]),
  subject: text,
  message: text,
  rule: maybe(text),
  patch: maybe(patch),
});

const assumption = z.object({
  name: text,
  value: text,
  source: text,
  effect: maybe(z.object({ measure: text, halved: number, doubled: number })),
  rank: maybe(number),
});

const kindCounts = list(z.object({ kind: text, count: number, note: maybe(text) }));

const input = z.object({
  simulated: kindCounts,
  inferenceOnly: kindCounts,
  ignored: kindCounts,
  nodes: list(z.object({ zone: text, nodes: number })),
  services: list(
    z.object({
      name: text,
      type: text,
      ports: list(text),
      workloads: list(text),
      endpointsByZone: z.record(text, z.record(text, number)),
    }),
  ),
  callGraph: list(
    z.object({
      from: text,
      to: text,
      port: text,
      callsPerRequest: number,
      evidence: text,
      connection: text,
    }),
  ),
  entries: maybe(list(z.object({ name: text, rate: text, evidence: text }))),
  unschedulable: list(z.object({ pod: text, reason: text })),
  reconciled: list(text),
});

const timeline = z.object({
  changeAtSeconds: number.nullable(),
  marks: maybe(list(z.object({ seconds: number, label: text }))),
  series: list(
    z.object({
      configuration: text,
      measure: text,
      points: list(z.object({ seconds: number, value: number })),
    }),
  ),
});

const axis = z.object({
  label: text,
  unit: maybe(z.enum(units)),
  logarithmic: maybe(z.boolean()),
});

const curves = z.object({
  title: text,
  configuration: maybe(text),
  description: text,
  x: axis,
  y: axis,
  series: list(
    z.object({
      name: text,
      points: list(z.object({ x: number, y: number })),
      dashed: maybe(z.boolean()),
    }),
  ),
  marks: maybe(list(z.object({ x: number, label: text }))),
});

const table = z.object({
  title: text,
  configuration: maybe(text),
  summary: maybe(z.boolean()),
  note: maybe(text),
  columns: list(z.object({ label: text, unit: maybe(z.enum(units)) })),
  rows: list(list(z.union([text, number, z.null()]))),
});

const backCheck = z.object({
  sentence: text,
  verdict: z.enum(verdicts),
  rows: list(
    z.object({
      label: text,
      scope: text,
      unit: z.enum(units),
      observed: number,
      simulated: estimate,
      ratio: number.nullable(),
      verdict: z.enum(verdicts),
      judged: text,
    }),
  ),
});

const charts = z.object({
  curves: maybe(list(curves)),
  zoneTraffic: list(z.object({ configuration: text, from: text, to: text, share: number })),
  latency: list(
    z.object({ configuration: text, points: list(z.object({ ns: number, share: number })) }),
  ),
  load: list(
    z.object({
      configuration: text,
      service: text,
      endpoint: text,
      zone: text,
      relativeToMean: number,
    }),
  ),
  timeline: maybe(timeline),
});

const schema: z.ZodType<Result> = z.object({
  schema: z.literal("k8s-netsim/result/v1"),
  kind: z.enum(["what-if", "scenario"]),
  title: text,
  question: text,
  answer: text,
  verdict: z.enum(["none", ...verdicts]),
  reproduce: z.object({
    command: text,
    seed: text,
    version: text,
    kubernetesVersion: text,
    replications: number,
    warmUpSeconds: maybe(number),
    lengthSeconds: maybe(number),
    quick: z.boolean(),
  }),
  warnings: list(text),
  configurations: list(
    z.object({
      id: text,
      label: text,
      parameters: z.record(text, z.union([text, number, z.boolean()])),
    }),
  ),
  measures: list(measure),
  headline: maybe(text),
  backCheck: maybe(backCheck),
  estimates: list(z.object({ measure: text, configuration: text, scope: text, estimate })),
  differences: list(difference),
  expectations: list(z.object({ text, verdict: z.enum(verdicts), reason: text })),
  findings: list(finding),
  assumptions: list(assumption),
  billExcludes: maybe(list(text)),
  input,
  charts,
  tables: maybe(list(table)),
});

/** What is wrong with a result file, with the places; `code` is stable. */
export class InvalidResult extends Error {
  readonly code: "result-not-json" | "result-unknown-schema" | "result-invalid";
  /** `path: what is wrong there`, at most ten. */
  readonly places: readonly string[];

  constructor(code: InvalidResult["code"], message: string, places: readonly string[] = []) {
    super([message, ...places.map((place) => `  ${place}`)].join("\n"));
    this.name = "InvalidResult";
    this.code = code;
    this.places = places;
  }
}

/**
 * Reads a result file that may come from anywhere. Fields that this version does not know are left
 * out.
 *
 * @throws InvalidResult where the text is no JSON, another version's schema, or of the wrong shape.
 */
export function parseResult(json: string): Result {
  const data = parseJson(json);
  const version: unknown = isRecord(data) ? data.schema : undefined;
  if (version !== "k8s-netsim/result/v1") {
    throw new InvalidResult(
      "result-unknown-schema",
      `This is no result of this version: "schema" is ${JSON.stringify(version) ?? "missing"}, ` +
        `expected "k8s-netsim/result/v1". Write it again with the k8s-netsim that reads it.`,
    );
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues
    .slice(0, 10)
    .map((issue) => `${issue.path.map(String).join(".")}: ${issue.message}`);
  throw new InvalidResult(
    "result-invalid",
    "The result file has fields of the wrong shape:",
    places,
  );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new InvalidResult(
      "result-not-json",
      "The result file is no JSON. Pass the .json file that k8s-netsim wrote.",
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
