import {
  addressOf,
  answerText,
  clusterIP,
  encodePacket,
  type Lab,
  type LabPlan,
  type LabService,
  PACKET_LAB,
  type ProxyMode,
  packetBytes,
  playSituation,
  type Situation,
  tcpExchange,
  udpExchange,
} from "@k8s-netsim/k8s-model/data-plane";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checksumResidue } from "./checksum-residue.ts";
import { seenAt } from "./lab-fixtures.ts";

const modes: readonly ProxyMode[] = ["iptables", "nftables"];
const anyMode = fc.constantFrom(...modes);
const group = fc.integer({ min: 1, max: 0xffff }).map((value) => value.toString(16));

/** Two nodes with both families; `first`: the one that Services and pods have first. */
function dualStack(net: string, first: "IPv4" | "IPv6" = "IPv4"): LabPlan {
  const six = {
    underlay: `fd${net.padStart(2, "0").slice(0, 2)}::/64`,
    podRange: `fd00:${net}:10::/48`,
    serviceRange: `fd00:${net}:96::/108`,
  };
  const prefix = six.underlay.replace("::/64", "");
  const node = (name: string, k: number, pods: readonly string[]) => ({
    name,
    address: `192.168.0.1${k}`,
    podRange: `10.244.${k}.0/24`,
    second: { address: `${prefix}::1${k}`, podRange: `fd00:${net}:10:${k}::/64` },
    pods: pods.map((pod, i) => ({
      name: pod,
      address: `10.244.${k}.${i + 2}`,
      secondAddress: `fd00:${net}:10:${k}::${i + 2}`,
    })),
  });
  const plan: LabPlan = {
    ...PACKET_LAB,
    nodes: [node("n1", 1, ["a1", "b1"]), node("n2", 2, ["a2", "b2"])],
    second: {
      ...six,
      clientAddresses: [`${prefix}::100`, `${prefix}::1`],
      defaultRouter: `${prefix}::1`,
    },
  };
  return first === "IPv4" ? plan : swapped(plan);
}

function swapped(plan: LabPlan): LabPlan {
  const { second, client } = plan;
  if (second === undefined) return plan;
  const { clientAddresses, ...rest } = second;
  const { underlay, defaultRouter, podRange, serviceRange } = plan;
  return {
    ...plan,
    ...rest,
    client: { ...client, addresses: clientAddresses },
    second: { underlay, defaultRouter, podRange, serviceRange, clientAddresses: client.addresses },
    nodes: plan.nodes.map((node) => ({
      ...node,
      address: node.second?.address ?? "",
      podRange: node.second?.podRange ?? "",
      second: { address: node.address, podRange: node.podRange },
      pods: node.pods.map(({ name, address, secondAddress = "" }) => ({
        name,
        address: secondAddress,
        secondAddress: address,
      })),
    })),
  };
}

function web(net: string, more: Partial<LabService> = {}): LabService {
  return {
    name: "web",
    clusterIP: "10.96.0.9",
    secondClusterIP: `fd00:${net}:96::9`,
    endpoints: ["b2"],
    ...more,
  };
}

function asking(text = "hello"): Situation {
  return {
    id: "asking",
    about: "Both families, TCP and UDP.",
    *play(lab: Lab) {
      for (const family of ["IPv4", "IPv6"] as const) {
        const address = clusterIP(lab, "web", family);
        const tcp = yield* tcpExchange(lab, { from: "a1", address, port: 80 }, { text });
        lab.note(`tcp ${family}`, tcp.text);
        const udp = yield* udpExchange(lab, { from: "a1", address, port: 53 });
        lab.note(`udp ${family}`, udp.text);
      }
    },
  };
}

describe("a dual-stack Service", () => {
  it("answers over both families, each translated by the rules of its own", () => {
    fc.assert(
      fc.property(
        group,
        anyMode,
        fc.constantFrom("IPv4" as const, "IPv6" as const),
        (net, mode, first) => {
          const plan = dualStack(net, first);
          const lab = playSituation(asking(), { seed: "six", mode, plan, services: [web(net)] });
          for (const family of ["IPv4", "IPv6"] as const) {
            const pod = addressOf(lab, "a1", family);
            for (const what of ["tcp", "udp"]) {
              const answer = lab.notes.find((note) => note.what === `${what} ${family}`);
              expect(answer?.result).toMatch(`b2 sees ${pod}:`);
            }
          }
          for (const { frame } of seenAt(lab, "b2:eth0")) {
            const { packet } = frame;
            expect(packet.source.includes(":")).toBe(packet.destination.includes(":"));
            expect(checksumResidue(encodePacket(packet))).toBe(0);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it("masquerades at node ports with the node's address of the family", () => {
    for (const mode of modes) {
      const plan = dualStack("7");
      const services = [web("7", { nodePorts: { tcp: 30_123, udp: 30_124 } })];
      const situation: Situation = {
        id: "outside",
        about: "A node port of IPv6.",
        *play(lab) {
          const address = addressOf(lab, "n1", "IPv6");
          lab.note(
            "tcp",
            answerText(yield* tcpExchange(lab, { from: "cl", address, port: 30_123 })),
          );
        },
      };
      const lab = playSituation(situation, { seed: "six", mode, plan, services });
      expect(lab.notes[0]?.result).toMatch(`b2 sees ${addressOf(lab, "n1", "IPv6")}:`);
      const [entry] = lab.events("n1");
      expect(entry?.text).toMatch(/^tcp 6 120 SYN_SENT src=fd07::100 dst=fd07::11 /);
    }
  });
});

describe("errors of ICMPv6", () => {
  it("come sooner to a whole network than to one host: of a /64 four a second", () => {
    const plan = dualStack("7");
    const services = [web("7", { endpoints: [], nodePorts: { tcp: 30_123, udp: 30_124 } })];
    const situation: Situation = {
      id: "refused outside",
      about: "Datagrams to a node port of a Service without endpoints.",
      *play(lab) {
        const address = addressOf(lab, "n1", "IPv6");
        for (let i = 0; i < 100; i++) {
          yield* udpExchange(lab, { from: "cl", address, port: 30_124, timeoutMs: 20 });
        }
      },
    };
    const lab = playSituation(situation, { seed: "six", mode: "nftables", plan, services });
    const errors = seenAt(lab, "cl:eth0").filter(
      ({ frame }) => frame.packet.transport.kind === "icmpv6",
    );
    const seconds = (errors.at(-1)?.atNs ?? 0) / 1e9;
    expect(seconds).toBeGreaterThan(1);
    expect(errors.length).toBeGreaterThanOrEqual(6 + Math.floor(4 * seconds) - 2);
    expect(errors.length).toBeLessThanOrEqual(6 + Math.ceil(4 * seconds));
  });

  it("refuse with type 1 code 4, six at once", () => {
    for (const mode of modes) {
      const plan = dualStack("7");
      const services = [web("7", { endpoints: [] })];
      const situation: Situation = {
        id: "refused",
        about: "Datagrams to a Service without endpoints.",
        *play(lab) {
          const address = clusterIP(lab, "web", "IPv6");
          for (let i = 0; i < 20; i++) {
            yield* udpExchange(lab, { from: "a1", address, port: 53, timeoutMs: 20 });
          }
        },
      };
      const lab = playSituation(situation, { seed: "six", mode, plan, services });
      const errors = seenAt(lab, "a1:eth0").filter(
        ({ frame }) => frame.packet.transport.kind === "icmpv6",
      );
      expect(errors).toHaveLength(6);
      expect(errors[0]?.frame.packet).toMatchObject({
        source: "fd00:7:10:1::1",
        transport: { type: 1, code: 4, quoted: { packet: { destination: "fd00:7:96::9" } } },
      });
      for (const { frame } of errors) {
        expect(checksumResidue(encodePacket(frame.packet))).toBe(0);
      }
    }
  });

  it("tell the sender of a path's MTU, and everything arrives; routers cut nothing", () => {
    const sizes = fc.integer({ min: 1000, max: 9000 });
    const mtus = fc.integer({ min: 1280, max: 1430 });
    fc.assert(
      fc.property(sizes, mtus, anyMode, (bytes, mtu, mode) => {
        const { overlays, ...plan } = dualStack("7");
        const vxlan = { ...overlays.vxlan, mtu };
        const head = `big ${bytes} `;
        const text = head + "x".repeat(bytes - head.length);
        const lab = playSituation(asking(text), {
          seed: "six",
          mode,
          plan: { ...plan, overlays: { ...overlays, vxlan } },
          services: [web("7")],
          network: "vxlan",
        });
        expect(lab.notes.find(({ what }) => what === "tcp IPv6")?.result).toBe(`big${bytes}`);
        for (const { frame } of seenAt(lab, "n1:flannel.1")) {
          expect(packetBytes(frame.packet)).toBeLessThanOrEqual(mtu);
          expect(frame.packet.fragment).toBeUndefined();
        }
        const told = seenAt(lab, "a1:eth0").flatMap(({ frame: { packet } }) =>
          packet.transport.kind === "icmpv6" ? [packet.transport] : [],
        );
        if (bytes > 1430) expect(told.length).toBeGreaterThan(0);
        for (const error of told) expect(error).toMatchObject({ type: 2, code: 0, mtu });
      }),
      { numRuns: 20 },
    );
  });
});

describe("tunnels", () => {
  it("carry IPv6 over IPv4, and over IPv6 with twenty bytes less room", () => {
    for (const network of ["vxlan", "geneve", "ipip", "wireguard"] as const) {
      for (const first of ["IPv4", "IPv6"] as const) {
        const plan = dualStack("7", first);
        const text = `big 4000 ${"x".repeat(3991)}`;
        const lab = playSituation(asking(text), {
          seed: "six",
          mode: "nftables",
          plan,
          services: [web("7")],
          network,
        });
        expect(lab.notes.find(({ what }) => what === "tcp IPv6")?.result).toBe("big4000");
        const outer = seenAt(lab, "n1:eth0").map(({ frame }) => frame.packet);
        expect(outer.length).toBeGreaterThan(20);
        for (const packet of outer) {
          expect(packet.source.includes(":")).toBe(first === "IPv6");
          expect(packetBytes(packet)).toBeLessThanOrEqual(1500);
          expect(packet.fragment).toBeUndefined();
        }
        expect(Math.max(...outer.map(packetBytes))).toBeGreaterThan(1460);
      }
    }
  });
});
