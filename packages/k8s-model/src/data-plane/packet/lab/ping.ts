import type { Steps } from "@k8s-netsim/sim-core";
import type { Lab } from "./lab.ts";

const MS = 1_000_000;
const ECHO_BYTES = 56;
const INTERVAL_NS = 300 * MS;
const WAIT_NS = 1000 * MS;

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
  host.watchIcmp(({ type, code, echo, quoted }, { source }) => {
    if (type === 0 && echo?.identifier === identifier) received += 1;
    const inner = quoted?.packet.transport;
    if (type !== 3 || inner?.kind !== "icmp" || inner.echo?.identifier !== identifier) return;
    unreachable += 1;
    const what = code === 3 ? "Destination Port Unreachable" : "Destination Host Unreachable";
    lines.push(`From ${source} icmp_seq=${inner.echo.sequence} ${what}`);
  });
  const startNs = lab.simulation.now;
  let sentNs = 0;
  for (let sequence = 1; sequence <= count; sequence++) {
    if (sequence > 1) yield INTERVAL_NS;
    sentNs = lab.simulation.now - startNs;
    host.namespace.send({
      source: host.namespace.sourceFor(address) ?? "0.0.0.0",
      destination: address,
      ttl: 64,
      dontFragment: true,
      identification: 0,
      transport: {
        kind: "icmp",
        type: 8,
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
