import { probabilityText } from "./probability.ts";

/** What a rule asks of a packet, in the order in which kube-proxy writes it. */
export type IptablesMatch =
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "protocol"; readonly protocol: "tcp" | "udp" | "sctp" }
  | { readonly kind: "source" | "destination"; readonly range: string; readonly not?: true }
  | { readonly kind: "destination-port"; readonly port: number }
  /** Whether the address belongs to the node. */
  | { readonly kind: "local-address"; readonly side: "src" | "dst" }
  | { readonly kind: "mark"; readonly mark: string; readonly not?: true }
  | { readonly kind: "connection-state"; readonly states: string; readonly not?: true }
  /** One of so many: the first of the endpoints that are left. */
  | { readonly kind: "one-of"; readonly count: number }
  | { readonly kind: "seen-within"; readonly list: string; readonly seconds: number }
  | { readonly kind: "remember"; readonly list: string }
  | { readonly kind: "counter"; readonly name: string };

export type IptablesTarget =
  | { readonly kind: "jump"; readonly chain: string }
  | { readonly kind: "accept" | "drop" | "reject" | "return" }
  | { readonly kind: "set-mark" | "clear-mark"; readonly mark: string }
  | { readonly kind: "masquerade"; readonly randomPort: boolean }
  | { readonly kind: "destination-nat"; readonly to: string };

/** One rule of a chain. Without a target it only counts. */
export interface IptablesRule {
  readonly chain: string;
  readonly matches: readonly IptablesMatch[];
  readonly target: IptablesTarget | undefined;
}

/** The rule as kube-proxy writes it to iptables-restore, without the end of the line. */
export function ruleText({ chain, matches, target }: IptablesRule): string {
  let text = `-A ${chain}`;
  for (const match of matches) text += ` ${matchText(match)}`;
  return target === undefined ? text : `${text} ${targetText(target)}`;
}

/** The line that makes a chain, or empties it. */
export function chainText(chain: string): string {
  return `:${chain} - [0:0]`;
}

function matchText(match: IptablesMatch): string {
  switch (match.kind) {
    case "comment":
      return `-m comment --comment ${match.text.includes(" ") ? `"${match.text}"` : match.text}`;
    case "protocol":
      return `-m ${match.protocol} -p ${match.protocol}`;
    case "source":
      return `${match.not ? "! " : ""}-s ${match.range}`;
    case "destination":
      return `${match.not ? "! " : ""}-d ${match.range}`;
    case "destination-port":
      return `--dport ${match.port}`;
    case "local-address":
      return `-m addrtype --${match.side}-type LOCAL`;
    case "mark":
      return `-m mark${match.not ? " !" : ""} --mark ${match.mark}/${match.mark}`;
    case "connection-state":
      return `-m conntrack${match.not ? " !" : ""} --ctstate ${match.states}`;
    case "one-of":
      return `-m statistic --mode random --probability ${probabilityText(match.count)}`;
    case "seen-within":
      return `-m recent --name ${match.list} --rcheck --seconds ${match.seconds} --reap`;
    case "remember":
      return `-m recent --name ${match.list} --set`;
    case "counter":
      return `-m nfacct --nfacct-name ${match.name}`;
  }
}

function targetText(target: IptablesTarget): string {
  switch (target.kind) {
    case "jump":
      return `-j ${target.chain}`;
    case "set-mark":
      return `-j MARK --or-mark ${target.mark}`;
    case "clear-mark":
      return `-j MARK --xor-mark ${target.mark}`;
    case "masquerade":
      return target.randomPort ? "-j MASQUERADE --random-fully" : "-j MASQUERADE";
    case "destination-nat":
      return `-j DNAT --to-destination ${target.to}`;
    default:
      return `-j ${target.kind.toUpperCase()}`;
  }
}
