import { nameHash, type ProxiedPort } from "../proxied-port/index.ts";

/** The chains that belong to one Service port. */
export interface PortChains {
  readonly cluster: string;
  readonly local: string;
  readonly external: string;
  readonly firewall: string;
}

const HASH_LENGTH = 16;

export function portChains({ name, protocol }: ProxiedPort): PortChains {
  const hash = nameHash(`${name}${protocol.toLowerCase()}`, HASH_LENGTH);
  return {
    cluster: `KUBE-SVC-${hash}`,
    local: `KUBE-SVL-${hash}`,
    external: `KUBE-EXT-${hash}`,
    firewall: `KUBE-FW-${hash}`,
  };
}

/** The chain of one endpoint, known by its `address:port`, of one Service port. */
export function endpointChain({ name, protocol }: ProxiedPort, endpoint: string): string {
  return `KUBE-SEP-${nameHash(`${name}${protocol.toLowerCase()}${endpoint}`, HASH_LENGTH)}`;
}

/** Whether a chain belongs to one Service, so that it goes when nothing needs it any more. */
export function isServiceChain(chain: string): boolean {
  return /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(chain);
}
