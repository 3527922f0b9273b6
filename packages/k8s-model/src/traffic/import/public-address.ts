import { cidrContains, parseCIDR, parseIP } from "../../address/index.ts";

/** Ranges that never leave a provider's network by its Internet gateways (RFC 1918, 3927, 4193, 6598). */
const PRIVATE = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
].flatMap((text) => parseCIDR(text) ?? []);

/** Whether an address is one of the Internet. */
export function isPublic(text: string): boolean {
  const address = parseIP(text);
  return address !== undefined && !PRIVATE.some((range) => cidrContains(range, address));
}
