import {
  type CloudBalancer,
  isExcludedFromLoadBalancers,
  proxyHealthz,
  TargetHealth,
} from "../../../data-plane/index.ts";
import type { BalancedService } from "./balanced-service.ts";

interface Target {
  readonly health: TargetHealth;
  readonly stop: () => void;
}

/**
 * The targets of a cloud balancer for one Service: nodes or pods by index, each with a health that
 * follows its checks. At the start all are known and stand as their first check finds them.
 *
 * Random stream: `load-balancer/NAMESPACE/NAME/TARGET`, when in the interval it is checked.
 */
export class CloudTargets {
  readonly #service: BalancedService;
  readonly #balancer: CloudBalancer;
  readonly #changed: () => void;
  readonly #targets = new Map<number, Target>();
  /** Deregistered so long ago that their connections were closed. */
  readonly #drained = new Set<number>();
  #wanted: ReadonlySet<number> = new Set();

  constructor(service: BalancedService, balancer: CloudBalancer, changed: () => void) {
    this.#service = service;
    this.#balancer = balancer;
    this.#changed = changed;
    this.#wanted = this.#eligible();
    for (const target of this.#wanted) this.#register(target, true);
    service.onWrite(() => this.#follow());
  }

  /** Those that get new connections: the healthy ones, or all where none is (fail open). */
  inUse(): readonly number[] {
    const all = [...this.#targets.keys()].sort((a, b) => a - b);
    if (!this.#balancer.checks) return all;
    const healthy = all.filter((target) => this.#targets.get(target)?.health.state === "healthy");
    return healthy.length > 0 ? healthy : all;
  }

  /** Whether the balancer has closed the connections to a target. */
  hasClosed(target: number): boolean {
    if (this.#drained.has(target)) return true;
    const { closesUnhealthy, checks } = this.#balancer;
    const health = this.#targets.get(target)?.health;
    return (
      closesUnhealthy && checks && health?.state === "unhealthy" && !this.inUse().includes(target)
    );
  }

  /** Nodes are targets as long as they exist, ready or not (KEP-3458). */
  #eligible(): ReadonlySet<number> {
    const { cluster } = this.#service;
    if (this.#balancer.targetType === "ip") return new Set(this.#service.readyPods());
    const nodes = this.#service.nodes().filter((node) => !isExcludedFromLoadBalancers(node));
    return new Set(nodes.map(({ metadata }) => cluster.nodes.byName(metadata.name)?.index ?? -1));
  }

  #follow(): void {
    const before = this.#wanted;
    const wanted = this.#eligible();
    this.#wanted = wanted;
    const { sim } = this.#service.cluster;
    const { registrationNs, deregistrationNs } = this.#balancer;
    for (const target of wanted) {
      if (before.has(target)) continue;
      sim.after(registrationNs, () => {
        if (this.#wanted.has(target)) this.#register(target, false);
      });
    }
    for (const target of before) {
      if (wanted.has(target)) continue;
      sim.after(deregistrationNs, () => {
        if (!this.#wanted.has(target)) this.#deregister(target);
      });
    }
  }

  #register(target: number, known: boolean): void {
    this.#drained.delete(target);
    if (this.#targets.has(target)) return;
    const { cluster, key } = this.#service;
    const { healthCheck } = this.#balancer;
    const state = !known ? "initial" : this.#passes(target) ? "healthy" : "unhealthy";
    const health = new TargetHealth(healthCheck, state);
    const stream = `load-balancer/${key}/${this.#nameOf(target)}`;
    const phase = cluster.sim.random(stream, { shared: true }).double();
    const probing = cluster.sim.every(healthCheck.intervalNs, () => this.#check(target, health), {
      firstNs: Math.round(phase * healthCheck.intervalNs),
    });
    this.#targets.set(target, { health, stop: () => probing.stop() });
    this.#changed();
  }

  #nameOf(target: number): string {
    const { nodes, pods } = this.#service.cluster;
    const known =
      this.#balancer.targetType === "ip" ? pods.at(target)?.key : nodes.at(target)?.name;
    return known ?? String(target);
  }

  #deregister(target: number): void {
    this.#targets.get(target)?.stop();
    if (!this.#targets.delete(target)) return;
    this.#changed();
    this.#service.cluster.sim.after(this.#balancer.drainNs, () => {
      if (!this.#targets.has(target)) this.#drained.add(target);
    });
  }

  /** A target that is silent fails when its answer is overdue. */
  #check(target: number, health: TargetHealth): void {
    const { sim } = this.#service.cluster;
    const tell = (passed: boolean): void => {
      if (health.checked(passed)) this.#changed();
    };
    if (this.#isSilent(target)) {
      sim.after(this.#balancer.healthCheck.timeoutNs, () => tell(false));
    } else tell(this.#passes(target));
  }

  #isSilent(target: number): boolean {
    const { cluster } = this.#service;
    if (this.#balancer.targetType === "ip") return cluster.podState(target) === "silent";
    return cluster.nodes.at(target)?.up !== true;
  }

  #passes(target: number): boolean {
    const { cluster } = this.#service;
    if (this.#balancer.targetType === "ip") return cluster.podState(target) === "serving";
    const entry = cluster.nodes.at(target);
    if (entry?.up !== true || !entry.exists) return false;
    const { rule, verdict } = this.#service.routing(target);
    // The health-check node port counts ready endpoints only (KEP-1669).
    if (this.#service.isLocal) return rule === "local-policy";
    if (this.#balancer.asks === "traffic-port") return verdict === "accept";
    const node = this.#service.nodes().find(({ metadata }) => metadata.name === entry.name);
    return node !== undefined && proxyHealthz(node) === 200;
  }
}
