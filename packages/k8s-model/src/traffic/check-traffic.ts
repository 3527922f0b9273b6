import type { DistributionSpec, RequestSpec, ServerSpec, TrafficSpec } from "./spec.ts";
import { TrafficInputError } from "./traffic-input-error.ts";

/** Numbers that must be finite and not negative, by the name that users know. */
type Amounts = Readonly<Record<string, number | undefined>>;

/**
 * Holds traffic to what can be simulated; files are held to more by their schema.
 *
 * @throws {TrafficInputError} naming the client, call or server and the field
 */
export function checkTraffic({ clients, calls, servers, defaults }: TrafficSpec): void {
  for (const client of clients) {
    const { load } = client;
    const who = `Client "${client.name}"`;
    checkAmounts(who, load.mode === "open" ? { rate: load.rateHz } : { users: load.users });
    if (load.mode === "closed") {
      checkCount(who, "users", load.users);
      checkDistribution(who, "thinkTime", load.thinkTime);
    }
    checkPort(who, client.to.port);
    checkRequest(who, client);
  }
  for (const call of calls) {
    const who = `The call of ${call.from} to ${call.to.service}:${call.to.port}`;
    checkAmounts(who, { callsPerRequest: call.callsPerRequest });
    checkPort(who, call.to.port);
    checkRequest(who, call);
  }
  for (const server of servers) checkServer(`Server ${server.workload}`, server);
  const { rateHz, callsPerRequest, requestBytes, responseBytes, timeoutNs, retries } = defaults;
  const amounts = { rate: rateHz, callsPerRequest, requestBytes, responseBytes, retries };
  checkAmounts("The defaults", { ...amounts, timeout: timeoutNs });
  checkCount("The defaults", "requestsPerConnection", defaults.requestsPerConnection);
  checkDistribution("The defaults", "thinkTime", defaults.thinkTime);
  checkServer("The defaults", defaults);
}

function checkRequest(who: string, request: RequestSpec): void {
  const { requestBytes, responseBytes, retries, timeoutNs, hedgeAfterNs, connection } = request;
  checkAmounts(who, { requestBytes, responseBytes, retries, timeout: timeoutNs });
  checkAmounts(who, {
    hedgeAfter: hedgeAfterNs,
    "backoff.base": request.backoff?.baseNs,
    "backoff.max": request.backoff?.maxNs,
    "retryBudget.ratio": request.retryBudget?.ratio,
    "retryBudget.burst": request.retryBudget?.burst,
    "retryBudget.perSecond": request.retryBudget?.perSecond,
    "connection.maxAge": connection?.maxAgeNs,
  });
  checkCount(who, "connection.connections", connection?.connections);
  const { requestsPerConnection } = connection ?? {};
  if (requestsPerConnection !== Number.POSITIVE_INFINITY) {
    checkCount(who, "connection.requestsPerConnection", requestsPerConnection);
  }
}

function checkServer(
  who: string,
  { workers, queueLimit, cores, serviceTime }: Omit<ServerSpec, "workload">,
): void {
  checkDistribution(who, "serviceTime", serviceTime);
  if (workers !== Number.POSITIVE_INFINITY) checkCount(who, "workers", workers);
  if (queueLimit !== Number.POSITIVE_INFINITY) checkAmounts(who, { queueLimit });
  if (cores === undefined || (cores > 0 && cores < Number.POSITIVE_INFINITY)) return;
  throw impossible(who, "cores", cores, "a number above 0");
}

function checkAmounts(who: string, amounts: Amounts): void {
  for (const [name, value] of Object.entries(amounts)) {
    if (value === undefined || (value >= 0 && value < Number.POSITIVE_INFINITY)) continue;
    throw impossible(who, name, value, "0 or more");
  }
}

/**
 * Times may be 0, shapes may not; a range must not end before it begins.
 *
 * @throws {TrafficInputError} naming the field
 */
export function checkDistribution(
  who: string,
  name: string,
  spec: DistributionSpec | undefined,
): void {
  if (spec === undefined) return;
  for (const [field, value] of Object.entries(spec)) {
    if (field === "distribution") continue;
    const number = value as number;
    const isTime = field.endsWith("Ns") && field !== "scaleNs";
    const isPossible = isTime ? number >= 0 : number > 0;
    if (isPossible && number < Number.POSITIVE_INFINITY) continue;
    const rule = isTime ? "0 or more" : "a number above 0";
    throw impossible(who, `${name}.${field}`, number, rule);
  }
  if (spec.distribution !== "uniform" || spec.lowNs <= spec.highNs) return;
  throw impossible(who, `${name}.highNs`, spec.highNs, `${spec.lowNs} (lowNs) or more`);
}

function checkPort(who: string, port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return;
  throw impossible(who, "port", port, "a port from 1 to 65535");
}

function checkCount(who: string, name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return;
  throw impossible(who, name, value, "a whole number from 1 up");
}

function impossible(who: string, name: string, value: number, rule: string): TrafficInputError {
  return new TrafficInputError(
    "impossible-traffic",
    `${who}: ${name} is ${value}.`,
    `give ${rule}`,
  );
}
