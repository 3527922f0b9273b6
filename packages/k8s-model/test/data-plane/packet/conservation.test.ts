import {
  encodeFrame,
  encodePacket,
  internetChecksum,
  type Lab,
  type Packet,
  packetBytes,
  playSituation,
  portsOf,
  type Sighting,
} from "@k8s-netsim/k8s-model/data-plane";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checksumResidue } from "./checksum-residue.ts";
import { type RandomLab, randomLab, situationOf } from "./random-labs.ts";

const runs = Number(process.env.PACKET_LAB_RUNS ?? 60);

function played(lab: RandomLab): Lab {
  const { plan, services, network, mode } = lab;
  const options = { seed: "any", plan, services, network, mode, explains: true };
  return playSituation(situationOf(lab), options);
}

function checkBytes({ frame }: Sighting): void {
  const { packet } = frame;
  const bytes = frame.sourceMac === "" ? encodePacket(packet) : encodeFrame(frame).subarray(14);
  expect(bytes).toHaveLength(packetBytes(packet));
  if (!packet.source.includes(":")) expect(internetChecksum(bytes.subarray(0, 20))).toBe(0);
  const { kind } = packet.transport;
  if (packet.fragment !== undefined || kind === "sctp" || kind === "ipip") return;
  expect(checksumResidue(bytes)).toBe(0);
}

/** Ends of a packet in one order for both directions. */
function endsOf({ source, destination, transport }: Packet): string {
  const ports = portsOf(transport);
  const ends = [`${source} ${ports?.source}`, `${destination} ${ports?.destination}`];
  return [transport.kind, ...ends.sort()].join(" ");
}

function hostOf(name: string): string {
  return name.slice(0, name.lastIndexOf(":"));
}

describe("whatever is sent in whatever lab", () => {
  it("obeys the laws of packets, translation and tracking", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(randomLab, (given) => {
        const lab = played(given);
        const mtus = new Map(lab.interfaces.map(({ name, mtu }) => [name, mtu]));
        const hops = new Map<unknown, number>();
        const sent = new Map<string, Set<string>>();
        // By policy Local pods are sent on unmasqueraded, and answers may miss the node that translated.
        const returns = !given.services.some((one) => one.externalPolicyLocal === true);
        for (const sighting of lab.sightings) {
          const { frame, interface: name, sent: leaves } = sighting;
          const { packet } = frame;
          checkBytes(sighting);
          expect(packetBytes(packet)).toBeLessThanOrEqual(mtus.get(name) ?? 0);
          expect(packet.source.includes(":")).toBe(packet.destination.includes(":"));
          // What is passed on ages by one at each router, and never grows younger.
          const before = hops.get(packet.transport) ?? packet.ttl;
          expect(packet.ttl).toBeLessThanOrEqual(before);
          expect(packet.ttl).toBeGreaterThanOrEqual(before - 1);
          expect(packet.ttl).toBeGreaterThan(0);
          hops.set(packet.transport, packet.ttl);
          // Whatever comes back to a client comes from where the client has sent.
          const host = hostOf(name);
          if (!returns || lab.plan.nodes.some((node) => node.name === host)) continue;
          const own = sent.get(host) ?? new Set<string>();
          sent.set(host, own);
          const { transport } = packet;
          if (transport.kind === "icmp" || transport.kind === "icmpv6") {
            const { quoted } = transport;
            if (!leaves && quoted !== undefined) expect(own).toContain(endsOf(quoted.packet));
            continue;
          }
          const isServer = [8080, 5353].includes(portsOf(transport)?.destination ?? 0);
          if (leaves || isServer) own.add(endsOf(packet));
          else if (portsOf(transport)?.destination !== undefined && host !== "cl") {
            expect(own).toContain(endsOf(packet));
          }
        }
        for (const { name } of lab.plan.nodes) checkTracking(lab, name);
        checkOutcomes(lab, given);
      }),
      {
        numRuns: runs,
        ...(process.env.PACKET_LAB_SEED === undefined
          ? {}
          : { seed: Number(process.env.PACKET_LAB_SEED) }),
      },
    );
  });
});

/** No two live entries can be mistaken for each other, and every one was opened once. */
function checkTracking(lab: Lab, node: string): void {
  const tracking = lab.host(node).namespace.netfilter?.tracking;
  const events = lab.events(node);
  const opened = events.filter(({ kind }) => kind === "NEW").length;
  const connections = tracking?.connections() ?? [];
  const closed = lab.events(node).filter(({ kind }) => kind === "DESTROY").length;
  expect(connections.length).toBe(opened - closed);
  const ends = connections.flatMap(({ original, reply }) =>
    [original, reply].map(
      ({ protocol, source, sourcePort, destination, destinationPort, icmpType }) =>
        `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort} ${icmpType}`,
    ),
  );
  expect(new Set(ends).size).toBe(ends.length);
}

/** Whoever answers is, or was, an endpoint of the Service that was asked; and somebody answers where anybody may. */
function checkOutcomes(lab: Lab, given: RandomLab): void {
  const { probes, services, plan, endpointsAfter, changeAfter } = given;
  const names = plan.nodes.flatMap(({ pods }) => pods.map(({ name }) => name));
  for (const { what, result } of lab.notes) {
    const probe = probes[Number(what)];
    const service = services[(probe?.service ?? 0) % services.length];
    if (probe === undefined || service === undefined) continue;
    const isChanged = service.name === "s0" && Number(what) >= changeAfter;
    const later = isChanged ? endpointsAfter.map((n) => names[n % names.length] ?? "") : [];
    const who = /^(p\d+) sees/.exec(String(result))?.[1];
    if (who !== undefined) expect([...service.endpoints, ...later]).toContain(who);
    if (isChanged || service.endpoints.length === 0 || probe.to === "endpoint") continue;
    const isLocal = service.externalPolicyLocal === true || service.internalPolicyLocal === true;
    const isPort = probe.to !== "node" || service.nodePorts !== undefined;
    if (!isLocal && isPort) expect(`${what}: ${result}`).toMatch(/sees|big\d/);
  }
}
