import { AffinityLists, TIMEOUT_SETS } from "../../affinity/index.ts";
import { type NftTable, walkNftables } from "../../nftables/index.ts";
import type { RuleOutcome } from "../../rule-walk/index.ts";
import {
  type DestinationVerdict,
  destinationOf,
  type FilterVerdict,
  type Hook,
  hostOf,
  marked,
  masqueradeOf,
  type RuleSet,
  type RuleSurroundings,
  subjectOf,
  type Transit,
} from "./rule-set.ts";

/** Runs packets through the table that an {@link NftablesProxy} keeps. */
export class NftablesRules implements RuleSet {
  readonly #table: NftTable;
  readonly #around: RuleSurroundings;
  readonly #affinity = new AffinityLists(TIMEOUT_SETS);
  readonly #affinitySeconds: (set: string) => number | undefined;

  constructor(
    table: NftTable,
    around: RuleSurroundings,
    affinitySeconds: (set: string) => number | undefined,
  ) {
    this.#table = table;
    this.#around = around;
    this.#affinitySeconds = affinitySeconds;
  }

  filterEarly(hook: "prerouting" | "output", transit: Transit): FilterVerdict {
    return this.#run(`filter-${hook}-pre-dnat`, hook, transit).verdict;
  }

  destination(hook: "prerouting" | "output", transit: Transit): DestinationVerdict {
    return destinationOf(this.#run(`nat-${hook}`, hook, transit));
  }

  filter(hook: "input" | "forward" | "output", transit: Transit): FilterVerdict {
    return this.#run(`filter-${hook}`, hook, transit).verdict;
  }

  masquerade(transit: Transit): { readonly randomPort: boolean } | undefined {
    return masqueradeOf(this.#run("nat-postrouting", "postrouting", transit));
  }

  #run(chain: string, hook: Hook, transit: Transit): RuleOutcome {
    const host = hostOf(this.#around, this.#affinity, hook, transit);
    const secondsOf = (set: string): number => this.#affinitySeconds(set) ?? 0;
    return marked(transit, walkNftables(this.#table, chain, subjectOf(transit), host, secondsOf));
  }
}
