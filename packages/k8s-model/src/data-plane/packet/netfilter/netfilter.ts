import type { RandomStream } from "@k8s-netsim/sim-core";
import { isIPv6 } from "../wire/index.ts";
import type { ConnectionTracking, Tracking } from "./connection-tracking.ts";
import type { DestinationVerdict, FilterVerdict, RuleSet, Transit } from "./rule-set.ts";
import { type Side, translateDestination, translated, translateSource } from "./translation.ts";
import { tupleOf } from "./tuple.ts";

const FIRST_PORT = 1024;
const LAST_PORT = 65_535;
const MAX_TRIES = 128;

/** What a hook decided: the packet goes on, is dropped, or is refused. */
export type HookVerdict = FilterVerdict;

/**
 * The hooks of one network namespace, in the kernel's order: tracking, early filter, translation of
 * destinations; filter; translation of sources, confirmation.
 */
export class Netfilter {
  readonly tracking: ConnectionTracking;
  /** A service proxy writes rules for each family apart. */
  readonly rules: { IPv4?: RuleSet; IPv6?: RuleSet } = {};
  /** Asked before each packet: whoever keeps rules up to date may do so now. */
  refresh: (() => void) | undefined;
  readonly #ports: RandomStream;

  constructor(tracking: ConnectionTracking, ports: RandomStream) {
    this.tracking = tracking;
    this.#ports = ports;
  }

  /** Packets from outside (`prerouting`) and of the host itself (`output`), before routing. */
  before(hook: "prerouting" | "output", transit: Transit): HookVerdict {
    this.refresh?.();
    this.#track(transit);
    const early = this.#rulesOf(transit)?.filterEarly(hook, transit) ?? "accept";
    if (early !== "accept") return early;
    return this.#destination(hook, transit);
  }

  /** Packets for the host (`input`), through it (`forward`), from it (`output`). */
  filter(hook: "input" | "forward" | "output", transit: Transit): HookVerdict {
    return this.#rulesOf(transit)?.filter(hook, transit) ?? "accept";
  }

  /** The last steps before a packet leaves, or reaches a socket: `address` is what it would leave with. */
  after(hook: "postrouting" | "input", transit: Transit, address?: string): HookVerdict {
    const { tracking } = transit;
    if (typeof tracking !== "object") return "accept";
    const { connection } = tracking;
    if (!connection.sourceSettled && tracking.state === "NEW") {
      connection.sourceSettled = true;
      if (hook === "postrouting") this.#source(transit, tracking, address);
    }
    if (!this.#rewrite(transit, tracking, "source")) return "drop";
    this.tracking.confirm(tracking);
    return "accept";
  }

  #rulesOf({ packet }: Transit): RuleSet | undefined {
    return isIPv6(packet.source) ? this.rules.IPv6 : this.rules.IPv4;
  }

  #track(transit: Transit): void {
    if (transit.tracking !== undefined) return;
    const result = this.tracking.track(transit.packet);
    transit.tracking = result === "untracked" ? undefined : result;
  }

  #destination(hook: "prerouting" | "output", transit: Transit): HookVerdict {
    const { tracking } = transit;
    if (typeof tracking !== "object") return "accept";
    const { connection } = tracking;
    if (!connection.destinationSettled && tracking.state === "NEW") {
      connection.destinationSettled = true;
      const verdict: DestinationVerdict = this.#rulesOf(transit)?.destination(hook, transit) ?? {
        kind: "unchanged",
      };
      if (verdict.kind === "drop") return "drop";
      if (verdict.kind === "translate") {
        translateDestination(connection, verdict.address, verdict.port);
      }
    }
    return this.#rewrite(transit, tracking, "destination") ? "accept" : "drop";
  }

  #rewrite(transit: Transit, tracking: Tracking, side: Side): boolean {
    const packet = translated(transit.packet, tracking, side);
    if (packet === undefined) return false;
    transit.packet = packet;
    return true;
  }

  #source(transit: Transit, { connection }: Tracking, address: string | undefined): void {
    const wanted = this.#rulesOf(transit)?.masquerade(transit);
    const own = tupleOf(transit.packet);
    if (own === undefined) return;
    if (wanted !== undefined && address !== undefined) {
      translateSource(connection, address, this.#port(connection.reply, address, wanted));
    } else if (this.tracking.isTaken(connection.reply)) {
      // Two connections would get the same answers: the later one changes its port.
      const port = this.#port(connection.reply, own.source, { randomPort: true });
      translateSource(connection, own.source, port);
    }
  }

  #port(
    reply: Tracking["connection"]["reply"],
    address: string,
    { randomPort }: { readonly randomPort: boolean },
  ): number {
    const isFree = (port: number): boolean =>
      !this.tracking.isTaken({ ...reply, destination: address, destinationPort: port });
    if (!randomPort && isFree(reply.destinationPort)) return reply.destinationPort;
    let port = reply.destinationPort;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      port = FIRST_PORT + this.#ports.int(LAST_PORT - FIRST_PORT + 1);
      if (isFree(port)) break;
    }
    return port;
  }
}
