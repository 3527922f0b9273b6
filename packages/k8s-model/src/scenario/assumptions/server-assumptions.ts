import { formatDuration, type SimTime } from "@k8s-netsim/sim-core";
import {
  API_SERVER_SOURCES,
  type ApiServerParameters,
  IDEAL_API_SERVER,
} from "../../api-server/index.ts";
import { LOAD_BALANCER_SOURCES, type LoadBalancer } from "../../data-plane/index.ts";
import type { Assumption } from "./assumption.ts";

type Told = Pick<Assumption, "name" | "value" | "source">;

/** What of an API server acts in a what-if: connections that are lost and taken up again. */
const IN_FORCE: readonly (keyof ApiServerParameters)[] = [
  "replicas",
  "resumeWithinNs",
  "reconnectNs",
  "maxReconnectNs",
];

/**
 * How API servers are taken to be where control plane and traffic share a clock. They have no limits of
 * their own there: what a watch takes is among the timings.
 */
export function apiServerAssumptions(): readonly Told[] {
  const ideal = {
    name: "API server between a write and its watchers",
    value: "ideal: nothing is queued, nothing is listed slowly",
    source: "assumed: the time of a watch is a parameter of its own",
  };
  return [
    ideal,
    ...IN_FORCE.map((key) =>
      told(`API server, ${inWords(key)}`, key, IDEAL_API_SERVER[key], API_SERVER_SOURCES[key]),
    ),
  ];
}

/** How the load balancers in front of Services are taken to be; none: nobody comes through one. */
export function loadBalancerAssumptions(
  balancer: LoadBalancer,
  services: readonly string[],
): readonly Told[] {
  if (services.length === 0) return [];
  const of = `load balancer of ${services.slice(0, 3).join(", ")}${services.length > 3 ? " and others" : ""}`;
  if (balancer.kind === "ideal") {
    return [
      {
        name: of,
        value:
          "ideal: every node that is up, with policy Local those with a ready endpoint, from that second on",
        source: "assumed: a balancer's health checks, draining and zones belong to scenarios",
      },
    ];
  }
  const kind = {
    name: of,
    value: balancer.kind === "cloud" ? `cloud, targets ${balancer.targetType}` : balancer.kind,
    source: "the scenario",
  };
  const fields: Readonly<Record<string, unknown>> =
    balancer.kind === "cloud"
      ? { ...balancer, ...balancer.healthCheck }
      : { reactionNs: balancer.reactionNs, [`${balancer.kind}FailoverNs`]: balancer.failoverNs };
  const rows = Object.entries(LOAD_BALANCER_SOURCES).flatMap(([key, source]) =>
    Object.hasOwn(fields, key)
      ? [told(`load balancer, ${inWords(key)}`, key, fields[key], source)]
      : [],
  );
  return [kind, ...rows];
}

function told(
  name: string,
  key: string,
  value: unknown,
  { source, standing }: { readonly source: string; readonly standing: "published" | "assumed" },
): Told {
  const isTime = key.endsWith("Ns") && typeof value === "number";
  const isFlag = typeof value === "boolean";
  const shown = isTime
    ? formatDuration(Math.round(value) as SimTime)
    : isFlag
      ? value
        ? "yes"
        : "no"
      : `${value}`;
  return { name, value: shown, source: standing === "published" ? source : `assumed: ${source}` };
}

/** `maxReconnectNs` → `max reconnect`. */
function inWords(key: string): string {
  return key.replace(/Ns$/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
