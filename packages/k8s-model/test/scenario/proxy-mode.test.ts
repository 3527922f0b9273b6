import { describe, expect, test } from "vitest";
import { syncNs } from "../../src/data-plane/index.ts";
import { proxiesOf } from "../../src/scenario/world/proxy-mode.ts";

describe("a scenario's proxy mode", () => {
  const changed = { services: 1, endpoints: 3 };
  const all = { services: 1000, endpoints: 3000 };
  const size = { ...all, changedServices: 1, changedEndpoints: 3 };

  test("decides what a sync costs", () => {
    const costOf = (mode: Parameters<typeof proxiesOf>[0]): number | undefined =>
      proxiesOf(mode).proxies?.cost?.partialSyncNs(changed, all);
    expect(costOf("nftables")).toBe(syncNs("nftables", "partial", size));
    expect(costOf("iptables")).toBe(costOf("iptables-nft"));
    expect(costOf("ebpf")).toBeLessThan(costOf("iptables-legacy") as number);
    expect(costOf(undefined)).toBeUndefined();
  });

  test("decides how soon the next may follow: a second after the last in kube-proxy's rule modes", () => {
    const pauseOf = (mode: Parameters<typeof proxiesOf>[0]): number | undefined =>
      proxiesOf(mode).proxies?.periods?.minIntervalNs;
    expect(pauseOf("iptables")).toBe(1_000_000_000);
    expect(pauseOf("nftables")).toBe(1_000_000_000);
    expect(pauseOf("ipvs")).toBe(0);
  });
});
