/** `10.0.0.1:80`, `[fd00::1]:80`. */
export function joinHostPort(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The parts of what {@link joinHostPort} made. */
export function splitHostPort(text: string): { readonly address: string; readonly port: number } {
  const colon = text.lastIndexOf(":");
  const address = text.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return { address, port: Number(text.slice(colon + 1)) };
}
