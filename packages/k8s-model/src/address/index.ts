export * from "./cidr.ts";
export * from "./host-port.ts";
export * from "./ip.ts";
export { formatIPv4, parseIPv4 } from "./ipv4.ts";
export { formatIPv6, parseIPv6 } from "./ipv6.ts";
