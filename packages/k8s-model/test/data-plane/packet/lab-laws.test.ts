import {
  addressOf,
  answerText,
  type Lab,
  LINUX_6_18,
  LINUX_BEFORE_6_5,
  type ProxyMode,
  packetBytes,
  playSituation,
  type Situation,
  type Transport,
  tcpExchange,
  udpExchange,
} from "@k8s-netsim/k8s-model/data-plane";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asking, planOf, seenAt, serviceOf } from "./lab-fixtures.ts";

const modes: readonly ProxyMode[] = ["iptables", "nftables"];
const anyMode = fc.constantFrom(...modes);
const octet = fc.integer({ min: 1, max: 200 });

function ports(transport: Transport): readonly [number, number] {
  if (transport.kind !== "tcp" && transport.kind !== "udp") throw new TypeError(transport.kind);
  return [transport.sourcePort, transport.destinationPort];
}

function tcpBytes(transport: Transport): number {
  return transport.kind === "tcp" ? transport.payload.length : 0;
}

describe("packets follow addresses, MTUs and endpoints, whatever they are", () => {
  it("a cluster IP and its port are translated on the client's node and nowhere else", () => {
    const port = fc.integer({ min: 1, max: 1023 });
    const serverPort = fc.integer({ min: 1024, max: 9999 });
    fc.assert(
      fc.property(octet, octet, port, serverPort, anyMode, (underlay, pods, port, server, mode) => {
        const plan = planOf({ underlay, pods, serverPort: server });
        const services = [serviceOf(plan, `10.99.7.${underlay}`, undefined, port)];
        const lab = playSituation(asking(1), { seed: "law", mode, plan, services });
        const [first] = seenAt(lab, "a1:eth0");
        const [last] = seenAt(lab, "e0:eth0");
        const pod = addressOf(lab, "a1");
        expect(first?.frame.packet).toMatchObject({
          source: pod,
          destination: `10.99.7.${underlay}`,
          ttl: 64,
        });
        expect(last?.frame.packet).toMatchObject({
          source: pod,
          destination: addressOf(lab, "e0"),
          ttl: 62,
        });
        const [sourcePort, asked] = ports(first?.frame.packet.transport as Transport);
        expect(asked).toBe(port);
        expect(ports(last?.frame.packet.transport as Transport)).toEqual([sourcePort, server]);
        expect(seenAt(lab, "e0:eth0")).toHaveLength(seenAt(lab, "a1:eth0").length);
        expect(lab.notes[0]?.result).toBe(`e0 sees ${pod}:${sourcePort} `);
      }),
      { numRuns: 25 },
    );
  });

  it("a node port masquerades with the node's address, and answers find their way back", () => {
    const nodePorts = fc.integer({ min: 30_000, max: 32_600 });
    fc.assert(
      fc.property(octet, octet, nodePorts, anyMode, (underlay, pods, nodePort, mode) => {
        const plan = planOf({ underlay, pods });
        const situation: Situation = {
          id: "outside",
          about: "From outside to a node port.",
          *play(lab: Lab) {
            const target = { from: "cl", address: addressOf(lab, "n1"), port: nodePort };
            lab.note("tcp", answerText(yield* tcpExchange(lab, target)));
            lab.note(
              "udp",
              answerText(yield* udpExchange(lab, { ...target, port: nodePort + 100 })),
            );
          },
        };
        const services = [serviceOf(plan, "10.99.0.9", nodePort)];
        const lab = playSituation(situation, { seed: "law", mode, plan, services });
        const node = addressOf(lab, "n1");
        for (const { result } of lab.notes) expect(String(result)).toContain(`e0 sees ${node}:`);
        for (const { frame } of seenAt(lab, "cl:eth0")) {
          expect([frame.packet.source, frame.packet.destination].sort()).toEqual(
            [node, plan.client.addresses[0]].sort(),
          );
        }
      }),
      { numRuns: 15 },
    );
  });

  it("nothing larger than the path leaves the node, and everything arrives", () => {
    const sizes = fc.integer({ min: 200, max: 9000 });
    const mtus = fc.integer({ min: 600, max: 1450 });
    fc.assert(
      fc.property(sizes, mtus, anyMode, (bytes, overlayMtu, mode) => {
        const plan = planOf({ underlay: 3, pods: 50, overlayMtu });
        const head = `big ${bytes} `;
        const text = head + "x".repeat(bytes - head.length);
        const services = [serviceOf(plan, "10.99.0.9")];
        const options = { seed: "law", mode, plan, services, network: "vxlan" } as const;
        const lab = playSituation(asking(1, text), options);
        expect(lab.notes[0]?.result).toBe(`big${bytes}`);
        for (const { frame } of seenAt(lab, "n1:flannel.1")) {
          expect(packetBytes(frame.packet)).toBeLessThanOrEqual(overlayMtu);
        }
        for (const { frame } of seenAt(lab, "n1:eth0")) {
          expect(packetBytes(frame.packet)).toBeLessThanOrEqual(plan.underlayMtu);
        }
        const tooBig = seenAt(lab, "a1:eth0").filter(({ frame: { packet } }) => {
          return tcpBytes(packet.transport) > 0 && packetBytes(packet) > overlayMtu;
        });
        const errors = seenAt(lab, "a1:eth0").flatMap(({ frame: { packet } }) =>
          packet.transport.kind === "icmp" ? [packet.transport] : [],
        );
        expect(errors).toHaveLength(tooBig.length);
        for (const error of errors)
          expect(error).toMatchObject({ type: 3, code: 4, mtu: overlayMtu });
      }),
      { numRuns: 30 },
    );
  });

  it("every endpoint gets its share of new connections, in both modes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), anyMode, (endpoints, mode) => {
        const plan = planOf({ underlay: 3, pods: 50, endpoints });
        const services = [serviceOf(plan, "10.99.0.9")];
        const connections = 60 * endpoints;
        const lab = playSituation(asking(connections), { seed: "law", mode, plan, services });
        const counts = new Map<string, number>();
        for (const { result } of lab.notes) {
          const pod = String(result).split(" ")[0] as string;
          counts.set(pod, (counts.get(pod) ?? 0) + 1);
        }
        expect(counts.size).toBe(endpoints);
        // Five standard deviations of a binomial count of mean 60.
        for (const count of counts.values()) expect(Math.abs(count - 60)).toBeLessThan(5 * 8);
      }),
      { numRuns: 10 },
    );
  });
});

describe("a refusal is one ICMP error, and errors have a budget", () => {
  it("is six at once and one a second for each destination", () => {
    const plan = planOf({ underlay: 3, pods: 50 });
    const services = [{ name: "web", clusterIP: "10.99.0.9", endpoints: [] }];
    const situation: Situation = {
      id: "refused",
      about: "Datagrams to a Service without endpoints.",
      *play(lab: Lab) {
        for (let i = 0; i < 40; i++) {
          const target = { from: "a1", address: "10.99.0.9", port: 53, timeoutMs: 100 };
          yield* udpExchange(lab, target);
          yield 100_000_000;
        }
      },
    };
    for (const mode of modes) {
      const lab = playSituation(situation, { seed: "law", mode, plan, services });
      const errors = seenAt(lab, "a1:eth0").filter(
        ({ frame }) => frame.packet.transport.kind === "icmp",
      );
      const seconds = (lab.sightings.at(-1)?.atNs ?? 0) / 1e9;
      expect(errors.length).toBeGreaterThanOrEqual(6 + Math.floor(seconds) - 1);
      expect(errors.length).toBeLessThanOrEqual(6 + Math.ceil(seconds));
      expect(errors[0]?.frame.packet).toMatchObject({ source: "10.50.1.1" });
    }
  });
});

describe("a SYN without answer is sent again", () => {
  const plan = planOf({ underlay: 3, pods: 50 });
  const services = [{ name: "web", clusterIP: "10.99.0.9", endpoints: ["10.50.2.77"] }];
  const silent: Situation = {
    id: "silent",
    about: "Nobody is at the endpoint's address.",
    *play(lab: Lab) {
      yield* tcpExchange(lab, { from: "a1", address: "10.99.0.9", port: 80, timeoutMs: 9000 });
    },
  };
  function gapsSeconds(tcp: typeof LINUX_6_18): readonly number[] {
    const lab = playSituation(silent, { seed: "law", mode: "iptables", plan, services, tcp });
    const times = seenAt(lab, "a1:eth0").map(({ atNs }) => atNs / 1e9);
    return times.slice(1).map((time, i) => Math.round(time - (times[i] as number)));
  }

  it("every second at first on Linux 6.18", () => {
    expect(gapsSeconds(LINUX_6_18)).toEqual([1, 1, 1, 1, 1, 2]);
  });

  it("after 1, 2 and 4 s before Linux 6.5", () => {
    expect(gapsSeconds(LINUX_BEFORE_6_5)).toEqual([1, 2, 4]);
  });
});

describe("a lab keeps its promises", () => {
  it("shows the same packets under the same seed, and other ports under another", () => {
    const plan = planOf({ underlay: 3, pods: 50, endpoints: 4 });
    const services = [serviceOf(plan, "10.99.0.9")];
    const play = (seed: string): string => {
      const lab = playSituation(asking(5), { seed, mode: "nftables", plan, services });
      return JSON.stringify(lab.sightings);
    };
    expect(play("one")).toBe(play("one"));
    expect(play("one")).not.toBe(play("two"));
  });
});
