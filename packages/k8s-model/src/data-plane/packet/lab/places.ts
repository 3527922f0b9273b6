import type { Lab } from "./lab.ts";

/** The address of a pod or node; the client's first one. */
export function addressOf(lab: Lab, name: string): string {
  const { nodes, client } = lab.plan;
  if (name === client.name) return client.addresses[0] as string;
  for (const node of nodes) {
    if (node.name === name) return node.address;
    const pod = node.pods.find((one) => one.name === name);
    if (pod !== undefined) return pod.address;
  }
  throw new RangeError(`The lab has nobody called "${name}".`);
}

/** Where clients inside the cluster send to reach a Service. */
export function clusterIP(lab: Lab, service: string): string {
  return lab.service(service).clusterIP;
}
