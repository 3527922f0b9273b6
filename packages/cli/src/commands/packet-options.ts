import type { ServiceAddress, TraceOptions } from "@k8s-netsim/k8s-model/scenario";
import { type Invocation, type OptionGroup, textOf } from "../command-line/option.ts";
import { UsageError } from "../command-line/usage-error.ts";

const MODES = ["iptables", "nftables", "ebpf"] as const;
const NETWORKS = ["routed", "vxlan", "geneve", "ipip", "wireguard"] as const;
const FAMILIES = ["IPv4", "IPv6"] as const;
const ADDRESSES: readonly [ServiceAddress, ...ServiceAddress[]] = [
  "cluster-ip",
  "node-port",
  "load-balancer",
  "external-ip",
  "endpoint",
];

/** Options of commands that send packets. */
export const PACKET_OPTIONS: OptionGroup["options"] = [
  {
    name: "proxy",
    kind: "text",
    value: MODES.join("|"),
    description: "What balances connections: kube-proxy's rules, or eBPF in the sockets of pods.",
    default: "the scenario's, else iptables",
  },
  {
    name: "network",
    kind: "text",
    value: NETWORKS.join("|"),
    description: "How packets get from node to node.",
    default: "routed",
  },
  {
    name: "family",
    kind: "text",
    value: FAMILIES.join("|"),
    description: "The address family of dual-stack Services.",
    default: "each Service's first",
  },
  {
    name: "address",
    kind: "text",
    value: ADDRESSES.join("|"),
    description:
      "Which address of Services clients use. Users outside use the load balancer's where there is one, else a node port, an external IP, or the cluster IP by a route.",
    default: "cluster-ip, of headless Services an endpoint",
  },
];

/** What the command line says of packets. */
export function packetOptions(invocation: Invocation): {
  readonly mode: TraceOptions["mode"] | undefined;
  readonly network: TraceOptions["network"];
  readonly family: TraceOptions["family"];
  readonly address: TraceOptions["address"];
} {
  return {
    mode: oneOf(invocation, "proxy", MODES),
    network: oneOf(invocation, "network", NETWORKS) ?? "routed",
    family: oneOf(invocation, "family", FAMILIES),
    address: oneOf(invocation, "address", ADDRESSES),
  };
}

function oneOf<T extends string>(
  invocation: Invocation,
  name: string,
  values: readonly T[],
): T | undefined {
  const text = textOf(invocation, name);
  if (text === undefined) return undefined;
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UsageError(
    "bad-option-value",
    `--${name} ${text}: not known.`,
    `use one of ${values.join(", ")}.`,
  );
}
