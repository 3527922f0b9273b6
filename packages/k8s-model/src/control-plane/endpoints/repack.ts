import type { EndpointAddress, EndpointSubset, EndpointsPort } from "../../api/index.ts";
import { AddressIndex } from "./address-index.ts";
import { type PortReadiness, portIdentity } from "./port-identity.ts";

/**
 * The canonical form of subsets that somebody else wrote: each set of addresses once, with all ports
 * that exactly it serves. An address that is listed both as ready and as not ready is not ready.
 */
export function repackSubsets(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  const known = new Map<string, Listed>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    for (const address of addresses) list(known, address, ports, true);
    for (const address of notReadyAddresses) list(known, address, ports, false);
  }
  const index = new AddressIndex();
  for (const [key, { address, ports, bare }] of known) {
    for (const ready of [true, false]) {
      const served = [...ports.values()].filter((one) => one.ready === ready);
      const portsOfState = served.map(({ port }) => port);
      if (portsOfState.length > 0 || bare === ready) {
        index.set(`${key} ${ready}`, { address, ready, ports: portsOfState });
      }
    }
  }
  return index.subsets();
}

interface Listed {
  readonly address: EndpointAddress;
  readonly ports: Map<string, PortReadiness>;
  /** The state of an address that was listed without any port. */
  bare: boolean | undefined;
}

function list(
  known: Map<string, Listed>,
  address: EndpointAddress,
  ports: readonly EndpointsPort[],
  ready: boolean,
): void {
  const key = JSON.stringify([address.ip, address.targetRef?.uid ?? ""]);
  const listed: Listed = known.get(key) ?? { address, ports: new Map(), bare: undefined };
  known.set(key, listed);
  if (ports.length === 0) listed.bare = ready && listed.bare !== false;
  for (const port of ports) {
    const portKey = portIdentity(port);
    const before = listed.ports.get(portKey);
    listed.ports.set(portKey, { port, ready: ready && before?.ready !== false });
  }
}
