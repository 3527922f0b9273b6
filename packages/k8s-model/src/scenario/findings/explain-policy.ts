import type { Finding } from "./finding.ts";
import type { ServiceSituation } from "./situation.ts";

/** Requests that a Local policy drops because their node has no endpoint of its own. */
export function droppedByPolicy(situation: ServiceSituation): readonly Finding[] {
  const { service, object, zones, dropped } = situation;
  const demandHz = zones.reduce((so, zone) => so + zone.demandHz, 0);
  const policies = [
    ["internalTrafficPolicy", dropped.internalHz, "KEP-2086"],
    ["externalTrafficPolicy", dropped.externalHz, "virtual-ips.md, Traffic policies"],
  ] as const;
  return policies.flatMap(([policy, droppedHz, source]) => {
    if (droppedHz === 0 || object?.spec[policy] !== "Local") return [];
    const where = zones.filter(({ failedHz }) => failedHz > 0).map(({ zone }) => zone);
    return [
      {
        severity: "warning" as const,
        subject: service,
        message:
          `${percent(droppedHz / demandHz)} of the requests to it time out: ${policy} is Local, and ` +
          `their nodes (in ${where.join(", ")}) have no ready endpoint of their own.`,
        rule: `${policy} Local never uses an endpoint of another node; without one the packets are dropped (${source})`,
        patch: {
          description: `Let nodes without an endpoint of ${nameOf(service)} use those of others.`,
          yaml: servicePatch(service, [`  ${policy}: Cluster`]),
        },
      },
    ];
  });
}

/** Hints that the EndpointSlice controller refused, with the way round its algorithm. */
export function hintsRefused(
  { service }: ServiceSituation,
  reason: string,
  sameZone: string | undefined,
): Finding {
  return {
    severity: "warning",
    subject: service,
    message:
      `topology hints were refused: ${reason}. Without hints every caller is balanced over all ` +
      "endpoints.",
    rule: "proportional CPU algorithm of the EndpointSlice controller (KEP-2433)",
    ...(sameZone === undefined
      ? {}
      : {
          patch: {
            description:
              "trafficDistribution gives every endpoint a hint for its own zone and refuses none; " +
              "the annotation has to go, because it wins over the field.",
            yaml: servicePatch(service, [`  trafficDistribution: ${sameZone}`], {
              "service.kubernetes.io/topology-mode": "null",
              "service.kubernetes.io/topology-aware-hints": "null",
            }),
          },
        }),
  };
}

/** A headless Service that asks kube-proxy for something: kube-proxy never sees its connections. */
export function headlessIgnores({ service, object, crossingHz }: ServiceSituation): Finding {
  const asked = object?.spec.trafficDistribution;
  return {
    severity: "info",
    subject: service,
    message:
      "is headless: its clients get the addresses of all ready endpoints from DNS and choose " +
      `themselves${crossingHz > 0 ? ", here evenly, other zones included" : ""}.` +
      (asked === undefined ? "" : ` trafficDistribution ${asked} changes nothing for them.`),
    rule: "kube-proxy programs nothing for a Service without cluster IP (clusterIP: None)",
  };
}

/** A strategic merge patch of a Service. */
export function servicePatch(
  service: string,
  spec: readonly string[],
  annotations: Readonly<Record<string, string>> = {},
): string {
  const entries = Object.entries(annotations).map(([key, value]) => `    ${key}: ${value}`);
  return [
    "apiVersion: v1",
    "kind: Service",
    "metadata:",
    `  name: ${nameOf(service)}`,
    `  namespace: ${service.slice(0, service.indexOf("/"))}`,
    ...(entries.length === 0 ? [] : ["  annotations:", ...entries]),
    "spec:",
    ...spec,
    "",
  ].join("\n");
}

export function nameOf(service: string): string {
  return service.slice(service.indexOf("/") + 1);
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
