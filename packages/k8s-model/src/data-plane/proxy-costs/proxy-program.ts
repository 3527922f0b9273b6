/** Proxy modes with the program that writes their rules: what was measured. */
export type ProxyProgram = "iptables-nft" | "iptables-legacy" | "nftables";

/** Ways to implement Services that this room can set beside each other. */
export type ProxyKind = ProxyProgram | "ipvs" | "ebpf" | "userspace";
