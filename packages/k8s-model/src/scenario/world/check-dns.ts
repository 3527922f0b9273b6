import type { DnsOptions } from "../../data-plane/index.ts";
import { TrafficInputError } from "../../traffic/index.ts";

/** @throws {TrafficInputError} for numbers that no DNS has */
export function checkDns(dns: DnsOptions): void {
  const counts = { replicas: dns.replicas };
  for (const [name, value] of Object.entries(counts)) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw impossible(name, value, "a whole number from 1 up");
  }
  const wholes = { ndots: dns.ndots, nodeDomains: dns.nodeDomains };
  for (const [name, value] of Object.entries(wholes)) {
    if (value === undefined || (Number.isInteger(value) && value >= 0)) continue;
    throw impossible(name, value, "a whole number from 0 up");
  }
  const amounts = { ttlSeconds: dns.ttlSeconds };
  for (const [name, value] of Object.entries(amounts)) {
    if (value === undefined || (value >= 0 && value <= 3600)) continue;
    throw impossible(name, value, "seconds from 0 to 3600, as CoreDNS takes");
  }
  const positive = { processors: dns.processors, queryProcessorNs: dns.queryProcessorNs };
  for (const [name, value] of Object.entries(positive)) {
    if (value === undefined || (value > 0 && value < Number.POSITIVE_INFINITY)) continue;
    throw impossible(name, value, "a number above 0");
  }
}

function impossible(name: string, value: number, rule: string): TrafficInputError {
  return new TrafficInputError("impossible-traffic", `dns.${name} is ${value}.`, `give ${rule}`);
}
