import { littleCapacity, unevenLoad } from "./explain-load.ts";
import {
  droppedByPolicy,
  headlessIgnores,
  hintsRefused,
  nameOf,
  servicePatch,
} from "./explain-policy.ts";
import { externalName, isExternalName, waysInOf } from "./explain-ways-in.ts";
import type { Finding } from "./finding.ts";
import type { ServiceSituation, ZoneSituation } from "./situation.ts";

/** What can be proposed for a Service; the cluster knows what fits. */
export interface Advisor {
  /** A patch that puts endpoints into every zone that calls, or why none can. */
  spread(situation: ServiceSituation): SpreadProposal;
  /** Why the workloads behind it must not be scaled (an autoscaler, state on volumes), if so. */
  keepsAsIs(situation: ServiceSituation): string | undefined;
  /** What `trafficDistribution` calls the own zone in this release, where it has the field. */
  readonly sameZone: "PreferSameZone" | "PreferClose" | undefined;
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
  if (isExternalName(situation)) return [externalName(situation)];
  if (situation.endpoints === 0) return [withoutEndpoints(situation)];
  const refused = advisor.hintsRefused(situation.service);
  return [
    ...waysInOf(situation),
    ...droppedByPolicy(situation),
    ...placement(situation, advisor, refused),
    ...(refused === undefined ? [] : [hintsRefused(situation, refused, advisor.sameZone)]),
    ...unevenLoad(situation),
    ...littleCapacity(situation),
    ...notAsked(situation, advisor.sameZone),
    ...stickyConnections(situation),
  ];
}

/** Whether its endpoints are where its callers are. */
function placement(
  situation: ServiceSituation,
  advisor: Advisor,
  refused: string | undefined,
): readonly Finding[] {
  if (situation.zones.length === 1) return [];
  if (situation.endpoints === 1) return [singleEndpoint(situation, advisor)];
  if (isHeadless(situation)) return [headlessIgnores(situation)];
  return refused === undefined ? zonesWithoutEndpoints(situation, advisor) : [];
}

function isHeadless({ object }: ServiceSituation): boolean {
  return object?.spec.clusterIP === "None";
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
  if (situation.crossingHz === 0) {
    return {
      severity: "info",
      subject: situation.service,
      message: `cannot profit: its only endpoint is in ${home.zone}, and nothing that reaches it comes from another zone.`,
      rule: CANNOT_PROFIT_RULE,
    };
  }
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
  const bare = situation.zones.filter(
    ({ endpoints, demandHz, failedHz }) => endpoints === 0 && demandHz > failedHz,
  );
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

function notAsked(situation: ServiceSituation, sameZone: Advisor["sameZone"]): readonly Finding[] {
  const { service, object, zones, endpoints, crossingHz } = situation;
  if (object === undefined || endpoints < 2 || crossingHz === 0 || sameZone === undefined)
    return [];
  if (isHeadless(situation)) return [];
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
  return [
    {
      severity: "info",
      subject: service,
      message: "endpoints in every zone that calls, and still balanced over all zones.",
      rule: "spec.trafficDistribution is unset",
      patch: {
        description: `Keep traffic to ${nameOf(service)} in its zone.`,
        yaml: servicePatch(service, [`  trafficDistribution: ${sameZone}`]),
        headroom: zones.map((zone) => ({
          zone: zone.zone,
          left: `${zone.endpoints} ${zone.endpoints === 1 ? "endpoint" : "endpoints"} for ${rate(zone.demandHz)}`,
        })),
      },
    },
  ];
}

function rate(hz: number): string {
  return `${hz.toFixed(hz < 10 ? 1 : 0)} requests/s`;
}

function stickyConnections(situation: ServiceSituation): readonly Finding[] {
  if (situation.longLivedCallers === 0 || situation.endpoints < 2) return [];
  return [
    {
      severity: "info",
      subject: situation.service,
      message:
        "called over long-lived connections: each caller stays with the endpoint it was " +
        "given when it connected, so load spreads by caller, not by request, and a routing change " +
        "is felt only by new connections.",
      rule: "kube-proxy chooses an endpoint once per connection",
    },
  ];
}
