import type { EndpointsPort } from "../../api/index.ts";

export interface PortReadiness {
  readonly port: EndpointsPort;
  readonly ready: boolean;
}

/** Equal for ports that say the same. */
export function portIdentity(port: EndpointsPort): string {
  const { name = "", protocol = "TCP", appProtocol } = port;
  return JSON.stringify([name, port.port, protocol, appProtocol ?? null]);
}
