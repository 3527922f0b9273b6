export * from "./conntrack/index.ts";
export * from "./iptables/index.ts";
export * from "./kube-proxy/index.ts";
export * from "./nftables/index.ts";
export * from "./node-addresses/index.ts";
export * from "./proxied-port/index.ts";
export * from "./proxy-costs/index.ts";
