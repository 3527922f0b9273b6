import { connectNs, type ProxyKind } from "../proxy-costs/index.ts";
import type { DirectoryAnswer } from "./port-directory.ts";
import type { ProxyVerdict } from "./service-proxy.ts";

const REASONS = {
  "no-endpoints": "The Service has no endpoint",
  "no-local-endpoints": "The traffic policy is Local and no endpoint is on this node",
  "source-range": "The load balancer's source ranges do not hold the client",
} as const;

/** No Service has this address and port. */
export function passed(kind: ProxyKind): ProxyVerdict {
  return verdictOf(kind, "pass", "No Service has this address and port");
}

/** A connection that finds no endpoint. */
export function refusedBy(
  kind: ProxyKind,
  refusal: NonNullable<DirectoryAnswer["refusal"]>,
  verdict: "reject" | "drop",
): ProxyVerdict {
  return verdictOf(kind, verdict, REASONS[refusal]);
}

function verdictOf(
  kind: ProxyKind,
  verdict: ProxyVerdict["verdict"],
  reason: string,
): ProxyVerdict {
  const connectionNs = connectNs(kind, { rulesExamined: 0, endpoints: 0 });
  return {
    verdict,
    endpoint: undefined,
    sourceSeen: "client",
    reason,
    trail: [],
    connectNs: connectionNs,
  };
}

/** A connection that goes to an endpoint. */
export function acceptedBy(
  kind: ProxyKind,
  endpoint: string,
  reason: string,
  sourceSeen: ProxyVerdict["sourceSeen"],
): ProxyVerdict {
  const connectionNs = connectNs(kind, { rulesExamined: 0, endpoints: 1 });
  return { verdict: "accept", endpoint, sourceSeen, reason, trail: [], connectNs: connectionNs };
}
