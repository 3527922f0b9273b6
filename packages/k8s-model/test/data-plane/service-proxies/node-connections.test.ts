import type { Endpoint } from "@k8s-netsim/k8s-model/api";
import {
  type NewConnection,
  NodeConnections,
  serviceProxy,
} from "@k8s-netsim/k8s-model/data-plane";
import { describe, expect, test } from "vitest";
import { LAB_NODE, type LabEdit, labPorts, labServices } from "./lab.ts";

const SECOND = 1_000_000_000;
const CONTEXT = { nowNs: 0, random: () => 0 };

const to = (protocol: "TCP" | "UDP", destination: string, sourcePort: number): NewConnection => ({
  protocol,
  origin: "pod",
  source: "10.244.1.2",
  sourcePort,
  destination,
  destinationPort: protocol === "TCP" ? 80 : 53,
});

const TCP_FLOW = 40_000;
const UDP_FLOW = 40_001;
const NEW_FLOW = 40_002;

/** Opens a TCP and a UDP flow to a Service, changes it, and asks where packets go then. */
function outcomes(
  kind: "iptables-nft" | "nftables" | "ipvs",
  name: string,
  address: string,
  edit: LabEdit,
  conditions?: Endpoint["conditions"],
): Record<string, string> {
  const node = new NodeConnections(serviceProxy(kind, LAB_NODE), LAB_NODE, 1000);
  node.program({ ports: labPorts(), changed: new Set(), nowNs: 0 }, labServices());
  node.packet(to("TCP", address, TCP_FLOW), CONTEXT);
  node.packet(to("UDP", address, UDP_FLOW), CONTEXT);
  const only: LabEdit = (one) => (one.name === name ? edit(one) : one);
  node.program(
    {
      ports: labPorts(only, conditions),
      changed: new Set([`default/${name}`]),
      nowNs: SECOND,
    },
    labServices(only, conditions),
  );
  const ask = (protocol: "TCP" | "UDP", sourcePort: number): string => {
    const context = { ...CONTEXT, nowNs: 2 * SECOND };
    const { verdict, endpoint } = node.packet(to(protocol, address, sourcePort), context);
    return endpoint ?? verdict;
  };
  return {
    "established TCP": ask("TCP", TCP_FLOW),
    "same UDP socket": ask("UDP", UDP_FLOW),
    "new TCP": ask("TCP", NEW_FLOW),
    "new UDP": ask("UDP", NEW_FLOW),
  };
}

describe.each(["iptables-nft", "nftables", "ipvs"] as const)("flows under a change, %s", (kind) => {
  test("an endpoint that moves keeps its TCP connections; UDP sockets follow the new one", () => {
    const moved: LabEdit = (one) => ({ ...one, pods: ["b1"] });
    expect(outcomes(kind, "moves", "10.96.0.19", moved)).toEqual({
      "established TCP": "10.244.2.3:8080",
      "same UDP socket": "10.244.1.3:5353",
      "new TCP": "10.244.1.3:8080",
      "new UDP": "10.244.1.3:5353",
    });
  });

  test("when the last endpoint goes, both old flows keep reaching it and new ones are refused", () => {
    const emptied: LabEdit = (one) => ({ ...one, pods: [] });
    expect(outcomes(kind, "dies", "10.96.0.20", emptied)).toEqual({
      "established TCP": "10.244.2.3:8080",
      "same UDP socket": "10.244.2.3:5353",
      "new TCP": "reject",
      "new UDP": "reject",
    });
  });

  test("an endpoint that terminates and serves, the only one, still gets new flows", () => {
    const same: LabEdit = (one) => one;
    const conditions = { ready: false, serving: true, terminating: true };
    expect(outcomes(kind, "term", "10.96.0.21", same, conditions)).toEqual({
      "established TCP": "10.244.2.3:8080",
      "same UDP socket": "10.244.2.3:5353",
      "new TCP": "10.244.2.3:8080",
      "new UDP": "10.244.2.3:5353",
    });
  });

  test("old flows outlive the Service itself", () => {
    const gone: LabEdit = () => undefined;
    const { "new TCP": fresh, ...old } = outcomes(kind, "moves", "10.96.0.19", gone);
    expect(old["established TCP"]).toBe("10.244.2.3:8080");
    expect(old["same UDP socket"]).toBe("10.244.2.3:5353");
    expect(fresh).toBe(kind === "nftables" ? "drop" : "pass");
  });
});

test("a full table drops first packets and leaves standing connections alone", () => {
  const node = new NodeConnections(serviceProxy("nftables", LAB_NODE), LAB_NODE, 2);
  node.program({ ports: labPorts(), changed: new Set(), nowNs: 0 }, labServices());
  const ask = (sourcePort: number) => node.packet(to("TCP", "10.96.0.10", sourcePort), CONTEXT);
  for (const port of [1, 2]) for (let i = 0; i < 3; i++) ask(port);
  expect(ask(3)).toEqual({ verdict: "drop", endpoint: undefined, because: "full" });
  expect(ask(1).because).toBe("tracked");
});
