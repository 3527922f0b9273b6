import { Store } from "@k8s-netsim/sim-core";
import { ipHeaderBytes, UDP_BYTES } from "../wire/index.ts";
import type { IcmpErrorKind } from "./icmp-errors.ts";
import type { NetworkNamespace } from "./network-namespace.ts";
import type { Ends } from "./socket-ends.ts";
import { errorOfIcmp, type Reading, type SocketErrorCode } from "./socket-error.ts";

/** A UDP socket that a program has connected to one destination. */
export class UdpSocket {
  readonly ends: Ends;
  readonly received: Store<Reading>;
  readonly #host: NetworkNamespace;
  /** An error that came between calls: the next call fails with it. */
  #pending: SocketErrorCode | undefined;

  constructor(host: NetworkNamespace, ends: Ends) {
    this.#host = host;
    this.ends = ends;
    this.received = new Store(`${host.name} reads`);
  }

  /** Sends a datagram; the error with which the call fails, if it does. */
  send(payload: string): SocketErrorCode | undefined {
    const { localAddress: source, localPort, remoteAddress: destination, remotePort } = this.ends;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined) return pending;
    const headers = ipHeaderBytes(destination) + UDP_BYTES;
    if (headers + payload.length > this.#host.pathMtu(destination)) return "EMSGSIZE";
    const failure = this.#host.send({
      source,
      destination,
      ttl: 64,
      dontFragment: true,
      identification: 0,
      transport: { kind: "udp", sourcePort: localPort, destinationPort: remotePort, payload },
    });
    if (failure === undefined) return undefined;
    return failure === "not-permitted"
      ? "EPERM"
      : failure === "too-big"
        ? "EMSGSIZE"
        : "ENETUNREACH";
  }

  receive(text: string): void {
    this.received.offer({ kind: "data", text });
  }

  receiveError(kind: IcmpErrorKind | undefined): void {
    const error = errorOfIcmp(kind);
    if (error !== undefined) this.received.offer({ kind: "error", error });
  }
}
