import type { Steps } from "@k8s-netsim/sim-core";
import { anyAddress, ECHO, icmpErrorKind } from "../host/index.ts";
import { isIcmp, isIPv6 } from "../wire/index.ts";
import type { Lab } from "./lab.ts";

const MS = 1_000_000;
const ECHO_BYTES = 56;
const INTERVAL_NS = 300 * MS;
const WAIT_NS = 1000 * MS;
const UNREACHABLE: Readonly<Partial<Record<string, string>>> = {
  "port-unreachable": "Destination Port Unreachable",
  "host-unreachable": "Destination Host Unreachable",
  "no-route": "Destination Net Unreachable",
};

/** Sends so many echo requests; what `ping` prints below its first line, three lines of it. */
export function* ping(
  lab: Lab,
  from: string,
  address: string,
  count: number,
): Steps<readonly string[]> {
  const host = lab.host(from);
  const identifier = host.freePort();
  const lines: string[] = [];
  let received = 0;
  let unreachable = 0;
  const kind = isIPv6(address) ? "icmpv6" : "icmp";
  const { request, reply } = ECHO[kind];
  host.watchIcmp((message, { source }) => {
    const { type, echo, quoted } = message;
    if (type === reply && echo?.identifier === identifier) received += 1;
    const inner = quoted?.packet.transport;
    if (inner === undefined || !isIcmp(inner) || inner.echo?.identifier !== identifier) return;
    const what = UNREACHABLE[icmpErrorKind(message) ?? ""];
    if (what === undefined) return;
    unreachable += 1;
    lines.push(`From ${source} icmp_seq=${inner.echo.sequence} ${what}`);
  });
  const startNs = lab.simulation.now;
  let sentNs = 0;
  for (let sequence = 1; sequence <= count; sequence++) {
    if (sequence > 1) yield INTERVAL_NS;
    sentNs = lab.simulation.now - startNs;
    host.namespace.send({
      source: host.namespace.sourceFor(address) ?? anyAddress(address),
      destination: address,
      ttl: 64,
      dontFragment: true,
      identification: 0,
      transport: {
        kind,
        type: request,
        code: 0,
        echo: { identifier, sequence, bytes: ECHO_BYTES },
      },
    });
  }
  yield MS;
  if (received + unreachable < count) yield WAIT_NS - MS;
  const loss = Math.round((100 * (count - received)) / count);
  const time = Math.floor(sentNs / MS);
  const errors = unreachable > 0 ? `+${unreachable} errors, ` : "";
  const packets = `${count} packets transmitted, ${received} received, ${errors}${loss}% packet loss`;
  lines.push("", `--- ${address} ping statistics ---`, `${packets}, time ${time}ms`);
  return lines.slice(0, 3);
}
