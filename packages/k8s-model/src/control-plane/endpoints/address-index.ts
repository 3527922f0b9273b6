import type { EndpointAddress, EndpointSubset, EndpointsPort } from "../../api/index.ts";
import type { PodAddress } from "./address-of-pod.ts";
import { inHashOrder, inSubsetOrder, portText } from "./hash-order.ts";
import { portIdentity } from "./port-identity.ts";
import { SortedAddresses } from "./sorted-addresses.ts";

/** Pods that serve the same ports: most Services have one class, named ports can make more. */
interface PortClass {
  readonly ports: readonly EndpointsPort[];
  readonly ready: SortedAddresses;
  readonly notReady: SortedAddresses;
}

interface Entry {
  readonly pod: PodAddress;
  readonly place: PortClass;
}

/**
 * The addresses of one Service in the order in which Endpoints lists them, kept up pod by pod: a sync
 * costs what changed, and one copy of each list.
 */
export class AddressIndex {
  readonly #entries = new Map<string, Entry>();
  readonly #classes = new Map<string, PortClass>();

  /** Takes over what a pod contributes now; `undefined` removes it. */
  set(podKey: string, pod: PodAddress | undefined): void {
    const before = this.#entries.get(podKey);
    if (before !== undefined) {
      if (pod !== undefined && sameContribution(before.pod, pod)) return;
      listOf(before).remove(before.pod.address);
      this.#entries.delete(podKey);
    }
    if (pod === undefined) return;
    const entry = { pod, place: this.#classOf(pod.ports) };
    listOf(entry).add(pod.address);
    this.#entries.set(podKey, entry);
  }

  /** The canonical subsets: every set of addresses once, with all ports that exactly it serves. */
  subsets(): readonly EndpointSubset[] {
    const classes = [...this.#classes.values()].filter(
      ({ ready, notReady }) => ready.size + notReady.size > 0,
    );
    const subsets = servedTogether(classes).map(({ served, ports }) =>
      subsetOf(served, inHashOrder(ports, portText)),
    );
    return inSubsetOrder(subsets);
  }

  #classOf(ports: readonly EndpointsPort[]): PortClass {
    const key = ports.map(portIdentity).join();
    const present = this.#classes.get(key);
    if (present !== undefined) return present;
    const made = { ports, ready: new SortedAddresses(), notReady: new SortedAddresses() };
    this.#classes.set(key, made);
    return made;
  }
}

function listOf({ pod, place }: Entry): SortedAddresses {
  return pod.ready ? place.ready : place.notReady;
}

/** Ports by the classes that serve them; without any port, the class on its own. */
function servedTogether(
  classes: readonly PortClass[],
): readonly { readonly served: readonly PortClass[]; readonly ports: readonly EndpointsPort[] }[] {
  const byPort = new Map<string, { port: EndpointsPort | undefined; served: number[] }>();
  for (const [index, { ports }] of classes.entries()) {
    for (const port of ports.length === 0 ? [undefined] : ports) {
      const key = port === undefined ? "" : portIdentity(port);
      const known = byPort.get(key);
      if (known === undefined) byPort.set(key, { port, served: [index] });
      else if (known.served.at(-1) !== index) known.served.push(index);
    }
  }
  const groups = new Map<string, { served: PortClass[]; ports: EndpointsPort[] }>();
  for (const { port, served } of byPort.values()) {
    const key = served.join();
    const group = groups.get(key) ?? {
      served: served.flatMap((index) => classes[index] ?? []),
      ports: [],
    };
    if (port !== undefined) group.ports.push(port);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function subsetOf(classes: readonly PortClass[], ports: readonly EndpointsPort[]): EndpointSubset {
  const addresses = merged(classes.map(({ ready }) => ready));
  const notReadyAddresses = merged(classes.map(({ notReady }) => notReady));
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

function merged(lists: readonly SortedAddresses[]): readonly EndpointAddress[] {
  const [first, ...others] = lists;
  if (first === undefined) return [];
  if (others.length === 0) return first.list();
  const all = new SortedAddresses();
  for (const list of lists) for (const address of list.list()) all.add(address);
  return all.list();
}

function sameContribution(a: PodAddress, b: PodAddress): boolean {
  return (
    a.ready === b.ready &&
    a.address.ip === b.address.ip &&
    (a.address.hostname ?? "") === (b.address.hostname ?? "") &&
    (a.address.nodeName ?? "") === (b.address.nodeName ?? "") &&
    a.address.targetRef?.uid === b.address.targetRef?.uid &&
    a.address.targetRef?.name === b.address.targetRef?.name &&
    a.ports.map(portIdentity).join() === b.ports.map(portIdentity).join()
  );
}
