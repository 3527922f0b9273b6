import type { Simulation } from "@k8s-netsim/sim-core";
import type { TcpProfile } from "./tcp-profile.ts";
import type { TcpReceiver } from "./tcp-receiver.ts";
import { KernelTimer } from "./timer-wheel.ts";

/** The acknowledgment that a side owes, to go out alone where no data take it along in time. */
export class DelayedAck {
  readonly #timer: KernelTimer;
  readonly #profile: TcpProfile;
  readonly #receiver: TcpReceiver;
  readonly #send: () => void;

  constructor(
    simulation: Simulation,
    profile: TcpProfile,
    receiver: TcpReceiver,
    send: () => void,
  ) {
    this.#timer = new KernelTimer(simulation, profile.tickNs);
    this.#profile = profile;
    this.#receiver = receiver;
    this.#send = send;
  }

  get isPending(): boolean {
    return this.#timer.isPending;
  }

  /** Starts to wait, unless it waits already. */
  start(): void {
    if (this.#timer.isPending) return;
    const delayNs = Math.max(this.#receiver.delayNs, this.#profile.delayedAckNs);
    this.#timer.start(delayNs, () => {
      this.#receiver.delayEnded();
      this.#send();
    });
  }

  /** An acknowledgment of all that has arrived went out. */
  done(): void {
    this.#receiver.acknowledged();
    this.#timer.stop();
  }

  stop(): void {
    this.#timer.stop();
  }
}
