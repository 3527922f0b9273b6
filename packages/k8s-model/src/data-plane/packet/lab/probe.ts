import type { Steps } from "@k8s-netsim/sim-core";
import { answerText, type Target, tcpExchange, udpExchange } from "./clients.ts";
import type { Lab } from "./lab.ts";
import { addressOf } from "./places.ts";
import type { Situation } from "./situation.ts";

/** Whom a probe addresses: a Service's cluster IP, a node, or an address as it stands. */
export type Destination =
  | { readonly service: string }
  | { readonly node: string }
  | { readonly address: string };

/** One or two exchanges with one destination: TCP first, then UDP. */
export interface Probe {
  readonly from: string;
  readonly to: Destination;
  readonly tcp?: number;
  readonly udp?: number;
  readonly source?: string;
  readonly tcpTimeoutMs?: number;
  /** What the notes call the outcome; `tcp` and `udp` where absent. */
  readonly label?: string;
}

type Settings = Omit<Situation, "id" | "about" | "play">;

/** A situation that is one probe. */
export function probing(
  id: string,
  about: string,
  probe: Probe,
  settings: Settings = {},
): Situation {
  return { id, about, ...settings, play: (lab) => playProbe(lab, probe) };
}

function* playProbe(lab: Lab, probe: Probe): Steps<void> {
  const { from, tcp, udp, source, label } = probe;
  const address = destinationOf(lab, probe.to);
  const target = (port: number): Target => ({
    from,
    address,
    port,
    ...(source === undefined ? {} : { source }),
  });
  if (tcp !== undefined) {
    const timeoutMs = probe.tcpTimeoutMs ?? 1500;
    const answer = yield* tcpExchange(lab, { ...target(tcp), timeoutMs });
    lab.note(label ?? "tcp", answerText(answer));
  }
  if (udp !== undefined) {
    const answer = yield* udpExchange(lab, target(udp));
    lab.note(label ?? "udp", answerText(answer));
  }
}

function destinationOf(lab: Lab, to: Destination): string {
  if ("address" in to) return to.address;
  if ("node" in to) return addressOf(lab, to.node);
  return lab.service(to.service).clusterIP;
}
