import type { z } from "zod";
import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { formatFieldPath } from "../../manifests/field-path.ts";
import { nearest } from "../../manifests/near.ts";
import { readDocument } from "../../manifests/read-document.ts";
import type { SourceDocument } from "../../manifests/source-document.ts";
import type {
  CallSpec,
  ClientSpec,
  LoadSpec,
  RequestSpec,
  ServerSpec,
  ServicePortRef,
  TrafficDefaults,
} from "../spec.ts";
import {
  trafficSchema,
  type WrittenCall,
  type WrittenClient,
  type WrittenTraffic,
} from "./schema.ts";

/**
 * A traffic file. Sections that it leaves out are undefined: what was inferred stays then.
 * Workloads may be shortened (`frontend`, `Deployment/frontend`) until `applyTraffic` looks them up.
 */
export interface TrafficFile {
  readonly file: string;
  readonly clients?: readonly Placed<ClientSpec>[];
  readonly calls?: readonly Placed<CallSpec>[];
  readonly servers?: readonly Placed<ServerSpec>[];
  readonly defaults: Partial<TrafficDefaults>;
}

/** An entry of a traffic file with its place in it. */
export interface Placed<T> {
  readonly spec: T;
  readonly at: NonNullable<Diagnostic["at"]>;
}

/**
 * Reads a traffic file (`apiVersion: netsim/v1`, `kind: Traffic`; YAML or JSON). Any error leaves
 * `traffic` undefined; each is named with its place.
 */
export function parseTraffic(
  text: string,
  file: string,
): { readonly traffic?: TrafficFile; readonly diagnostics: readonly Diagnostic[] } {
  const { document, diagnostics } = readDocument(file, text);
  if (document === undefined) return { diagnostics };
  const parsed = trafficSchema.safeParse(document.value, { reportInput: false });
  if (!parsed.success) {
    const issues = parsed.error.issues.flatMap((issue) => issueDiagnostics(document, issue));
    return { diagnostics: issues.slice(0, MAX_ISSUES) };
  }
  const problems: Diagnostic[] = [];
  const traffic = fileOf(document, parsed.data, problems);
  return problems.length > 0 ? { diagnostics: problems } : { traffic, diagnostics: [] };
}

const MAX_ISSUES = 50;

function fileOf(
  document: SourceDocument,
  written: WrittenTraffic,
  problems: Diagnostic[],
): TrafficFile {
  const placed = <T>(path: readonly (string | number)[], spec: T): Placed<T> => ({
    spec,
    at: document.position(document.locate(path).offset),
  });
  const target = (path: readonly (string | number)[], given: WrittenClient | WrittenCall) => {
    const to = servicePort(given.to, given.port);
    if (typeof to !== "string") return to;
    problems.push(wrongField(document, [...path, "to"], to));
    return { service: "", port: 0 };
  };
  const clients = written.clients?.map((given, index) => {
    const path = ["clients", index];
    return placed(path, clientSpec(given, target(path, given)));
  });
  const calls = written.calls?.map((given, index) => {
    const path = ["calls", index];
    return placed(path, callSpec(given, target(path, given)));
  });
  const servers = written.servers?.map((given, index) =>
    placed(["servers", index], defined(given) as ServerSpec),
  );
  return {
    file: document.file,
    ...(clients === undefined ? {} : { clients }),
    ...(calls === undefined ? {} : { calls }),
    ...(servers === undefined ? {} : { servers }),
    defaults: defaultsOf(written.defaults ?? {}),
  };
}

function clientSpec(given: WrittenClient, to: ServicePortRef): ClientSpec {
  const { name, workload, zone, rate, users, thinkTime } = given;
  const load: LoadSpec =
    users === undefined
      ? { mode: "open", ...(rate === undefined ? {} : { rateHz: rate }) }
      : { mode: "closed", users, ...(thinkTime === undefined ? {} : { thinkTime }) };
  const fallback = (workload ?? to.service).split("/").at(-1) as string;
  return {
    name: name ?? fallback,
    ...defined({ workload, zone }),
    to,
    load,
    ...requestSpec(given),
  };
}

function callSpec(given: WrittenCall, to: ServicePortRef): CallSpec {
  const { from, callsPerRequest } = given;
  return { from, to, ...defined({ callsPerRequest }), ...requestSpec(given) };
}

function requestSpec(given: WrittenClient | WrittenCall): RequestSpec {
  const { requestBytes, responseBytes, connection, timeout, retries } = given;
  const { backoff, retryBudget, retriesOverloaded, hedgeAfter } = given;
  return defined({
    requestBytes,
    responseBytes,
    connection: connection === undefined ? undefined : defined(connection),
    timeoutNs: timeout,
    retries,
    backoff,
    retryBudget: retryBudget === undefined ? undefined : defined(retryBudget),
    retriesOverloaded,
    hedgeAfterNs: hedgeAfter,
  }) as RequestSpec;
}

function defaultsOf(given: NonNullable<WrittenTraffic["defaults"]>): Partial<TrafficDefaults> {
  const { rate, timeout, ...same } = given;
  return defined({ rateHz: rate, timeoutNs: timeout, ...same }) as Partial<TrafficDefaults>;
}

/** `[NAMESPACE/]SERVICE:PORT`, or the port in a field of its own; text says what is wrong. */
function servicePort(to: string, port: number | undefined): ServicePortRef | string {
  const match = /^(?:([a-z0-9][a-z0-9.-]*)\/)?([a-z0-9][a-z0-9.-]*)(?::(\d{1,5}))?$/.exec(to);
  if (match === null) return "this is no Service; write [NAMESPACE/]SERVICE:PORT";
  const [, namespace = "default", name, digits] = match;
  const number = digits === undefined ? port : Number(digits);
  if (number === undefined) return `the port is missing; write ${name}:80 with the port meant`;
  if (port !== undefined && port !== number) return "the ports here and in the field port differ";
  if (number < 1 || number > 65_535) return `${number} is not a port`;
  return { service: `${namespace}/${name}`, port: number };
}

function issueDiagnostics(document: SourceDocument, issue: z.core.$ZodIssue): Diagnostic[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) =>
      wrongField(document, [...path, key], `there is no field "${key}" here`, fieldHint(key)),
    );
  }
  if (issue.code === "invalid_union") {
    const inner = issue.errors.flat().filter((error) => error.code !== "invalid_type");
    if (inner.length > 0) {
      return inner.flatMap((error) =>
        issueDiagnostics(document, {
          ...error,
          path: [...issue.path, ...error.path],
        } as z.core.$ZodIssue),
      );
    }
  }
  return [wrongField(document, path, sentence(issue))];
}

function sentence(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      if (!issue.message.startsWith("Invalid input")) return issue.message;
      return `this should be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `this should be ${issue.values.map((value) => `"${String(value)}"`).join(" or ")}`;
    case "too_small":
      return `this should be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `this should be at most ${issue.maximum}`;
    case "invalid_union":
      if (issue.path.at(-1) === "distribution") return `this should be one of ${DISTRIBUTIONS}`;
      return "this has none of the forms that fit here";
    default:
      return issue.message;
  }
}

const DISTRIBUTIONS =
  "constant, uniform, exponential, normal, logNormal, pareto, weibull and gamma";

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "a map",
};

const FIELDS =
  "apiVersion kind defaults clients calls servers name workload zone from to port mode rate users thinkTime callsPerRequest requestBytes responseBytes connection requestsPerConnection connections maxAge timeout retries backoff base max retryBudget ratio burst perSecond retriesOverloaded hedgeAfter workers serviceTime queueLimit cores distribution mean value low high standardDeviation scale shape".split(
    " ",
  );

function fieldHint(key: string): string | undefined {
  const [near] = nearest(key, FIELDS, 1, MAX_TYPING_ERRORS);
  return near === undefined ? undefined : `write ${near}, if that is meant`;
}

const MAX_TYPING_ERRORS = 2;

function wrongField(
  document: SourceDocument,
  path: readonly (string | number)[],
  message: string,
  remedy?: string,
): Diagnostic {
  const field = formatFieldPath(path);
  const where = field === "" ? "The traffic file" : field;
  return {
    code: "traffic-file",
    severity: "error",
    message: `${where}: ${message}.`,
    ...(remedy === undefined ? {} : { remedy }),
    at: document.position(document.locate(path).offset),
    ...(field === "" ? {} : { field }),
  };
}

/** The fields that have a value: absent and undefined mean the same in a file, not in our types. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
