export * from "./iptables/index.ts";
export * from "./kube-proxy/index.ts";
export * from "./nftables/index.ts";
export * from "./proxied-port/index.ts";
