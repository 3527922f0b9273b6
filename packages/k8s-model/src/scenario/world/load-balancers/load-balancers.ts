import type { Service } from "../../../api/index.ts";
import type { Cluster } from "../../../cluster/index.ts";
import {
  type CloudBalancer,
  checkLoadBalancer,
  drawsByShare,
  frontEndPairs,
  type LoadBalancer,
} from "../../../data-plane/index.ts";
import type { Place } from "../../../topology/index.ts";
import { AnnouncedNodes } from "./announced-nodes.ts";
import { BalancedService } from "./balanced-service.ts";
import { CloudTargets } from "./cloud-targets.ts";
import { type Entry, EntryTable } from "./entry-table.ts";

/** What load balancers need to know of places. */
export interface Places {
  readonly zones: readonly string[];
  placeOf(node: number): Place;
  nodeOf(pod: number): number;
}

interface Balanced {
  readonly targets: CloudTargets | AnnouncedNodes;
  /** By zone of the front end ("": all), until something changes. */
  entries: Map<string, readonly number[]>;
}

/**
 * The load balancers in front of a cluster's Services, one each, of one kind. They see the cluster
 * through their health checks and controllers, so what they believe may be old.
 */
export class LoadBalancers {
  readonly #cluster: Cluster;
  readonly #balancer: LoadBalancer;
  readonly #places: Places;
  readonly #table = new EntryTable();
  readonly #services = new Map<string, Balanced>();

  constructor(cluster: Cluster, balancer: LoadBalancer, places: Places) {
    checkLoadBalancer(balancer);
    this.#cluster = cluster;
    this.#balancer = balancer;
    this.#places = places;
  }

  /** Starts to look after a Service; nothing for one that asks for no balancer. */
  add(service: string, port: number): void {
    const balancer = this.#balancer;
    const spec = this.#cluster.store.get<Service>("Service", service)?.spec;
    if (balancer.kind === "ideal" || spec?.type !== "LoadBalancer") return;
    if (this.#services.has(service)) return;
    const facts = new BalancedService(this.#cluster, service, port);
    const changed = (): void => {
      const balanced = this.#services.get(service);
      if (balanced !== undefined) balanced.entries = new Map();
    };
    const targets =
      balancer.kind === "cloud"
        ? new CloudTargets(facts, balancer, changed)
        : new AnnouncedNodes(facts, balancer, changed);
    this.#services.set(service, { targets, entries: new Map() });
  }

  /** What is in front of a Service; an ideal balancer where none is modelled. */
  inFrontOf(service: string): LoadBalancer {
    return this.#services.has(service) ? this.#balancer : { kind: "ideal" };
  }

  /** A way in by its number; `undefined` for a node. */
  entry(number: number): Entry | undefined {
    return this.#table.at(number);
  }

  /** Whether a Service's balancer has closed the connections that go this way. */
  hasClosed(service: string, number: number): boolean {
    const targets = this.#services.get(service)?.targets;
    const entry = this.#table.at(number);
    if (entry === undefined || !(targets instanceof CloudTargets)) return false;
    return targets.hasClosed(entry.pods[0] ?? entry.node);
  }

  /** Every way in that has a number of its own. */
  numbers(): readonly number[] {
    return this.#table.numbers();
  }

  /**
   * Ways by which a new connection may come in now, each as often as its share asks for; `undefined`
   * where no modelled balancer is in front of the Service.
   */
  entries(service: string, zone: string | undefined): readonly number[] | undefined {
    const balanced = this.#services.get(service);
    if (balanced === undefined) return undefined;
    const key = zone ?? "";
    let entries = balanced.entries.get(key);
    if (entries === undefined) {
      entries = this.#entriesOf(balanced.targets.inUse(), zone);
      balanced.entries.set(key, entries);
    }
    return entries;
  }

  #entriesOf(targets: readonly number[], zone: string | undefined): readonly number[] {
    const balancer = this.#balancer;
    return balancer.kind === "cloud" ? this.#throughFrontEnds(balancer, targets, zone) : targets;
  }

  #throughFrontEnds(
    { targetType, crossZone }: CloudBalancer,
    targets: readonly number[],
    zone: string | undefined,
  ): readonly number[] {
    const { zones, placeOf, nodeOf } = this.#places;
    const nodeAt = (target: number): number => (targetType === "ip" ? nodeOf(target) : target);
    const targetZones = targets.map((target) => placeOf(nodeAt(target)).zone);
    const pairs = frontEndPairs({ targetZones, frontEnds: zones.length, crossZone });
    const only = zone === undefined ? -1 : zones.indexOf(zone);
    const used = pairs.filter(({ frontEnd }) => only < 0 || frontEnd === only);
    const all = used.reduce((so, { share }) => so + share, 0);
    const numbers = used.map(({ frontEnd, target }) => {
      const node = nodeAt(targets[target] as number);
      // A front end is a place of its own, in the region of what it sends to.
      const from = { node: -2 - frontEnd, zone: frontEnd, region: placeOf(node).region };
      return targetType === "ip"
        ? this.#table.toPod(from, targets[target] as number)
        : this.#table.toNode(from, node, placeOf(node));
    });
    const draws = drawsByShare(used.map((pair) => ({ ...pair, share: pair.share / all })));
    return draws.map((index) => numbers[index] as number);
  }
}
