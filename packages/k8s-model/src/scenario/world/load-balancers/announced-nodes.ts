import { type Announcer, announcingNodes, layer2Announcer } from "../../../data-plane/index.ts";
import type { BalancedService } from "./balanced-service.ts";

/**
 * Nodes at which a Service's address is announced, by index: what the speakers of an in-cluster
 * announcer came to, some time after the change that made it so.
 */
export class AnnouncedNodes {
  readonly #service: BalancedService;
  readonly #announcer: Announcer;
  readonly #changed: () => void;
  /** Nodes whose speaker the others, or the routers, take for alive. */
  readonly #speakers = new Set<string>();
  #nodes: readonly number[];

  constructor(service: BalancedService, announcer: Announcer, changed: () => void) {
    this.#service = service;
    this.#announcer = announcer;
    this.#changed = changed;
    const { cluster } = service;
    for (const { name, up, exists } of cluster.nodes) if (up && exists) this.#speakers.add(name);
    this.#nodes = this.#elect();
    service.onWrite(() => this.#later(announcer.reactionNs));
    cluster.onChange({
      nodeChanged: ({ name, up, exists }) => {
        const alive = up && exists;
        cluster.sim.after(alive ? announcer.reactionNs : announcer.failoverNs, () => {
          const now = cluster.nodes.byName(name);
          const isAlive = now?.up === true && now.exists;
          if (isAlive !== alive) return;
          if (alive) this.#speakers.add(name);
          else this.#speakers.delete(name);
          this.#decide();
        });
      },
    });
  }

  inUse(): readonly number[] {
    return this.#nodes;
  }

  #later(delayNs: number): void {
    this.#service.cluster.sim.after(delayNs, () => this.#decide());
  }

  #decide(): void {
    const nodes = this.#elect();
    if (JSON.stringify(nodes) === JSON.stringify(this.#nodes)) return;
    this.#nodes = nodes;
    this.#changed();
  }

  #elect(): readonly number[] {
    const { cluster, object } = this.#service;
    if (object === undefined) return [];
    const candidates = announcingNodes({
      service: object,
      slices: this.#service.slices(),
      nodes: this.#service.nodes(),
      speakers: this.#speakers,
    });
    const indexOf = (name: string): number => cluster.nodes.byName(name)?.index ?? -1;
    if (this.#announcer.kind === "bgp") return candidates.map(indexOf);
    const { preferenceScores } = this.#announcer;
    const elected = layer2Announcer({
      candidates,
      ip: addressOf(object.status, object.spec.clusterIP ?? ""),
      preferenceScores,
    });
    return elected === undefined ? [] : [indexOf(elected)];
  }
}

interface Ingress {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] };
}

/** The balancer's address; the cluster IP stands for it where none is given: it only feeds a hash. */
function addressOf(status: unknown, clusterIP: string): string {
  return (status as Ingress | undefined)?.loadBalancer?.ingress?.[0]?.ip ?? clusterIP;
}
