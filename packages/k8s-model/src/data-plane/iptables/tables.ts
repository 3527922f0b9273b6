import { chainText, type IptablesRule, ruleText } from "./rule.ts";

/** What iptables-restore is given for one table. */
export interface TableInput {
  /** Chains to make, or to empty where they exist. */
  readonly chains: readonly string[];
  readonly rules: readonly IptablesRule[];
  /** Chains to delete; they are among `chains`, too, as iptables wants them emptied first. */
  readonly deletedChains: readonly string[];
}

/** One call of iptables-restore: both tables, in this order, each changed as a whole. */
export interface RestoreInput {
  readonly filter: TableInput;
  readonly nat: TableInput;
}

/** The lines of one table, without its heading. */
export function tableLines({ chains, rules, deletedChains }: TableInput): string[] {
  return [
    ...chains.map(chainText),
    ...rules.map(ruleText),
    ...deletedChains.map((chain) => `-X ${chain}`),
  ];
}

/** How many bytes kube-proxy writes to iptables-restore. */
export function restoreBytes({ filter, nat }: RestoreInput): number {
  let bytes = 0;
  for (const [name, input] of [["filter", filter] as const, ["nat", nat] as const]) {
    bytes += `*${name}\nCOMMIT\n`.length;
    for (const line of tableLines(input)) bytes += line.length + 1;
  }
  return bytes;
}

/** A table as it stands in the kernel: chain → its rules, in order. */
export class IptablesTable {
  readonly #chains = new Map<string, IptablesRule[]>();

  constructor(builtIn: readonly string[]) {
    for (const chain of builtIn) this.#chains.set(chain, []);
  }

  /** Adds a chain where it is missing and leaves it alone otherwise. */
  ensureChain(chain: string): void {
    if (!this.#chains.has(chain)) this.#chains.set(chain, []);
  }

  append(rule: IptablesRule): void {
    this.#chains.get(rule.chain)?.push(rule);
  }

  restore({ chains, rules, deletedChains }: TableInput): void {
    for (const chain of chains) this.#chains.set(chain, []);
    for (const rule of rules) this.append(rule);
    for (const chain of deletedChains) this.#chains.delete(chain);
  }

  chains(): Iterable<string> {
    return this.#chains.keys();
  }

  /** The rules of a chain; undefined where there is no such chain. */
  rules(chain: string): readonly IptablesRule[] | undefined {
    return this.#chains.get(chain);
  }

  get chainCount(): number {
    return this.#chains.size;
  }

  get ruleCount(): number {
    let count = 0;
    for (const rules of this.#chains.values()) count += rules.length;
    return count;
  }
}
