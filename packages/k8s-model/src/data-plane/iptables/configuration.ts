import type { IPFamily } from "../../api/index.ts";

/** How kube-proxy in iptables mode is set up on a node; the defaults are those of its flags. */
export interface IptablesConfiguration {
  readonly family: IPFamily;
  /** The node's own address: it decides whether a source range lets the node itself in. */
  readonly nodeIP: string | undefined;
  /** `--masquerade-all` */
  readonly masqueradeAll: boolean;
  /** The pods' range (`--cluster-cidr`); undefined where pods cannot be told from the rest. */
  readonly localRange: string | undefined;
  /** Addresses that take node ports; undefined means all of the node's. */
  readonly nodePortAddresses: readonly string[] | undefined;
  /** `--iptables-localhost-nodeports`; in force only for IPv4, and where 127.0.0.0/8 takes node ports. */
  readonly localhostNodePorts: boolean;
  /** Whether the kernel has the counters that kube-proxy asks for (nfacct). */
  readonly countsLocalhostNodePorts: boolean;
  readonly countsInvalidPackets: boolean;
  /** No where the node sets `nf_conntrack_tcp_be_liberal`. */
  readonly dropsInvalidPackets: boolean;
  /** Marks packets that are to leave with the node's address, as kube-proxy prints it. */
  readonly masqueradeMark: string;
  /** Whether this iptables can randomise the ports of masqueraded connections (1.6.2 and later). */
  readonly randomPort: boolean;
}

/** Flags at their defaults, with the pods' range and the node's address as given. */
export function iptablesDefaults(
  nodeIP: string | undefined,
  localRange: string | undefined,
  family: IPFamily = "IPv4",
): IptablesConfiguration {
  return {
    family,
    nodeIP,
    masqueradeAll: false,
    localRange,
    nodePortAddresses: undefined,
    localhostNodePorts: family === "IPv4",
    countsLocalhostNodePorts: family === "IPv4",
    countsInvalidPackets: true,
    dropsInvalidPackets: true,
    masqueradeMark: "0x00004000",
    randomPort: true,
  };
}

/** Whether node ports answer on localhost, which then needs guarding against packets from outside. */
export function answersOnLocalhost({
  family,
  localhostNodePorts,
  nodePortAddresses,
}: IptablesConfiguration): boolean {
  const hasLoopback = nodePortAddresses?.some((address) => address.startsWith("127.")) ?? true;
  return family === "IPv4" && localhostNodePorts && hasLoopback;
}
