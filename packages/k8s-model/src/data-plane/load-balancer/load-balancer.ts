import type { HealthCheck } from "./target-health.ts";

const MS = 1_000_000;
const S = 1_000_000_000;

/** What is in front of the nodes. */
export type LoadBalancer = IdealBalancer | Announcer | CloudBalancer;

/** Sends to every node that is up, and with policy Local only to those with a ready endpoint. */
export interface IdealBalancer {
  readonly kind: "ideal";
}

/**
 * Speakers on the nodes that announce a Service's address after MetalLB's rules: by layer 2 one node
 * takes all of it, by BGP routers spread connections over all that announce.
 */
export interface Announcer {
  readonly kind: "layer2" | "bgp";
  /** From a change in the API to the speakers' announcement of it. */
  readonly reactionNs: number;
  /** From a node's death to the moment when others take over, or routers give the path up. */
  readonly failoverNs: number;
  /** Layer 2: nodes with a higher score go first. */
  readonly preferenceScores?: ReadonlyMap<string, number>;
}

/** A provider's balancer with a front end in each of its zones. */
export interface CloudBalancer {
  readonly kind: "cloud";
  /** `instance`: nodes, at the node port; `ip`: pods, past every kube-proxy. */
  readonly targetType: "instance" | "ip";
  /** Whether a front end sends to targets of other zones. */
  readonly crossZone: boolean;
  readonly healthCheck: HealthCheck;
  /** False: every target that is registered counts as healthy. */
  readonly checks: boolean;
  /**
   * Policy Cluster, targets nodes: `proxy` asks kube-proxy's /healthz, `traffic-port` opens a
   * connection to the node port. Policy Local always asks the health-check node port.
   */
  readonly asks: "proxy" | "traffic-port";
  /** From a new node or ready pod until the balancer knows it as a target. */
  readonly registrationNs: number;
  /** From a deleted node, or a pod no longer ready, until it gets no new connection. */
  readonly deregistrationNs: number;
  /** How long connections of a target that was deregistered may go on; then they are closed. */
  readonly drainNs: number;
  /** Whether connections of a target that becomes unhealthy are closed. */
  readonly closesUnhealthy: boolean;
  /** Whether targets see the client's address or the balancer's. */
  readonly preservesClientAddress: boolean;
}

/** Where a default comes from. */
export interface LoadBalancerSource {
  readonly source: string;
  readonly standing: "published" | "assumed";
}

const published = (source: string): LoadBalancerSource => ({ source, standing: "published" });
const assumed = (source: string): LoadBalancerSource => ({ source, standing: "assumed" });

/** Sources of the defaults of {@link cloudBalancer}, {@link layer2Balancer} and {@link bgpBalancer}. */
export const LOAD_BALANCER_SOURCES: Readonly<Record<string, LoadBalancerSource>> = {
  intervalNs: assumed("10 s, as AWS's controller asks for"),
  healthyThreshold: published("3, Network Load Balancer target groups (CDK reference)"),
  unhealthyThreshold: published("3, Network Load Balancer target groups (CDK reference)"),
  timeoutNs: assumed("6 s, HTTP checks of a Network Load Balancer"),
  crossZone: published("off, Network Load Balancer attributes"),
  drainNs: published("deregistration_delay.timeout_seconds 300 s, TargetGroupAttribute"),
  closesUnhealthy: assumed("as Network Load Balancers do unless told otherwise"),
  registrationNs: assumed("a few seconds of controller and provider together"),
  deregistrationNs: assumed("a few seconds of controller and provider together"),
  layer2FailoverNs: assumed("MetalLB: members find a dead one within a few seconds"),
  bgpFailoverNs: published("hold time 90 s, MetalLB BGPPeer; less with BFD"),
  reactionNs: assumed("as the informers of controllers, and one announcement"),
};

/** A cloud balancer like a Network Load Balancer made by its controller; fields replace defaults. */
export function cloudBalancer(
  options: Partial<Omit<CloudBalancer, "kind" | "healthCheck">> & {
    readonly healthCheck?: Partial<HealthCheck>;
  } = {},
): CloudBalancer {
  const targetType = options.targetType ?? "instance";
  return {
    kind: "cloud",
    crossZone: false,
    checks: true,
    asks: "traffic-port",
    registrationNs: 5 * S,
    deregistrationNs: 5 * S,
    drainNs: 300 * S,
    closesUnhealthy: true,
    preservesClientAddress: targetType === "instance",
    ...options,
    targetType,
    healthCheck: {
      intervalNs: 10 * S,
      healthyThreshold: 3,
      unhealthyThreshold: 3,
      timeoutNs: 6 * S,
      ...options.healthCheck,
    },
  };
}

/** MetalLB in layer 2 mode. */
export function layer2Balancer(options: Partial<Omit<Announcer, "kind">> = {}): Announcer {
  return { kind: "layer2", reactionNs: 100 * MS, failoverNs: 3 * S, ...options };
}

/** MetalLB in BGP mode: routers spread connections over every node that announces. */
export function bgpBalancer(options: Partial<Omit<Announcer, "kind">> = {}): Announcer {
  return { kind: "bgp", reactionNs: 100 * MS, failoverNs: 90 * S, ...options };
}

export type LoadBalancerErrorCode = "bad-health-check" | "bad-load-balancer-time";

/** A balancer that cannot be. */
export class LoadBalancerError extends Error {
  override readonly name = "LoadBalancerError";
  readonly code: LoadBalancerErrorCode;
  readonly remedy: string;

  constructor(code: LoadBalancerErrorCode, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** @throws {LoadBalancerError} for thresholds and times that no balancer could have */
export function checkLoadBalancer(balancer: LoadBalancer): void {
  if (balancer.kind === "ideal") return;
  if (balancer.kind !== "cloud") {
    checkTimes(balancer, ["reactionNs", "failoverNs"]);
    return;
  }
  checkTimes(balancer, ["registrationNs", "deregistrationNs", "drainNs"]);
  const { intervalNs, timeoutNs, healthyThreshold, unhealthyThreshold } = balancer.healthCheck;
  for (const threshold of [healthyThreshold, unhealthyThreshold]) {
    if (!(Number.isInteger(threshold) && threshold >= 1)) {
      throw new LoadBalancerError(
        "bad-health-check",
        `A threshold of ${threshold} health checks means nothing.`,
        "give whole numbers of checks, at least 1.",
      );
    }
  }
  if (
    !(intervalNs > 0 && Number.isFinite(intervalNs) && timeoutNs >= 0 && timeoutNs <= intervalNs)
  ) {
    throw new LoadBalancerError(
      "bad-health-check",
      `Health checks every ${intervalNs} ns with a time-out of ${timeoutNs} ns cannot be.`,
      "give an interval above 0 and a time-out of at most the interval.",
    );
  }
}

function checkTimes<T extends LoadBalancer>(
  balancer: T,
  fields: readonly (keyof T & string)[],
): void {
  for (const field of fields) {
    const time = balancer[field];
    if (typeof time === "number" && Number.isFinite(time) && time >= 0) continue;
    throw new LoadBalancerError(
      "bad-load-balancer-time",
      `${field} of the load balancer is ${time}.`,
      "give a time of at least 0 (ns).",
    );
  }
}
