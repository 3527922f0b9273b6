import {
  constant,
  type Distribution,
  exponential,
  gamma,
  logNormal,
  normal,
  pareto,
  type SimTime,
  uniform,
  weibull,
} from "@k8s-netsim/sim-core";
import { checkTraffic } from "./check-traffic.ts";
import type {
  CallEdgePlan,
  ConnectionPlan,
  SourcePlan,
  TrafficPlan,
  WorkloadPlan,
} from "./plan.ts";
import {
  type ClientSpec,
  type ConnectionSpec,
  type DistributionSpec,
  type RequestSpec,
  type ServicePortRef,
  type TrafficDefaults,
  type TrafficSpec,
  trafficDefaults,
} from "./spec.ts";
import { TrafficInputError } from "./traffic-input-error.ts";

/** A distribution as written becomes one to draw from; times in nanoseconds. */
export function distributionOf(spec: DistributionSpec): Distribution {
  switch (spec.distribution) {
    case "constant":
      return constant(spec.valueNs);
    case "uniform":
      return uniform({ low: spec.lowNs, high: spec.highNs });
    case "exponential":
      return exponential({ mean: spec.meanNs });
    case "normal":
      return normal({ mean: spec.meanNs, standardDeviation: spec.standardDeviationNs });
    case "logNormal":
      return logNormal({ mean: spec.meanNs, standardDeviation: spec.standardDeviationNs });
    case "pareto":
      return pareto({ minimum: spec.scaleNs, shape: spec.shape });
    case "weibull":
      return weibull({ scale: spec.scaleNs, shape: spec.shape });
    case "gamma":
      return gamma({ scale: spec.scaleNs, shape: spec.shape });
  }
}

/**
 * Resolves names to indices and fills what is silent from the spec's defaults, then from
 * {@link trafficDefaults}.
 *
 * @param workloads keys of all workloads that may serve or call, in a fixed order
 * @throws {TrafficInputError} for numbers that cannot be
 */
export function compileTraffic(spec: TrafficSpec, workloads: readonly string[]): TrafficPlan {
  checkTraffic(spec);
  const defaults: TrafficDefaults = { ...trafficDefaults, ...spec.defaults };
  const workloadIndex = new Map(workloads.map((key, index) => [key, index]));
  const servicePorts = new ServicePortTable();
  const edges: CallEdgePlan[] = [];
  const edgesOf = new Map<number, number[]>();
  for (const call of spec.calls) {
    const from = workloadIndex.get(call.from);
    if (from === undefined) continue;
    const name = `${call.from} -> ${call.to.service}:${call.to.port}`;
    const callsPerRequest = call.callsPerRequest ?? defaults.callsPerRequest;
    const edge = { name, from, servicePort: servicePorts.indexOf(call.to), callsPerRequest };
    edgesOf.set(from, [...(edgesOf.get(from) ?? []), edges.length]);
    edges.push({ ...edge, ...requestPlan(call, defaults) });
  }
  const sources: SourcePlan[] = [];
  for (const client of spec.clients) {
    const from = client.workload === undefined ? -1 : workloadIndex.get(client.workload);
    if (from === undefined) continue;
    const name = `${client.name} -> ${client.to.service}:${client.to.port}`;
    const edge = { name, from, servicePort: servicePorts.indexOf(client.to), callsPerRequest: 1 };
    sources.push(sourcePlan(client, name, edges.length, defaults));
    const entry = client.zone === undefined ? {} : { entryZone: client.zone };
    edges.push({ ...edge, ...entry, ...requestPlan(client, defaults) });
  }
  return {
    servicePorts: servicePorts.rows,
    edges,
    sources,
    workloads: workloads.map((key, index) =>
      workloadPlan(key, spec, defaults, edgesOf.get(index) ?? []),
    ),
  };
}

class ServicePortTable {
  readonly rows: ServicePortRef[] = [];
  readonly #known = new Map<string, number>();

  indexOf(ref: ServicePortRef): number {
    const key = `${ref.service}:${ref.port}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.rows.length);
    this.rows.push({ service: ref.service, port: ref.port });
    return this.rows.length - 1;
  }
}

function requestPlan(
  spec: RequestSpec,
  defaults: TrafficDefaults,
): Omit<CallEdgePlan, "name" | "from" | "servicePort" | "callsPerRequest"> {
  return {
    requestBytes: spec.requestBytes ?? defaults.requestBytes,
    responseBytes: spec.responseBytes ?? defaults.responseBytes,
    connection: connectionPlan(spec.connection, defaults),
    timeoutNs: (spec.timeoutNs ?? defaults.timeoutNs) as SimTime,
    retries: spec.retries ?? defaults.retries,
    ...secondChances(spec),
  };
}

function secondChances({
  backoff,
  retryBudget,
  retriesOverloaded,
  hedgeAfterNs,
}: RequestSpec): Pick<CallEdgePlan, "backoff" | "retryBudget" | "retriesOverloaded" | "hedge"> {
  return {
    ...(backoff === undefined
      ? {}
      : { backoff: { baseNs: backoff.baseNs as SimTime, maxNs: backoff.maxNs as SimTime } }),
    ...(retryBudget === undefined
      ? {}
      : { retryBudget: { burst: RETRY_BURST, perSecond: 0, ...retryBudget } }),
    ...(retriesOverloaded === undefined ? {} : { retriesOverloaded }),
    ...(hedgeAfterNs === undefined ? {} : { hedge: { afterNs: hedgeAfterNs as SimTime } }),
  };
}

/** Retries that a budget allows at once unless it says otherwise. */
const RETRY_BURST = 10;

function connectionPlan(
  spec: ConnectionSpec | undefined,
  defaults: TrafficDefaults,
): ConnectionPlan {
  const kind = spec?.kind ?? "keep-alive";
  const keepAlive = spec?.requestsPerConnection ?? defaults.requestsPerConnection;
  const requestsPerConnection =
    kind === "per-request" ? 1 : kind === "long-lived" ? Number.POSITIVE_INFINITY : keepAlive;
  return {
    kind,
    requestsPerConnection,
    ...(spec?.connections === undefined ? {} : { connections: spec.connections }),
    ...(spec?.maxAgeNs === undefined ? {} : { maxAgeNs: spec.maxAgeNs as SimTime }),
  };
}

function sourcePlan(
  client: ClientSpec,
  name: string,
  edge: number,
  defaults: TrafficDefaults,
): SourcePlan {
  const { load } = client;
  if (load.mode === "open") {
    return { kind: "open", name, edge, rateHz: load.rateHz ?? defaults.rateHz };
  }
  const thinkTimeNs = distributionOf(load.thinkTime ?? defaults.thinkTime);
  return { kind: "closed", name, edge, users: load.users, thinkTimeNs };
}

function workloadPlan(
  key: string,
  spec: TrafficSpec,
  defaults: TrafficDefaults,
  edges: readonly number[],
): WorkloadPlan {
  const server = spec.servers.find((candidate) => candidate.workload === key);
  return {
    key,
    workers: server?.workers ?? defaults.workers,
    serviceTimeNs: distributionOf(server?.serviceTime ?? defaults.serviceTime),
    queueLimit: server?.queueLimit ?? defaults.queueLimit,
    edges,
    ...(server?.cores === undefined ? {} : { cores: server.cores }),
  };
}

const VISITING = 1;
const DONE = 2;

/**
 * Workloads with callers before those they call.
 *
 * @throws {TrafficInputError} where calls lead back to a workload that makes them
 */
export function callOrder(
  plan: TrafficPlan,
  serversOf: (servicePort: number) => readonly number[],
): readonly number[] {
  const order: number[] = [];
  const state = new Uint8Array(plan.workloads.length);
  const path: number[] = [];
  const visit = (workload: number): void => {
    if (state[workload] === DONE) return;
    path.push(workload);
    if (state[workload] === VISITING) throw callCycle(plan, path);
    state[workload] = VISITING;
    for (const edge of plan.workloads[workload]?.edges ?? []) {
      const callees = serversOf((plan.edges[edge] as CallEdgePlan).servicePort);
      for (const callee of callees) visit(callee);
    }
    state[workload] = DONE;
    path.pop();
    order.push(workload);
  };
  for (let workload = 0; workload < plan.workloads.length; workload++) visit(workload);
  return order.reverse();
}

function callCycle({ workloads }: TrafficPlan, path: readonly number[]): TrafficInputError {
  const from = path.indexOf(path.at(-1) as number);
  const names = path.slice(from).map((workload) => workloads[workload]?.key ?? "?");
  return new TrafficInputError(
    "call-cycle",
    `Calls go round in a circle: ${names.join(" -> ")}. Each request would make requests without end.`,
    "remove one of these calls",
  );
}
