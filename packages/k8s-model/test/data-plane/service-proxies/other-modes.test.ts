import {
  type NewConnection,
  type ProxyVerdict,
  type ServiceProxy,
  serviceProxy,
} from "@k8s-netsim/k8s-model/data-plane";
import { measureProxySize } from "@k8s-netsim/k8s-model/scenario";
import { describe, expect, test } from "vitest";
import { LAB_NODE, labPorts } from "./lab.ts";

const A1 = "10.244.1.2";
const NODE = "192.168.0.11";
const CLIENT = "192.168.0.100";

function lab(kind: "ipvs" | "ebpf" | "userspace", algorithm?: "random" | "maglev"): ServiceProxy {
  const proxy = serviceProxy(kind, LAB_NODE, algorithm ? { ebpf: { algorithm } } : {});
  proxy.program({ ports: labPorts(), changed: new Set(), nowNs: 0 });
  return proxy;
}

function ask(
  proxy: ServiceProxy,
  origin: NewConnection["origin"],
  source: string,
  destination: string,
  destinationPort: number,
  sourcePort = 40_000,
): ProxyVerdict {
  return proxy.route(
    { protocol: "TCP", origin, source, sourcePort, destination, destinationPort },
    { nowNs: 0, random: () => 0 },
  );
}

describe("modes that were not measured keep the rules of Services", () => {
  test.each([
    ["ipvs", "reject", "reject"],
    ["ebpf", "drop", "pass"],
    ["userspace", "reject", "pass"],
  ] as const)("%s", (kind, withoutLocal, unknownPort) => {
    const proxy = lab(kind);
    expect(ask(proxy, "pod", A1, "10.96.0.14", 80).verdict).toBe("reject");
    expect(ask(proxy, "outside", CLIENT, NODE, 30081).verdict).toBe(withoutLocal);
    expect(ask(proxy, "pod", A1, NODE, 30081).endpoint).toBe("10.244.2.3:8080");
    expect(ask(proxy, "pod", A1, "10.96.0.10", 81).verdict).toBe(unknownPort);
    expect(ask(proxy, "pod", A1, "10.96.0.99", 80).verdict).toBe("pass");
    const allowed = ask(proxy, "outside", "192.168.0.5", "203.0.113.10", 80);
    expect(allowed.endpoint).toBe("10.244.2.3:8080");
    const refused = ask(proxy, "outside", CLIENT, "203.0.113.10", 80).verdict;
    expect(["drop", "reject"]).toContain(refused);
  });

  test("an endpoint sees the client in ipvs and eBPF inside the cluster, a node in userspace", () => {
    const seen = (["ipvs", "ebpf", "userspace"] as const).map(
      (kind) => ask(lab(kind), "pod", A1, "10.96.0.11", 80).sourceSeen,
    );
    expect(seen).toEqual(["client", "client", "node"]);
  });

  test("a pod that reaches itself sees the node's address in ipvs, its own under eBPF", () => {
    const hairpin = (kind: "ipvs" | "ebpf"): string =>
      ask(lab(kind), "pod", A1, "10.96.0.12", 80).sourceSeen;
    expect([hairpin("ipvs"), hairpin("ebpf")]).toEqual(["node", "client"]);
  });
});

test("under Maglev every node sends a flow to the same endpoint, under random choice not", () => {
  const moved = { ...LAB_NODE, nodeName: "n2", addresses: ["192.168.0.12"] };
  const ports = labPorts((one) =>
    one.name === "npc" ? { ...one, pods: ["b1", "b2", "a1", "a2"] } : one,
  );
  const choices = (algorithm: "random" | "maglev", node: typeof LAB_NODE, draw: number) => {
    const proxy = serviceProxy("ebpf", node, { ebpf: { algorithm } });
    proxy.program({ ports, changed: new Set(), nowNs: 0 });
    return Array.from(
      { length: 50 },
      (_, i) =>
        proxy.route(
          {
            protocol: "TCP",
            origin: "outside",
            source: CLIENT,
            sourcePort: 1024 + i,
            destination: "10.96.0.16",
            destinationPort: 80,
          },
          { nowNs: 0, random: () => draw },
        ).endpoint,
    );
  };
  const maglev = choices("maglev", LAB_NODE, 0);
  expect(choices("maglev", moved, 0.9)).toEqual(maglev);
  expect(new Set(maglev).size).toBe(4);
  expect(choices("random", moved, 0.9)).not.toEqual(choices("random", LAB_NODE, 0));
});

test("userspace takes turns", () => {
  const proxy = lab("userspace");
  const turns = [0, 1, 2, 3].map((i) => ask(proxy, "pod", A1, "10.96.0.15", 80, i).endpoint);
  expect(turns).toEqual([
    "10.244.1.3:8080",
    "10.244.2.3:8080",
    "10.244.1.3:8080",
    "10.244.2.3:8080",
  ]);
});

test("ipvs counts connections until they close: least-connection follows", () => {
  const proxy = serviceProxy("ipvs", LAB_NODE, { ipvsScheduler: "lc" });
  proxy.program({ ports: labPorts(), changed: new Set(), nowNs: 0 });
  const connection: NewConnection = {
    protocol: "TCP",
    origin: "pod",
    source: A1,
    sourcePort: 1,
    destination: "10.96.0.15",
    destinationPort: 80,
  };
  const next = (): string => proxy.route(connection, { nowNs: 0, random: () => 0 }).endpoint ?? "";
  const first = next();
  const second = next();
  expect(second).not.toBe(first);
  proxy.closed(connection, second);
  expect(next()).toBe(second);
});

test("rules that a first packet meets grow with Services in iptables mode alone", () => {
  const at = (proxy: "iptables-nft" | "nftables", services: number) =>
    measureProxySize({ proxy, services, endpointsPerService: 3, seed: "1" });
  expect(at("nftables", 300).p99Ns).toBe(at("nftables", 10).p99Ns);
  const [few, many] = [at("iptables-nft", 10), at("iptables-nft", 300)];
  expect(many.p99Ns - few.p99Ns).toBeGreaterThan(3000);
  expect(many.p50Ns - few.p50Ns).toBeLessThan(many.p99Ns - few.p99Ns);
  expect(
    measureProxySize({ proxy: "iptables-nft", services: 300, endpointsPerService: 3, seed: "1" }),
  ).toEqual(many);
});
