import { nameHash, type ProxiedPort } from "../proxied-port/index.ts";

/** The chains that belong to one Service port. */
export interface NftPortChains {
  readonly cluster: string;
  readonly local: string;
  readonly external: string;
  readonly firewall: string;
}

/** The longest name that nft takes, less the longest prefix. */
const LONGEST_BASE = 256 - 16;
const HASH_LENGTH = 8;

export function nftPortChains(port: ProxiedPort): NftPortChains {
  const base = hashed(portText(port));
  return {
    cluster: `service-${base}`,
    local: `local-${base}`,
    external: `external-${base}`,
    firewall: `firewall-${base}`,
  };
}

/** Chain and affinity set of one endpoint of one Service port; used with session affinity only. */
export function nftEndpointNames(
  port: ProxiedPort,
  endpoint: { readonly address: string; readonly port: number },
): { readonly chain: string; readonly affinitySet: string } {
  const address = endpoint.address.replaceAll(":", ".");
  const base = hashed(`${portText(port)}__${address}/${endpoint.port}`);
  return { chain: `endpoint-${base}`, affinitySet: `affinity-${base}` };
}

/** Whether a chain belongs to one Service: no other name has a slash. */
export function isNftServiceChain(chain: string): boolean {
  return chain.includes("/");
}

function portText({ namespace, serviceName, protocol, portName }: ProxiedPort): string {
  return `${namespace}/${serviceName}/${protocol.toLowerCase()}/${portName}`;
}

function hashed(name: string): string {
  const whole = `${nameHash(name, HASH_LENGTH)}-${name}`;
  return whole.length > LONGEST_BASE ? `${whole.slice(0, LONGEST_BASE - 3)}...` : whole;
}
