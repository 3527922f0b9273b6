import type { Finding } from "./finding.ts";
import type { ServiceSituation, ZoneSituation } from "./situation.ts";

/** A zone serves this many times its even share before its endpoints are called overloaded. */
const OVERLOAD_RATIO = 1.2;

/** What can be proposed for a Service; the cluster knows what fits. */
export interface Advisor {
  /** A patch that puts endpoints into every zone that calls, or why none can. */
  spread(situation: ServiceSituation): SpreadProposal;
  /** Why the workloads behind it must not be scaled (an autoscaler, state on volumes), if so. */
  keepsAsIs(situation: ServiceSituation): string | undefined;
  /** Why topology hints were refused for it, in the controller's words. */
  hintsRefused(service: string): string | undefined;
}

export type SpreadProposal =
  | { readonly patch: NonNullable<Finding["patch"]> }
  | { readonly whyNot: string };

const CANNOT_PROFIT_RULE =
  "kube-proxy uses zone hints only where the caller's own zone has a ready endpoint; otherwise it " +
  "balances over all ready endpoints (KEP-4444, pkg/proxy/topology.go)";

/** Why a Service profits from zone-aware routing or cannot, and what would mend it. */
export function explainService(situation: ServiceSituation, advisor: Advisor): readonly Finding[] {
  if (situation.zones.every(({ demandHz }) => demandHz === 0)) return [];
  if (situation.endpoints === 0) return [withoutEndpoints(situation)];
  const refused = advisor.hintsRefused(situation.service);
  return [
    ...(situation.endpoints === 1
      ? [singleEndpoint(situation, advisor)]
      : zonesWithoutEndpoints(situation, advisor)),
    ...(refused === undefined ? [] : [hintsRefused(situation, refused)]),
    ...overloaded(situation),
    ...notAsked(situation),
    ...stickyConnections(situation),
  ];
}

function withoutEndpoints({ service }: ServiceSituation): Finding {
  return {
    severity: "warning",
    subject: service,
    message: "has no ready endpoint: every request to it fails.",
    rule: "kube-proxy rejects connections to a Service without endpoints",
  };
}

function singleEndpoint(situation: ServiceSituation, advisor: Advisor): Finding {
  const home = situation.zones.find(({ endpoints }) => endpoints > 0) as ZoneSituation;
  const { words, patch } = mend(situation, advisor);
  return {
    severity: "info",
    subject: situation.service,
    message:
      `cannot profit: its only endpoint is in ${home.zone}, so requests from other zones must ` +
      `cross whatever the routing.${words}`,
    rule: CANNOT_PROFIT_RULE,
    ...patch,
  };
}

function zonesWithoutEndpoints(situation: ServiceSituation, advisor: Advisor): readonly Finding[] {
  const bare = situation.zones.filter(({ endpoints, demandHz }) => endpoints === 0 && demandHz > 0);
  if (bare.length === 0) return [];
  const zones = bare.map(({ zone }) => zone).join(", ");
  const { words, patch } = mend(situation, advisor);
  return [
    {
      severity: "warning",
      subject: situation.service,
      message:
        `cannot profit in ${zones}: callers there have no endpoint in their own zone and are ` +
        `balanced over all zones.${words}`,
      rule: CANNOT_PROFIT_RULE,
      ...patch,
    },
  ];
}

interface Mend {
  /** A sentence on why no patch is proposed, or nothing. */
  readonly words: string;
  readonly patch: Pick<Finding, "patch">;
}

function mend(situation: ServiceSituation, advisor: Advisor): Mend {
  const kept = advisor.keepsAsIs(situation);
  if (kept !== undefined) return { words: ` More replicas are not proposed: ${kept}.`, patch: {} };
  const proposal = advisor.spread(situation);
  if ("patch" in proposal) return { words: "", patch: proposal };
  return { words: ` No patch is proposed: ${proposal.whyNot}.`, patch: {} };
}

function hintsRefused({ service }: ServiceSituation, reason: string): Finding {
  return {
    severity: "warning",
    subject: service,
    message: `topology hints were refused: ${reason}`,
    rule: "proportional CPU algorithm of the EndpointSlice controller (KEP-2433)",
  };
}

/** Zones whose endpoints serve much more than an even share of the Service's load. */
function overloaded({ service, zones, endpoints }: ServiceSituation): readonly Finding[] {
  const served = zones.reduce((so, zone) => so + zone.servedHz, 0);
  if (served === 0 || endpoints < 2) return [];
  const mean = served / endpoints;
  const busy = zones.filter(
    (zone) => zone.endpoints > 0 && zone.servedHz / zone.endpoints > OVERLOAD_RATIO * mean,
  );
  if (busy.length === 0) return [];
  const words = busy.map(
    (zone) => `${zone.zone} ${(zone.servedHz / zone.endpoints / mean).toFixed(2)} times`,
  );
  return [
    {
      severity: "warning",
      subject: service,
      message: `endpoints are loaded unevenly after the change: against the mean endpoint, ${words.join(", ")}.`,
      rule: "each zone's callers share only that zone's endpoints; nothing balances between zones",
    },
  ];
}

function notAsked({ service, object, zones, endpoints }: ServiceSituation): readonly Finding[] {
  if (object === undefined || endpoints < 2) return [];
  const { trafficDistribution, internalTrafficPolicy } = object.spec;
  const mode = object.metadata.annotations?.["service.kubernetes.io/topology-mode"];
  if (
    trafficDistribution !== undefined ||
    internalTrafficPolicy === "Local" ||
    mode !== undefined
  ) {
    return [];
  }
  const covered = zones.every((zone) => zone.demandHz === 0 || zone.endpoints > 0);
  if (!covered || zones.filter((zone) => zone.endpoints > 0).length < 2) return [];
  const [namespace, name] = service.split("/") as [string, string];
  return [
    {
      severity: "info",
      subject: service,
      message: "endpoints in every zone that calls, and still balanced over all zones.",
      rule: "spec.trafficDistribution is unset",
      patch: {
        description: `Keep traffic to ${name} in its zone.`,
        yaml: [
          "apiVersion: v1",
          "kind: Service",
          "metadata:",
          `  name: ${name}`,
          `  namespace: ${namespace}`,
          "spec:",
          "  trafficDistribution: PreferSameZone",
          "",
        ].join("\n"),
        headroom: zones.map((zone) => ({
          zone: zone.zone,
          left: `${zone.endpoints} endpoints for ${zone.demandHz.toFixed(1)} requests/s`,
        })),
      },
    },
  ];
}

function stickyConnections(situation: ServiceSituation): readonly Finding[] {
  if (situation.longLivedCallers === 0 || situation.endpoints < 2) return [];
  return [
    {
      severity: "info",
      subject: situation.service,
      message:
        "called over long-lived connections: each caller pod stays with the endpoint it was " +
        "given when it connected, so load spreads by caller, not by request, and a routing change " +
        "is felt only by new connections.",
      rule: "kube-proxy chooses an endpoint once per connection",
    },
  ];
}
