import {
  connectionFit,
  connectNs,
  measuredConnections,
  measuredSyncs,
  type ProxyProgram,
  PUBLISHED_FIRST_PACKETS,
  proxySyncCost,
  ruleCostNs,
  syncFit,
  syncNs,
} from "@k8s-netsim/k8s-model/data-plane";
import { describe, expect, test } from "vitest";

const PROGRAMS: readonly ProxyProgram[] = ["iptables-nft", "iptables-legacy", "nftables"];

describe("fits are as close to what was measured as the pages say", () => {
  test("syncs: root mean square and worst of the relative errors", () => {
    const rounded = (value: number): number => Math.round(value * 1000) / 1000;
    const spreads = PROGRAMS.flatMap((program) =>
      (["full-from-empty", "full", "partial"] as const).map((kind) => {
        const { spread, errors } = syncFit(program, kind);
        const worst = Math.max(...errors.map(Math.abs));
        return `${program} ${kind}: ${rounded(spread)}, worst ${rounded(worst)}, ${errors.length} rows`;
      }),
    );
    expect(spreads).toMatchInlineSnapshot(`
      [
        "iptables-nft full-from-empty: 0.19, worst 0.447, 17 rows",
        "iptables-nft full: 0.145, worst 0.232, 8 rows",
        "iptables-nft partial: 0.071, worst 0.152, 17 rows",
        "iptables-legacy full-from-empty: 0.124, worst 0.247, 15 rows",
        "iptables-legacy full: 0.099, worst 0.198, 10 rows",
        "iptables-legacy partial: 0.094, worst 0.177, 15 rows",
        "nftables full-from-empty: 0.136, worst 0.268, 19 rows",
        "nftables full: 0.12, worst 0.32, 15 rows",
        "nftables partial: 0.141, worst 0.364, 19 rows",
      ]
    `);
  });

  test("connections: the same", () => {
    const spreads = PROGRAMS.map((program) => {
      const { spread, errors } = connectionFit(program);
      const worst = Math.max(...errors.map(Math.abs));
      return `${program}: ${spread.toFixed(3)}, worst ${worst.toFixed(3)}, ${errors.length} rows`;
    });
    expect(spreads).toMatchInlineSnapshot(`
      [
        "iptables-nft: 0.134, worst 0.286, 40 rows",
        "iptables-legacy: 0.119, worst 0.271, 40 rows",
        "nftables: 0.112, worst 0.220, 40 rows",
      ]
    `);
  });

  test("a fit answers a measured row with the error that it tells", () => {
    for (const program of PROGRAMS) {
      const rows = measuredSyncs(program, "partial");
      const { errors } = syncFit(program, "partial");
      for (const [i, { size, ns }] of rows.entries()) {
        expect(syncNs(program, "partial", size) / ns - 1).toBeCloseTo(errors[i] as number, 6);
      }
      const connections = measuredConnections(program);
      for (const [i, { target, ns }] of connections.entries()) {
        const told = connectionFit(program).errors[i] as number;
        expect(connectNs(program, target) / ns - 1).toBeCloseTo(told, 4);
      }
    }
  });
});

describe("costs grow as they do in life", () => {
  const at = (services: number) => ({
    services,
    endpoints: 3 * services,
    changedServices: 1,
    changedEndpoints: 3,
  });

  test("more Services never make a sync or a connection cheaper", () => {
    for (const program of PROGRAMS) {
      for (const kind of ["full-from-empty", "full", "partial"] as const) {
        let before = 0;
        for (const services of [1, 10, 100, 333, 2000, 10_000, 30_000]) {
          const ns = syncNs(program, kind, at(services));
          // From one Service to the next, iptables stops reading its rules back at 1,000 endpoints.
          if (!(kind === "partial" && services === 2000)) expect(ns).toBeGreaterThan(before);
          before = ns;
        }
      }
    }
  });

  test("a rule costs what the README of the measurements says: 15 to 23 ns, 3.3 to 4 ns", () => {
    const nft = ruleCostNs("iptables-nft");
    const legacy = ruleCostNs("iptables-legacy");
    expect([nft.lowestNs, nft.fittedNs, nft.highestNs].map(Math.round)).toEqual([15, 16, 23]);
    expect(legacy.lowestNs).toBeGreaterThan(3);
    expect(legacy.highestNs).toBeLessThan(4);
    const last = { rulesExamined: 30_000, endpoints: 1 };
    const first = { rulesExamined: 1, endpoints: 1 };
    expect(connectNs("nftables", last)).toBe(connectNs("nftables", first));
  });

  test("what the rules add is within a factor of two of the published chart", () => {
    const { fittedNs } = ruleCostNs("iptables-nft");
    for (const { mode, services, p50Ms } of PUBLISHED_FIRST_PACKETS) {
      if (mode !== "iptables") continue;
      const predictedMs = 0.012 + (fittedNs * services) / 2 / 1e6;
      expect(predictedMs / p50Ms).toBeGreaterThan(0.5);
      expect(predictedMs / p50Ms).toBeLessThan(2);
    }
  });

  test("kube-proxies of a fleet get their run times from the same fits", () => {
    const cost = proxySyncCost("nftables");
    const all = { services: 1000, endpoints: 3000 };
    expect(cost.partialSyncNs({ services: 1, endpoints: 3 }, all)).toBe(
      syncNs("nftables", "partial", at(1000)),
    );
    expect(cost.fullSyncNs(all)).toBeGreaterThan(cost.partialSyncNs(all, all));
  });
});
