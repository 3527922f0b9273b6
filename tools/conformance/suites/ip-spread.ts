import type { IPFamily } from "@k8s-netsim/k8s-model/api";
import { nodePortAddresses, nodePortIPs } from "@k8s-netsim/k8s-model/data-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";

interface Input {
  readonly family: IPFamily;
  readonly nodePortAddresses: readonly string[] | null;
  readonly interfaceAddresses: readonly string[] | null;
}

export const ipSpread: Suite<Input, object> = {
  name: "ip_spread",
  about: "which addresses of a node take node ports",
  run({ family, nodePortAddresses: configured, interfaceAddresses }, output) {
    const addresses = nodePortAddresses(family, configured ?? []);
    return judge(
      differences(output, {
        effective: `[${addresses.texts.join(" ")}]`,
        matchAll: addresses.matchesAll,
        containsIPv4Loopback: addresses.containsIPv4Loopback,
        nodeIPs: nodePortIPs(addresses, interfaceAddresses ?? []),
      }),
    );
  },
};
