import { type Fit, fitRelative, weighted } from "./least-squares.ts";
import { MEASURED_CONNECTIONS } from "./measured-connections.ts";
import type { ProxyKind, ProxyProgram } from "./proxy-program.ts";

/** Where a new connection goes. */
export interface ConnectionTarget {
  /**
   * Dispatch rules that are looked at until one matches: 1 for the Service that happens to be first,
   * all of them for the last one and for an address that belongs to no Service.
   */
  readonly rulesExamined: number;
  /** Endpoints of the Service; 0 where the address belongs to no Service. */
  readonly endpoints: number;
}

const NS_PER_US = 1000;

/**
 * What the time to connect grows with. iptables: the rules examined, and the rules of the cascade
 * that are tried for an endpoint, half of them on average. nftables: neither; an address that is
 * translated, and a map that no longer fits the caches.
 */
function features(
  program: ProxyProgram,
  { rulesExamined, endpoints }: ConnectionTarget,
): readonly number[] {
  if (program === "nftables") return [1, endpoints > 0 ? 1 : 0, endpoints];
  return [1, rulesExamined, endpoints > 0 ? (endpoints + 1) / 2 : 0];
}

const fits = new Map<ProxyProgram, Fit>();

/** One measured median. */
export interface MeasuredConnection {
  readonly services: number;
  readonly target: ConnectionTarget;
  readonly ns: number;
}

/** The medians of a program, four for each row of the table: direct, first, middle, last. */
export function measuredConnections(program: ProxyProgram): readonly MeasuredConnection[] {
  const found: MeasuredConnection[] = [];
  for (const [name, services, each, direct, first, middle, last] of MEASURED_CONNECTIONS) {
    if (name !== program) continue;
    const add = (rulesExamined: number, endpoints: number, us: number): void => {
      found.push({ services, target: { rulesExamined, endpoints }, ns: us * NS_PER_US });
    };
    add(services, 0, direct);
    add(1, each, first);
    add((services + 1) / 2, each, middle);
    add(services, each, last);
  }
  return found;
}

/** The fit behind {@link connectNs}, with its errors against {@link measuredConnections}. */
export function connectionFit(program: ProxyProgram): Fit {
  let fit = fits.get(program);
  if (fit === undefined) {
    const rows = measuredConnections(program);
    fit = fitRelative(
      rows.map(({ target }) => features(program, target)),
      rows.map(({ ns }) => ns),
    );
    fits.set(program, fit);
  }
  return fit;
}

/** What one rule costs a new connection (ns): as fitted, and the range over the measured rows. */
export function ruleCostNs(program: "iptables-nft" | "iptables-legacy"): {
  readonly fittedNs: number;
  readonly lowestNs: number;
  readonly highestNs: number;
} {
  const slopes: number[] = [];
  for (const [name, services, , , first, , last] of MEASURED_CONNECTIONS) {
    // With fewer rules the noise of the machine is larger than what they cost.
    if (name !== program || services < 1000) continue;
    slopes.push(((last - first) * NS_PER_US) / (services - 1));
  }
  return {
    fittedNs: connectionFit(program).coefficients[1] as number,
    lowestNs: Math.min(...slopes),
    highestNs: Math.max(...slopes),
  };
}

/**
 * Median time of a TCP connect between two pods of one node (ns) where a Service's rules are gone
 * through: what a first packet costs. Packets of a connection that stands cost none of it.
 *
 * Fitted to measurements of kube-proxy 1.36.2 with up to 10,000 Services and, for one Service, 5,000
 * endpoints; beyond that it extrapolates along straight lines. ipvs, eBPF and userspace were not
 * measured: see {@link ASSUMED_CONNECTIONS}.
 */
export function connectNs(proxy: ProxyKind, target: ConnectionTarget): number {
  if (proxy === "ipvs" || proxy === "ebpf" || proxy === "userspace") {
    const base = connectionFit("nftables").coefficients[0] as number;
    return Math.round(base + (target.endpoints > 0 ? ASSUMED_CONNECTIONS[proxy].connectNs : 0));
  }
  return Math.round(weighted(features(proxy, target), connectionFit(proxy).coefficients));
}

/**
 * Time added to a connection through a Service (ns), without a measurement of ours. ipvs: a hash
 * look-up; published is only that nftables is slightly faster. eBPF: a hash look-up at connect time
 * and no translation. userspace: a second connection, and every byte through a process of its own.
 */
export const ASSUMED_CONNECTIONS: Readonly<
  Record<"ipvs" | "ebpf" | "userspace", { readonly connectNs: number; readonly perByteNs: number }>
> = {
  ipvs: { connectNs: 2000, perByteNs: 0 },
  ebpf: { connectNs: 500, perByteNs: 0 },
  userspace: { connectNs: 100_000, perByteNs: 1 },
};
