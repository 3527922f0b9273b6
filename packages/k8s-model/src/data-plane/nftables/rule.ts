/** What a rule looks at: a packet for which it does not hold leaves the rule. */
export type NftMatch =
  | { readonly kind: "new-connection" }
  | { readonly kind: "protocol"; readonly protocol: string }
  | { readonly kind: "destination-in-set"; readonly set: string }
  | { readonly kind: "destination-in"; readonly ranges: readonly string[] }
  | { readonly kind: "destination-local" }
  | { readonly kind: "destination-not-localhost" }
  | { readonly kind: "source-in"; readonly range: string }
  | { readonly kind: "source-not-in"; readonly ranges: readonly string[] }
  | { readonly kind: "source-local" }
  | { readonly kind: "source-in-set"; readonly set: string }
  | { readonly kind: "marked" }
  | { readonly kind: "translated" }
  | { readonly kind: "hairpin" };

/** What a rule does. */
export type NftAction =
  | { readonly kind: "set-mark" }
  | { readonly kind: "clear-mark" }
  | { readonly kind: "masquerade" }
  | { readonly kind: "remember-source"; readonly set: string }
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  | { readonly kind: "drop" | "reject" }
  /** A verdict from a map; by address, protocol and port, or by protocol and port alone. */
  | { readonly kind: "verdict-of-address"; readonly map: string }
  | { readonly kind: "verdict-of-port"; readonly map: string }
  | { readonly kind: "goto-random"; readonly chains: readonly string[] }
  | { readonly kind: "translate-random"; readonly endpoints: readonly NftEndpoint[] }
  | { readonly kind: "translate"; readonly endpoint: NftEndpoint };

/** One part of a rule, in the order in which it stands. */
export type NftStatement = NftMatch | NftAction;

export interface NftEndpoint {
  /** `address:port` */
  readonly key: string;
  readonly address: string;
  readonly port: number;
}

export interface NftRule {
  readonly chain: string;
  readonly statements: readonly NftStatement[];
  readonly comment?: string;
}

/** Marks packets that are to leave with the node's address. */
const MARK = "0x00004000";

/** The rule in the words of `nft list`, for IPv4 (`ip`) or IPv6 (`ip6`). */
export function nftRuleText({ statements, comment }: NftRule, ip: "ip" | "ip6"): string {
  const text = statements.map((statement) => statementText(statement, ip)).join(" ");
  return comment === undefined ? text : `${text} comment "${comment}"`;
}

function statementText(statement: NftStatement, ip: "ip" | "ip6"): string {
  switch (statement.kind) {
    case "new-connection":
      return "ct state new";
    case "protocol":
      return `meta l4proto ${statement.protocol}`;
    case "destination-in-set":
      return `${ip} daddr @${statement.set}`;
    case "destination-in":
      return `${ip} daddr ${listText(statement.ranges)}`;
    case "destination-local":
      return "fib daddr type local";
    case "destination-not-localhost":
      return ip === "ip" ? "ip daddr != 127.0.0.0/8" : "ip6 daddr != ::1";
    case "source-in":
      return `${ip} saddr ${statement.range}`;
    case "source-not-in":
      return `${ip} saddr != ${listText(statement.ranges)}`;
    case "source-local":
      return "fib saddr type local";
    case "source-in-set":
      return `${ip} saddr @${statement.set}`;
    case "marked":
      return `meta mark & ${MARK} != 0x00000000`;
    case "translated":
      return "ct status dnat";
    case "hairpin":
      return `${ip} saddr . ${ip} daddr . meta l4proto . th dport @hairpin-connections`;
    default:
      return actionText(statement, ip);
  }
}

function actionText(action: NftAction, ip: "ip" | "ip6"): string {
  switch (action.kind) {
    case "set-mark":
      return `meta mark set meta mark | ${MARK}`;
    case "clear-mark":
      return `meta mark set meta mark ^ ${MARK}`;
    case "masquerade":
      return "masquerade fully-random";
    case "remember-source":
      return `update @${action.set} { ${ip} saddr }`;
    case "jump":
    case "goto":
      return `${action.kind} ${action.chain}`;
    case "verdict-of-address":
      return `${ip} daddr . meta l4proto . th dport vmap @${action.map}`;
    case "verdict-of-port":
      return `meta l4proto . th dport vmap @${action.map}`;
    case "goto-random":
      return `numgen random mod ${action.chains.length} vmap ${numbered(
        action.chains.map((chain) => `goto ${chain}`),
      )}`;
    case "translate-random":
      return `dnat ${ip} to numgen random mod ${action.endpoints.length} map ${numbered(
        action.endpoints.map(({ address, port }) => `${address} . ${port}`),
      )}`;
    case "translate":
      return `dnat to ${action.endpoint.key}`;
    default:
      return action.kind;
  }
}

function listText(ranges: readonly string[]): string {
  return ranges.length === 1 ? (ranges[0] as string) : `{ ${ranges.join(", ")} }`;
}

function numbered(values: readonly string[]): string {
  return `{ ${values.map((value, i) => `${i} : ${value}`).join(", ")} }`;
}
