import type { RequestSpec, ServerSpec, TrafficSpec } from "./spec.ts";
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
    if (load.mode === "closed") checkCount(who, "users", load.users);
    checkRequest(who, client);
  }
  for (const call of calls) {
    const who = `The call of ${call.from} to ${call.to.service}:${call.to.port}`;
    checkAmounts(who, { callsPerRequest: call.callsPerRequest });
    checkRequest(who, call);
  }
  for (const server of servers) checkServer(`Server ${server.workload}`, server);
  const { rateHz, callsPerRequest, requestBytes, responseBytes, timeoutNs, retries } = defaults;
  const amounts = { rate: rateHz, callsPerRequest, requestBytes, responseBytes, retries };
  checkAmounts("The defaults", { ...amounts, timeout: timeoutNs });
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
}

function checkServer(who: string, { workers, queueLimit, cores }: ServerSpec): void {
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
