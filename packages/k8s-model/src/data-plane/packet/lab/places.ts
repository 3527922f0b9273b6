import type { IPFamily } from "../../../api/index.ts";
import type { Lab } from "./lab.ts";
import { familiesOf, familyOf } from "./plan.ts";

/** The address of a pod or node, of the plan's first family if no other is asked for; the client's first one. */
export function addressOf(lab: Lab, name: string, family?: IPFamily): string {
  const { nodes, client } = lab.plan;
  const families = familiesOf(lab.plan);
  const asked = families.find((one) => family === undefined || one.family === family);
  if (asked === undefined) throw new RangeError(`The lab has no ${family}.`);
  if (name === client.name) return known(name, asked.clientAddresses[0]);
  for (const node of nodes) {
    if (node.name === name) return known(name, asked.nodeAddress(node));
    const pod = node.pods.find((one) => one.name === name);
    if (pod !== undefined) return known(name, asked.podAddress(pod));
  }
  throw new RangeError(`The lab has nobody called "${name}".`);
}

function known(name: string, address: string | undefined): string {
  if (address === undefined) throw new RangeError(`"${name}" has no address of that family.`);
  return address;
}

/** Where clients inside the cluster send to reach a Service: its cluster IP of that family, else the first. */
export function clusterIP(lab: Lab, service: string, family?: IPFamily): string {
  const { clusterIP: first, secondClusterIP } = lab.service(service);
  if (family === undefined || familyOf(first) === family) return first;
  return secondClusterIP ?? first;
}
