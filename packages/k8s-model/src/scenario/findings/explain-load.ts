import { percent } from "./explain-policy.ts";
import type { Finding } from "./finding.ts";
import type { ServiceSituation } from "./situation.ts";

/** An endpoint gets this many times the mean before the load is called uneven. */
const OVERLOAD_RATIO = 1.2;

/** Busy share of its workers from which waiting dominates: twice the service time and more. */
const BUSY = 0.8;

/** Zones in which an endpoint serves much more than an even share of the Service's load. */
export function unevenLoad({ service, zones, endpoints }: ServiceSituation): readonly Finding[] {
  const served = zones.reduce((so, zone) => so + zone.servedHz, 0);
  if (served === 0 || endpoints < 2) return [];
  const mean = served / endpoints;
  const busy = zones.filter(({ busiestHz }) => busiestHz > OVERLOAD_RATIO * mean);
  if (busy.length === 0) return [];
  const words = busy.map(({ zone, busiestHz }) => `${zone} ${(busiestHz / mean).toFixed(2)} times`);
  return [
    {
      severity: "warning",
      subject: service,
      message: `endpoints are loaded unevenly after the change: against the mean endpoint, the busiest has in ${words.join(", ")}.`,
      rule: "hints and Local policies keep callers to the endpoints of their zone or node; nothing balances beyond",
    },
  ];
}

/** Zones in which an endpoint has little or no capacity left at the rates of the run. */
export function littleCapacity({ service, zones }: ServiceSituation): readonly Finding[] {
  const over = zones.filter(({ utilisation }) => utilisation >= 1);
  const near = zones.filter(({ utilisation }) => utilisation >= BUSY && utilisation < 1);
  const words = (those: typeof zones): string =>
    those.map(({ zone, utilisation }) => `${zone} ${percent(utilisation)}`).join(", ");
  const found: Finding[] = [];
  if (over.length > 0) {
    found.push({
      severity: "warning",
      subject: service,
      message:
        "endpoints cannot keep up after the change: against what their workers can do, the busiest " +
        `gets in ${words(over)}. Queues grow for as long as this lasts.`,
      rule: "arrival rate × mean service time ÷ workers, at the rates, service times and workers of this run",
    });
  }
  if (near.length > 0) {
    found.push({
      severity: "warning",
      subject: service,
      message: `endpoints have little capacity left after the change: workers are busy in ${words(near)} of the time.`,
      rule: "arrival rate × mean service time ÷ workers, at the rates, service times and workers of this run",
    });
  }
  return found;
}
