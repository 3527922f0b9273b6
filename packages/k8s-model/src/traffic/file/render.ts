import { formatDuration } from "@k8s-netsim/sim-core";
import { resolvePlainScalar } from "../../manifests/yaml-scalar.ts";
import type {
  CallSpec,
  ClientSpec,
  ConnectionSpec,
  DistributionSpec,
  Evidence,
  RequestSpec,
  ServerSpec,
  TrafficDefaults,
  TrafficSpec,
} from "../spec.ts";
import { trafficDefaults } from "../spec.ts";
import { TRAFFIC_API_VERSION, TRAFFIC_KIND } from "./schema.ts";

/**
 * A traffic file to be edited and passed back. What was given or inferred is written out, with the
 * place it was read from as a comment; what is assumed stands in comments only, so that reading
 * the file again leaves it assumed.
 */
export function renderTraffic(spec: TrafficSpec): string {
  const defaults: TrafficDefaults = { ...trafficDefaults, ...spec.defaults };
  const lines = [
    "# Who sends how much to whom. Settings after # are assumed or inferred; remove the # to give them.",
    `apiVersion: ${TRAFFIC_API_VERSION}`,
    `kind: ${TRAFFIC_KIND}`,
    ...defaultLines(spec.defaults),
    "",
    ...section(
      "clients",
      spec.clients.map((client) => clientLines(client, defaults)),
    ),
    "",
    ...section(
      "calls",
      spec.calls.map((call) => callLines(call, defaults)),
    ),
    "",
    ...(spec.servers.length === 0
      ? assumedServers(defaults)
      : section("servers", spec.servers.map(serverLines))),
  ];
  return `${lines.join("\n")}\n`;
}

function section(name: string, items: readonly (readonly string[])[]): string[] {
  if (items.length === 0) return [`${name}: []`];
  const lines = items.flatMap((item) => {
    // The dash belongs before the first line that is not a comment.
    const first = item.findIndex((line) => !line.startsWith("#"));
    return item.map((line, index) => `${index === first ? "  - " : "    "}${line}`);
  });
  return [`${name}:`, ...lines];
}

function clientLines(client: ClientSpec, defaults: TrafficDefaults): string[] {
  const { load } = client;
  const lines = [...evidenceLines(client.evidence), `name: ${text(client.name)}`];
  if (client.workload !== undefined) lines.push(`workload: ${text(client.workload)}`);
  if (client.zone !== undefined) lines.push(`zone: ${text(client.zone)}`);
  lines.push(`to: ${text(`${client.to.service}:${client.to.port}`)}`);
  if (load.mode === "open") {
    lines.push(
      load.rateHz === undefined ? `# rate: ${defaults.rateHz}/s` : `rate: ${number(load.rateHz)}`,
    );
  } else {
    lines.push("mode: closed", `users: ${load.users}`);
    lines.push(
      load.thinkTime === undefined
        ? `# thinkTime: ${distribution(defaults.thinkTime)}`
        : `thinkTime: ${distribution(load.thinkTime)}`,
    );
  }
  return [...lines, ...requestLines(client, defaults)];
}

function callLines(call: CallSpec, defaults: TrafficDefaults): string[] {
  const calls = call.callsPerRequest;
  return [
    ...evidenceLines(call.evidence),
    `from: ${text(call.from)}`,
    `to: ${text(`${call.to.service}:${call.to.port}`)}`,
    calls === undefined
      ? `# callsPerRequest: ${defaults.callsPerRequest}`
      : `callsPerRequest: ${number(calls)}`,
    ...requestLines(call, defaults),
  ];
}

function requestLines(request: RequestSpec, defaults: TrafficDefaults): string[] {
  const { requestBytes, responseBytes, connection, timeoutNs, retries } = request;
  return [
    requestBytes === undefined
      ? `# requestBytes: ${defaults.requestBytes}`
      : `requestBytes: ${requestBytes}`,
    responseBytes === undefined
      ? `# responseBytes: ${defaults.responseBytes}`
      : `responseBytes: ${responseBytes}`,
    ...connectionLines(connection),
    ...(timeoutNs === undefined ? [] : [`timeout: ${duration(timeoutNs)}`]),
    ...(retries === undefined ? [] : [`retries: ${retries}`]),
    ...secondChanceLines(request),
  ];
}

function secondChanceLines(request: RequestSpec): string[] {
  const { backoff, retryBudget, retriesOverloaded, hedgeAfterNs } = request;
  const lines: string[] = [];
  if (backoff !== undefined) {
    lines.push(`backoff: { base: ${duration(backoff.baseNs)}, max: ${duration(backoff.maxNs)} }`);
  }
  if (retryBudget !== undefined) lines.push(`retryBudget: ${numbers(retryBudget)}`);
  if (retriesOverloaded !== undefined) lines.push(`retriesOverloaded: ${retriesOverloaded}`);
  if (hedgeAfterNs !== undefined) lines.push(`hedgeAfter: ${duration(hedgeAfterNs)}`);
  return lines;
}

function numbers(fields: object): string {
  const written = Object.entries(fields).map(([name, value]) => `${name}: ${number(value)}`);
  return `{ ${written.join(", ")} }`;
}

/** An inferred kind stays a comment with its reason: reading the file infers it again. */
function connectionLines(connection: ConnectionSpec | undefined): string[] {
  if (connection === undefined) return [];
  const { kind, requestsPerConnection, connections, maxAgeNs, reason } = connection;
  const fields = [
    ...(requestsPerConnection === undefined
      ? []
      : [`requestsPerConnection: ${requestsPerConnection}`]),
    ...(connections === undefined ? [] : [`connections: ${connections}`]),
    ...(maxAgeNs === undefined ? [] : [`maxAge: ${duration(maxAgeNs)}`]),
  ];
  const written =
    fields.length === 0
      ? `connection: ${kind}`
      : `connection: { ${[`kind: ${kind}`, ...fields].join(", ")} }`;
  if (reason === undefined || reason === "given") return [written];
  return [`# ${written}  # ${oneLine(reason)}`];
}

function serverLines(server: ServerSpec): string[] {
  return [
    `workload: ${text(server.workload)}`,
    ...(server.workers === undefined ? [] : [`workers: ${server.workers}`]),
    ...(server.serviceTime === undefined
      ? []
      : [`serviceTime: ${distribution(server.serviceTime)}`]),
    ...(server.queueLimit === undefined ? [] : [`queueLimit: ${server.queueLimit}`]),
    ...(server.cores === undefined ? [] : [`cores: ${number(server.cores)}`]),
  ];
}

/** Shows how to give what is assumed of every workload. */
function assumedServers(defaults: TrafficDefaults): string[] {
  return [
    "# servers:",
    "#   - workload: NAMESPACE/KIND/NAME",
    `#     workers: ${defaults.workers}`,
    `#     serviceTime: ${distribution(defaults.serviceTime)}`,
    `#     queueLimit: ${defaults.queueLimit}`,
  ];
}

function defaultLines(given: Partial<TrafficDefaults>): string[] {
  const written: Readonly<Record<keyof TrafficDefaults, string>> = {
    rateHz: `rate: ${number(given.rateHz ?? 0)}`,
    thinkTime: `thinkTime: ${distribution(given.thinkTime ?? trafficDefaults.thinkTime)}`,
    callsPerRequest: `callsPerRequest: ${number(given.callsPerRequest ?? 0)}`,
    requestBytes: `requestBytes: ${given.requestBytes}`,
    responseBytes: `responseBytes: ${given.responseBytes}`,
    requestsPerConnection: `requestsPerConnection: ${given.requestsPerConnection}`,
    timeoutNs: `timeout: ${duration(given.timeoutNs ?? 0)}`,
    retries: `retries: ${given.retries}`,
    workers: `workers: ${given.workers}`,
    serviceTime: `serviceTime: ${distribution(given.serviceTime ?? trafficDefaults.serviceTime)}`,
    queueLimit: `queueLimit: ${given.queueLimit}`,
  };
  const keys = Object.keys(written) as (keyof TrafficDefaults)[];
  const lines = keys.filter((key) => given[key] !== undefined).map((key) => `  ${written[key]}`);
  return lines.length === 0 ? [] : ["defaults:", ...lines];
}

function evidenceLines(evidence: Evidence | undefined): string[] {
  if (evidence === undefined) return [];
  const { at, variable, matched } = evidence;
  return [`# ${oneLine(`${at.file}:${at.line} ${variable} names ${matched}`)}`];
}

function distribution(spec: DistributionSpec): string {
  const fields = Object.entries(spec).map(([name, value]) => {
    if (name === "distribution") return `distribution: ${value}`;
    if (name === "shape") return `shape: ${number(value as number)}`;
    return `${name.replace(/Ns$/, "")}: ${duration(value as number)}`;
  });
  return `{ ${fields.join(", ")} }`;
}

function duration(ns: number): string {
  return formatDuration(ns).replace("µs", "us");
}

/** JSON's number text is YAML's too, except that `1e21` needs a point to be read as a number. */
function number(value: number): string {
  return String(value);
}

/** A name as YAML: bare where that reads back as the same text, else in quotes. */
function text(value: string): string {
  const resolved = resolvePlainScalar(value);
  const plain = /^[A-Za-z0-9][\w./-]*(?::\d+)?$/.test(value);
  return plain && "value" in resolved && resolved.value === value ? value : JSON.stringify(value);
}

function oneLine(value: string): string {
  return value.replace(/[\p{Cc}\u2028\u2029]/gu, " ");
}
