import { parseDuration } from "@k8s-netsim/sim-core";
import { z } from "zod";
import type { BackoffSpec, ConnectionSpec, DistributionSpec } from "../spec.ts";

/** What a traffic file says of itself. */
export const TRAFFIC_API_VERSION = "netsim/v1";
export const TRAFFIC_KIND = "Traffic";

/** `5ms`, `1m30s`; a plain number would not say its unit. */
const duration = z
  .string({ error: "write a duration with its unit, such as 5ms or 1m30s" })
  .transform((text, context) => {
    try {
      return parseDuration(text) as number;
    } catch {
      return refuse(context, `"${short(text)}" is not a duration; write for example 5ms or 1m30s`);
    }
  });

const positiveDuration = duration.refine((ns) => ns > 0, { error: "must be longer than 0" });

const RATE = /^(\d{1,12}(?:\.\d{1,9})?)\s{0,5}\/\s{0,5}(s|sec|second|min|m|minute|h|hour)$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `900/s`, `60/min`, or a number per second. */
const rate = z.union([z.number().nonnegative(), z.string()]).transform((value, context) => {
  if (typeof value === "number") return value;
  const match = RATE.exec(value.trim());
  if (match === null) {
    return refuse(context, `"${short(value)}" is not a rate; write for example 900/s or 60/min`);
  }
  return Number(match[1]) / (SECONDS[(match[2] as string).charAt(0)] as number);
});

const SIZE = /^(\d{1,12}(?:\.\d{1,9})?)\s{0,5}(B|k|kB|M|MB|G|GB|Ki|KiB|Mi|MiB|Gi|GiB)$/;
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1_024,
  Mi: 1_048_576,
  Gi: 1_073_741_824,
};

/** Bytes as a number, or `10kB`, `1.5MiB`. */
const size = z.union([z.number().nonnegative(), z.string()]).transform((value, context) => {
  if (typeof value === "number") return Math.round(value);
  const match = SIZE.exec(value.trim());
  if (match === null) return refuse(context, `"${short(value)}" is not a size; write 2000 or 2kB`);
  const unit = match[2] as string;
  return Math.round(
    Number(match[1]) * (BYTES[unit === "B" ? unit : unit.replace("B", "")] as number),
  );
});

const shape = z.number().positive();

const distributionMap = z.discriminatedUnion("distribution", [
  z.strictObject({ distribution: z.literal("constant"), value: duration }),
  z.strictObject({ distribution: z.literal("uniform"), low: duration, high: duration }),
  z.strictObject({ distribution: z.literal("exponential"), mean: positiveDuration }),
  z.strictObject({
    distribution: z.literal("normal"),
    mean: positiveDuration,
    standardDeviation: duration,
  }),
  z.strictObject({
    distribution: z.literal("logNormal"),
    mean: positiveDuration,
    standardDeviation: duration,
  }),
  z.strictObject({ distribution: z.literal("pareto"), scale: positiveDuration, shape }),
  z.strictObject({ distribution: z.literal("weibull"), scale: positiveDuration, shape }),
  z.strictObject({ distribution: z.literal("gamma"), scale: positiveDuration, shape }),
]);

/** A map with `distribution`, or a bare duration for one that never varies. */
const distribution = z
  .union([
    duration.transform((valueNs) => ({ distribution: "constant" as const, value: valueNs })),
    distributionMap,
  ])
  .transform(inNanoseconds);

function inNanoseconds(given: z.infer<typeof distributionMap>): DistributionSpec {
  switch (given.distribution) {
    case "constant":
      return { distribution: "constant", valueNs: given.value };
    case "uniform":
      return { distribution: "uniform", lowNs: given.low, highNs: given.high };
    case "exponential":
      return { distribution: "exponential", meanNs: given.mean };
    case "normal":
    case "logNormal":
      return {
        distribution: given.distribution,
        meanNs: given.mean,
        standardDeviationNs: given.standardDeviation,
      };
    default:
      return { distribution: given.distribution, scaleNs: given.scale, shape: given.shape };
  }
}

/** Of one caller; a slip of the finger beyond. */
const MOST_CONNECTIONS = 100_000;

interface WrittenConnectionMap {
  readonly kind: ConnectionSpec["kind"];
  readonly requestsPerConnection?: number | undefined;
  readonly connections?: number | undefined;
  readonly maxAge?: number | undefined;
}

const connectionKind = z.enum(["per-request", "keep-alive", "long-lived"]);
const connection = z
  .union([
    connectionKind.transform((kind) => ({ kind })),
    z.strictObject({
      kind: connectionKind,
      requestsPerConnection: z.number().int().positive().optional(),
      connections: z.number().int().positive().max(MOST_CONNECTIONS).optional(),
      maxAge: positiveDuration.optional(),
    }),
  ])
  .transform((given) => {
    const { maxAge, ...same }: WrittenConnectionMap = given;
    return { ...same, ...(maxAge === undefined ? {} : { maxAgeNs: maxAge }), reason: "given" };
  });

const backoff = z
  .strictObject({ base: positiveDuration, max: positiveDuration })
  .refine(({ base, max }) => max >= base, { error: "max must be at least base" })
  .transform(({ base, max }) => ({ baseNs: base, maxNs: max }));

const retryBudget = z.strictObject({
  ratio: z.number().nonnegative().max(100),
  burst: z.number().positive().max(1e6).optional(),
  perSecond: z.number().nonnegative().max(1e6).optional(),
});

const request = {
  requestBytes: size.optional(),
  responseBytes: size.optional(),
  connection: connection.optional(),
  timeout: positiveDuration.optional(),
  retries: z.number().int().min(0).max(100).optional(),
  backoff: backoff.optional(),
  retryBudget: retryBudget.optional(),
  retriesOverloaded: z.boolean().optional(),
  hedgeAfter: positiveDuration.optional(),
};

const name = z.string().min(1).max(253);
const port = z.number().int().min(1).max(65_535);
const target = { to: z.string().min(1).max(600), port: port.optional() };

const client = z
  .strictObject({
    name: name.optional(),
    workload: z.string().max(600).optional(),
    zone: name.optional(),
    ...target,
    mode: z.enum(["open", "closed"]).optional(),
    rate: rate.optional(),
    users: z.number().int().positive().optional(),
    thinkTime: distribution.optional(),
    ...request,
  })
  .superRefine((given, context) => {
    const closed = given.mode === "closed" || given.users !== undefined;
    if (closed && given.rate !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["rate"],
        message:
          "users who wait for answers have no rate of their own; remove rate, or users and mode",
      });
    }
    if (closed && given.users === undefined) {
      context.addIssue({
        code: "custom",
        path: ["mode"],
        message: "mode closed needs users, their number",
      });
    }
    if (!closed && given.thinkTime !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["thinkTime"],
        message: "thinkTime belongs to users; add users, or remove it",
      });
    }
    if (given.mode === "open" && given.users !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["mode"],
        message: "mode open has a rate, not users",
      });
    }
  });

const call = z.strictObject({
  from: z.string().min(1).max(600),
  ...target,
  callsPerRequest: z.number().nonnegative().optional(),
  ...request,
});

const serverFields = {
  workers: z.number().int().positive().optional(),
  serviceTime: distribution.optional(),
  queueLimit: z.number().int().nonnegative().optional(),
};
const cores = z.number().positive().max(1e6);

const defaults = z.strictObject({
  rate: rate.optional(),
  thinkTime: distribution.optional(),
  callsPerRequest: z.number().nonnegative().optional(),
  requestBytes: size.optional(),
  responseBytes: size.optional(),
  requestsPerConnection: z.number().int().positive().optional(),
  timeout: positiveDuration.optional(),
  retries: z.number().int().min(0).max(100).optional(),
  ...serverFields,
});

/** A traffic file as written, with units already resolved to nanoseconds, bytes and hertz. */
export const trafficSchema: z.ZodType<WrittenTraffic> = z.strictObject({
  apiVersion: z.literal(TRAFFIC_API_VERSION),
  kind: z.literal(TRAFFIC_KIND),
  defaults: defaults.optional(),
  clients: z.array(client).optional(),
  calls: z.array(call).optional(),
  servers: z
    .array(
      z.strictObject({
        workload: z.string().min(1).max(600),
        ...serverFields,
        cores: cores.optional(),
      }),
    )
    .optional(),
});

interface WrittenConnection {
  readonly kind: ConnectionSpec["kind"];
  readonly requestsPerConnection?: number | undefined;
  readonly connections?: number | undefined;
  readonly maxAgeNs?: number | undefined;
  readonly reason: string;
}

interface WrittenRetryBudget {
  readonly ratio: number;
  readonly burst?: number | undefined;
  readonly perSecond?: number | undefined;
}

/** Fields of a traffic file that clients and calls share. */
interface WrittenRequest {
  readonly to: string;
  readonly port?: number | undefined;
  readonly requestBytes?: number | undefined;
  readonly responseBytes?: number | undefined;
  readonly connection?: WrittenConnection | undefined;
  readonly timeout?: number | undefined;
  readonly retries?: number | undefined;
  readonly backoff?: BackoffSpec | undefined;
  readonly retryBudget?: WrittenRetryBudget | undefined;
  readonly retriesOverloaded?: boolean | undefined;
  readonly hedgeAfter?: number | undefined;
}

export interface WrittenClient extends WrittenRequest {
  readonly name?: string | undefined;
  readonly workload?: string | undefined;
  readonly zone?: string | undefined;
  readonly rate?: number | undefined;
  readonly users?: number | undefined;
  readonly thinkTime?: DistributionSpec | undefined;
}

export interface WrittenCall extends WrittenRequest {
  readonly from: string;
  readonly callsPerRequest?: number | undefined;
}

interface WrittenServer {
  readonly workers?: number | undefined;
  readonly serviceTime?: DistributionSpec | undefined;
  readonly queueLimit?: number | undefined;
}

export interface WrittenDefaults extends WrittenServer {
  readonly rate?: number | undefined;
  readonly thinkTime?: DistributionSpec | undefined;
  readonly callsPerRequest?: number | undefined;
  readonly requestBytes?: number | undefined;
  readonly responseBytes?: number | undefined;
  readonly requestsPerConnection?: number | undefined;
  readonly timeout?: number | undefined;
  readonly retries?: number | undefined;
}

export interface WrittenTraffic {
  readonly defaults?: WrittenDefaults | undefined;
  readonly clients?: readonly WrittenClient[] | undefined;
  readonly calls?: readonly WrittenCall[] | undefined;
  readonly servers?:
    | readonly (WrittenServer & {
        readonly workload: string;
        readonly cores?: number | undefined;
      })[]
    | undefined;
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
