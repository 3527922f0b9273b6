import {
  hasExternalEndpoints,
  hasInternalEndpoints,
  type ProxiedPort,
} from "../proxied-port/index.ts";
import { nftPortChains } from "./chain-names.ts";

/** Sets and maps whose elements come from all Services together. */
export const SHARED_CONTAINERS = [
  "cluster-ips",
  "service-ips",
  "firewall-ips",
  "no-endpoint-services",
  "no-endpoint-nodeports",
  "service-nodeports",
  "hairpin-connections",
] as const;

export type SharedContainer = (typeof SHARED_CONTAINERS)[number];

/** One element of a shared set or map; sets have empty values. */
export interface SharedElement {
  readonly container: SharedContainer;
  readonly key: string;
  readonly value: string;
}

/** What a Service port puts into the shared sets and maps (kube-proxy 1.36). */
export function portElements(port: ProxiedPort, nodeName: string): readonly SharedElement[] {
  const elements: SharedElement[] = [];
  const protocol = port.protocol.toLowerCase();
  const names = nftPortChains(port);
  const external = hasExternalEndpoints(port);
  const missing = port.hasEndpoints ? "drop" : "goto reject-chain";
  const put = (container: SharedContainer, key: string, value: string): void => {
    elements.push({ container, key, value });
  };
  const address = (ip: string): string => `${ip} . ${protocol} . ${port.port}`;

  put("cluster-ips", port.clusterIP, "");
  if (hasInternalEndpoints(port)) {
    const chain = port.internalPolicyLocal ? names.local : names.cluster;
    put("service-ips", address(port.clusterIP), `goto ${chain}`);
  } else {
    put("no-endpoint-services", address(port.clusterIP), missing);
  }
  for (const ip of [...port.externalIPs, ...port.loadBalancerIPs]) {
    if (port.hasEndpoints) put("service-ips", address(ip), `goto ${names.external}`);
    if (!external) put("no-endpoint-services", address(ip), missing);
  }
  if (port.sourceRanges.length > 0) {
    for (const ip of port.loadBalancerIPs) {
      put("firewall-ips", address(ip), `goto ${names.firewall}`);
    }
  }
  if (port.nodePort !== 0) {
    const key = `${protocol} . ${port.nodePort}`;
    if (port.hasEndpoints) put("service-nodeports", key, `goto ${names.external}`);
    if (!external) put("no-endpoint-nodeports", key, missing);
  }
  for (const { address: ip, port: target, nodeName: host } of port.reachable) {
    if (host !== nodeName) continue;
    put("hairpin-connections", `${ip} . ${ip} . ${protocol} . ${target}`, "");
  }
  return elements;
}
