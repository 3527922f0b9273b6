import type { IpvsScheduler } from "../ipvs/index.ts";
import type { ProxyKind } from "../proxy-costs/index.ts";
import { type EbpfOptions, EbpfServiceProxy } from "./ebpf-service-proxy.ts";
import { IptablesServiceProxy } from "./iptables-service-proxy.ts";
import { IpvsServiceProxy } from "./ipvs-service-proxy.ts";
import { NftablesServiceProxy } from "./nftables-service-proxy.ts";
import type { ProxyHost, ServiceProxy } from "./service-proxy.ts";
import { UserspaceServiceProxy } from "./userspace-service-proxy.ts";

/** What some modes can be told besides. */
export interface ServiceProxyOptions {
  readonly ipvsScheduler?: IpvsScheduler;
  readonly ebpf?: Partial<EbpfOptions>;
}

/** The proxy of one node, in one of the modes. */
export function serviceProxy(
  kind: ProxyKind,
  host: ProxyHost,
  options: ServiceProxyOptions = {},
): ServiceProxy {
  switch (kind) {
    case "iptables-nft":
    case "iptables-legacy":
      return new IptablesServiceProxy(kind, host);
    case "nftables":
      return new NftablesServiceProxy(host);
    case "ipvs":
      return new IpvsServiceProxy(host, options.ipvsScheduler);
    case "ebpf":
      return new EbpfServiceProxy(host, options.ebpf);
    case "userspace":
      return new UserspaceServiceProxy(host);
  }
}
