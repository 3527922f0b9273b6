import { readFileSync } from "node:fs";
import {
  IptablesProxy,
  iptablesDefaults,
  NftablesProxy,
  nftablesDefaults,
  nftRuleText,
  tableLines,
} from "@k8s-netsim/k8s-model/data-plane";
import { describe, expect, test } from "vitest";
import { labPorts } from "./lab.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/dataplane/${name}`, import.meta.url), "utf8");

const state = { ports: labPorts(), changed: new Set<string>(), nowNs: 0 };

describe("a node's rules are those of a real kube-proxy 1.36.2 for the same Services", () => {
  test("in nftables mode, rule by rule and element by element, as nft lists them", () => {
    const proxy = new NftablesProxy(
      nftablesDefaults("192.168.0.11", "10.244.0.0/16", ["10.96.0.0/16"]),
      "n1",
    );
    proxy.sync(state);
    const listed = readListing(fixture("rules-nftables-n1.txt"));
    const chains: Record<string, string[]> = {};
    for (const chain of proxy.table.chains()) {
      chains[chain] = (proxy.table.rules(chain) ?? []).map((rule) => nftRuleText(rule, "ip"));
    }
    expect(chains).toEqual(listed.chains);
    const elements: Record<string, string[]> = {};
    for (const name of proxy.table.containers()) {
      const pairs = [...(proxy.table.elements(name) ?? [])];
      elements[name] = pairs.map(([key, value]) => (value ? `${key} : ${value}` : key)).sort();
    }
    expect(elements).toEqual(listed.elements);
  });

  test("in iptables mode, as iptables-save lists them", () => {
    const proxy = new IptablesProxy(iptablesDefaults("192.168.0.11", "10.244.0.0/16"));
    proxy.sync(state);
    const saved = fixture("rules-iptables-nft-n1.txt").split("\n");
    for (const name of ["filter", "nat"] as const) {
      const from = saved.indexOf(`*${name}`);
      const lines = saved.slice(from, saved.indexOf("COMMIT", from));
      const expected = lines.filter((line) => line.startsWith("-A ")).map(normalised);
      const table = proxy[name];
      const chains = [...table.chains()];
      const rules = chains.flatMap((chain) => table.rules(chain) ?? []);
      const actual = tableLines({ chains: [], rules, deletedChains: [] }).map(normalised);
      expect(actual.sort()).toEqual(expected.sort());
    }
  });
});

/** Chains with their rules and sets with their elements, from `nft list table`. */
function readListing(text: string): {
  chains: Record<string, string[]>;
  elements: Record<string, string[]>;
} {
  const chains: Record<string, string[]> = {};
  const elements: Record<string, string[]> = {};
  for (const [, kind, name, body] of text.matchAll(
    /^\t(chain|set|map) (\S+) \{\n((?:\t\t.*\n)*)\t\}/gm,
  )) {
    const lines = (body as string).split("\n").map((line) => line.trim());
    if (kind === "chain") {
      chains[name as string] = lines.filter(
        (line) => line !== "" && !/^(type|comment) /.test(line),
      );
      continue;
    }
    const inside = /elements = \{([\s\S]*)\}/.exec(body as string)?.[1] ?? "";
    elements[name as string] = inside
      .split(",")
      .map((one) => one.replace(/ comment "[^"]*"/, "").trim())
      .filter((one) => one !== "")
      .sort();
  }
  return { chains, elements };
}

/** Words of a rule in one order, written alike: iptables-save does not keep the order of options. */
function normalised(line: string): string {
  const words = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
  const text = words
    .map((word, i) => {
      const address = /^-[sd]$/.test(words[i - 1] ?? "") && !word.includes("/");
      return address ? `${word}/32` : word.replace(/^(0\.\d{10})0$/, "$1");
    })
    .join(" ")
    .replace(/ --mask 255\.255\.255\.255 --rsource/, "")
    .replace(/ --reject-with icmp-port-unreachable/, "")
    .replace("--set-xmark 0x4000/0x4000", "--or-mark 0x00004000")
    .replace("--set-xmark 0x4000/0x0", "--xor-mark 0x00004000")
    .replaceAll("0x4000/0x4000", "0x00004000/0x00004000");
  return text.split(" ").sort().join(" ");
}
