import { AffinityLists, RECENT_LISTS } from "../../affinity/index.ts";
import { type IptablesTable, walkIptables } from "../../iptables/index.ts";
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

/** Runs packets through the tables that an {@link IptablesProxy} keeps. */
export class IptablesRules implements RuleSet {
  readonly #tables: { readonly filter: IptablesTable; readonly nat: IptablesTable };
  readonly #around: RuleSurroundings;
  readonly #affinity = new AffinityLists(RECENT_LISTS);

  constructor(
    tables: { readonly filter: IptablesTable; readonly nat: IptablesTable },
    around: RuleSurroundings,
  ) {
    this.#tables = tables;
    this.#around = around;
  }

  filterEarly(): FilterVerdict {
    return "accept";
  }

  destination(hook: "prerouting" | "output", transit: Transit): DestinationVerdict {
    return destinationOf(this.#run("nat", hook, transit));
  }

  filter(hook: "input" | "forward" | "output", transit: Transit): FilterVerdict {
    return this.#run("filter", hook, transit).verdict;
  }

  masquerade(transit: Transit): { readonly randomPort: boolean } | undefined {
    return masqueradeOf(this.#run("nat", "postrouting", transit));
  }

  #run(table: "filter" | "nat", hook: Hook, transit: Transit): RuleOutcome {
    const host = hostOf(this.#around, this.#affinity, hook, transit);
    const rules = this.#tables[table];
    return marked(transit, walkIptables(rules, hook.toUpperCase(), subjectOf(transit), host));
  }
}
