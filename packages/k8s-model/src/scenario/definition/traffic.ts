import { parseDuration, type SimTime } from "@k8s-netsim/sim-core";
import {
  type BackoffSpec,
  type ClientSpec,
  type ConnectionSpec,
  type RetryBudgetSpec,
  type ServicePortRef,
  TrafficInputError,
} from "../../traffic/index.ts";

export interface LoopOptions {
  /** Users outside the cluster (of one zone, or everywhere), or the pods of a Deployment. */
  readonly from?: { readonly zone: string } | { readonly deployment: string };
  /** `service:port` or `namespace/service:port`. */
  readonly to: string;
  readonly requestBytes?: number;
  readonly responseBytes?: number;
  readonly connection?: ConnectionSpec;
  readonly timeout?: SimTime | string;
  readonly retries?: number;
  readonly backoff?: BackoffSpec;
  readonly retryBudget?: RetryBudgetSpec;
  /** Whether an answer "overloaded" is retried as well. */
  readonly retriesOverloaded?: boolean;
  /** A second copy of the request where there is no answer after this long. */
  readonly hedgeAfter?: SimTime | string;
}

/** Requests that arrive at a rate, whether or not the ones before were answered. */
export function openLoop(options: LoopOptions & { readonly ratePerSecond: number }): ClientSpec {
  return client(options, { mode: "open", rateHz: options.ratePerSecond });
}

/** Users who wait for an answer, think, and ask again. */
export function closedLoop(
  options: LoopOptions & { readonly users: number; readonly thinkTime?: SimTime },
): ClientSpec {
  const thinkTime =
    options.thinkTime === undefined
      ? {}
      : { thinkTime: { distribution: "exponential" as const, meanNs: options.thinkTime } };
  return client(options, { mode: "closed", users: options.users, ...thinkTime });
}

function client(options: LoopOptions, load: ClientSpec["load"]): ClientSpec {
  const { from, requestBytes, responseBytes, connection, timeout, retries } = options;
  const sender =
    from === undefined
      ? {}
      : "zone" in from
        ? { zone: from.zone }
        : { workload: `default/Deployment/${from.deployment}` };
  const where =
    from === undefined ? "users" : "zone" in from ? `users-${from.zone}` : from.deployment;
  return {
    name: where,
    ...sender,
    to: servicePort(options.to),
    load,
    ...(requestBytes === undefined ? {} : { requestBytes }),
    ...(responseBytes === undefined ? {} : { responseBytes }),
    ...(connection === undefined ? {} : { connection }),
    ...(timeout === undefined ? {} : { timeoutNs: spanOf(timeout) }),
    ...(retries === undefined ? {} : { retries }),
    ...secondChances(options),
  };
}

function secondChances({
  backoff,
  retryBudget,
  retriesOverloaded,
  hedgeAfter,
}: LoopOptions): Partial<ClientSpec> {
  return {
    ...(backoff === undefined ? {} : { backoff }),
    ...(retryBudget === undefined ? {} : { retryBudget }),
    ...(retriesOverloaded === undefined ? {} : { retriesOverloaded }),
    ...(hedgeAfter === undefined ? {} : { hedgeAfterNs: spanOf(hedgeAfter) }),
  };
}

function spanOf(time: SimTime | string): SimTime {
  return typeof time === "string" ? parseDuration(time) : time;
}

/** Reads `service:port` or `namespace/service:port`. */
function servicePort(text: string): ServicePortRef {
  const match = /^(?:([^/:]+)\/)?([^/:]+):(\d{1,5})$/.exec(text);
  if (match === null) {
    throw new TrafficInputError(
      "bad-service-port",
      `"${text}" names no Service port`,
      "write service:port or namespace/service:port",
    );
  }
  const [, namespace = "default", name, port] = match;
  return { service: `${namespace}/${name}`, port: Number(port) };
}
