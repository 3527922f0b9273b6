import { type Fit, fitRelative, weighted } from "./least-squares.ts";
import { MEASURED_SYNCS } from "./measured-syncs.ts";
import type { ProxyKind, ProxyProgram } from "./proxy-program.ts";
import { iptablesSize, type SyncSize } from "./sync-size.ts";

/** What a sync does. `full-from-empty`: the first of a node; `full`: over rules that stand already. */
export type SyncKind = "full-from-empty" | "full" | "partial";

const NS_PER_MS = 1_000_000;

type Features = (size: SyncSize) => readonly number[];

/**
 * What the time of a sync grows with. iptables with the nf_tables back end: a full sync with the
 * square of the chains; the legacy back end reads and writes the whole table each time; below 1,001
 * endpoints kube-proxy also reads all rules back; nft looks at all chains, whatever changed.
 */
const FEATURES: Readonly<Record<ProxyProgram, Readonly<Record<"full" | "partial", Features>>>> = {
  "iptables-nft": {
    full(size) {
      const { rules, chains } = iptablesSize(size);
      return [1, rules, chains * chains];
    },
    partial(size) {
      const { rules, rulesWritten, chainsWritten, rulesRead } = iptablesSize(size);
      const { services } = size;
      return [
        1,
        rulesWritten,
        chainsWritten * chainsWritten,
        rules,
        services * services,
        rulesRead,
      ];
    },
  },
  "iptables-legacy": {
    full(size) {
      const { rules } = iptablesSize(size);
      return [1, rules, rules * rules];
    },
    partial(size) {
      const { rules, rulesWritten, rulesRead } = iptablesSize(size);
      return [1, rules, rulesWritten, rulesRead, rules * rules];
    },
  },
  nftables: {
    full: ({ services, endpoints }) => [
      1,
      services,
      services * services,
      services * services * services,
      endpoints,
    ],
    partial: ({ services, endpoints }) => [1, services, services * services, endpoints],
  },
};

const fits = new Map<string, Fit>();

/** The fit behind {@link syncNs}, with its errors against the rows of {@link measuredSyncs}. */
export function syncFit(program: ProxyProgram, kind: SyncKind): Fit {
  const key = `${program} ${kind}`;
  let fit = fits.get(key);
  if (fit === undefined) {
    const rows = measuredSyncs(program, kind);
    const features = FEATURES[program][kind === "partial" ? "partial" : "full"];
    fit = fitRelative(
      rows.map(({ size }) => features(size)),
      rows.map(({ ns }) => ns),
    );
    fits.set(key, fit);
  }
  return fit;
}

/** One measured sync. */
export interface MeasuredSync {
  readonly version: string;
  readonly size: SyncSize;
  readonly ns: number;
}

/** What was measured of a program, in the order of the table. */
export function measuredSyncs(program: ProxyProgram, kind: SyncKind): readonly MeasuredSync[] {
  const rows: MeasuredSync[] = [];
  for (const [name, version, services, each, empty, partial, existing] of MEASURED_SYNCS) {
    if (name !== program) continue;
    const ms = kind === "partial" ? partial : kind === "full" ? existing : empty;
    if (ms === undefined) continue;
    const endpoints = services * each;
    const size = { services, endpoints, changedServices: 1, changedEndpoints: each };
    rows.push({ version, size, ns: ms * NS_PER_MS });
  }
  return rows;
}

/**
 * How long one sync takes (ns). For the two iptables programs and nftables it follows a fit through
 * measured syncs of up to 10,000 Services and 100,000 endpoints; beyond, it extrapolates.
 *
 * Not measured, assumed: ipvs costs what kube-proxy itself needs to go through all Services plus a
 * netlink call for each changed endpoint; eBPF and userspace a map write or none for each of them.
 */
export function syncNs(proxy: ProxyKind, kind: SyncKind, size: SyncSize): number {
  if (proxy === "ipvs" || proxy === "ebpf" || proxy === "userspace") {
    return Math.round(assumedNs(ASSUMED_SYNCS[proxy], kind, size));
  }
  const features = FEATURES[proxy][kind === "partial" ? "partial" : "full"](size);
  return Math.round(weighted(features, syncFit(proxy, kind).coefficients));
}

interface AssumedSync {
  readonly baseNs: number;
  readonly perServiceNs: number;
  readonly perEndpointWrittenNs: number;
}

/** Without a source: orders of magnitude. `perServiceNs` of ipvs is kube-proxy's own measured share. */
export const ASSUMED_SYNCS: Readonly<Record<"ipvs" | "ebpf" | "userspace", AssumedSync>> = {
  ipvs: { baseNs: 10 * NS_PER_MS, perServiceNs: 28_000, perEndpointWrittenNs: 20_000 },
  ebpf: { baseNs: 5 * NS_PER_MS, perServiceNs: 0, perEndpointWrittenNs: 10_000 },
  userspace: { baseNs: NS_PER_MS, perServiceNs: 0, perEndpointWrittenNs: 1_000 },
};

function assumedNs(assumed: AssumedSync, kind: SyncKind, size: SyncSize): number {
  const partial = kind === "partial";
  const endpoints = partial ? size.changedEndpoints : size.endpoints;
  const services = partial ? size.changedServices : size.services;
  return (
    assumed.baseNs +
    assumed.perServiceNs * size.services +
    assumed.perEndpointWrittenNs * (endpoints + services)
  );
}
