import type { NftRule } from "./rule.ts";

/** What a change is about. Names of sets and maps share one space. */
export type NftObject =
  | { readonly kind: "table" }
  | { readonly kind: "chain" | "set" | "map"; readonly name: string }
  | { readonly kind: "rule"; readonly rule: NftRule }
  | {
      readonly kind: "element";
      readonly container: string;
      readonly key: string;
      readonly value: string;
    };

/** One line of what kube-proxy hands to nft. */
export interface NftOperation {
  readonly verb: "add" | "flush" | "delete";
  readonly object: NftObject;
}

/** kube-proxy's table as it stands in the kernel; a transaction changes all of it at one moment. */
export class NftTable {
  readonly #chains = new Map<string, NftRule[]>();
  readonly #containers = new Map<string, Map<string, string>>();

  run(transaction: readonly NftOperation[]): void {
    for (const { verb, object } of transaction) this.#apply(verb, object);
  }

  chains(): Iterable<string> {
    return this.#chains.keys();
  }

  /** The rules of a chain; undefined where there is no such chain. */
  rules(chain: string): readonly NftRule[] | undefined {
    return this.#chains.get(chain);
  }

  /** Names of sets and maps. */
  containers(): Iterable<string> {
    return this.#containers.keys();
  }

  elements(container: string): ReadonlyMap<string, string> | undefined {
    return this.#containers.get(container);
  }

  get chainCount(): number {
    return this.#chains.size;
  }

  get ruleCount(): number {
    let count = 0;
    for (const rules of this.#chains.values()) count += rules.length;
    return count;
  }

  #apply(verb: NftOperation["verb"], object: NftObject): void {
    switch (object.kind) {
      case "table":
        return;
      case "rule":
        this.#chains.get(object.rule.chain)?.push(object.rule);
        return;
      case "element": {
        const elements = this.#containers.get(object.container);
        if (verb === "add") elements?.set(object.key, object.value);
        else elements?.delete(object.key);
        return;
      }
      case "chain":
        if (verb === "delete") this.#chains.delete(object.name);
        else if (verb === "flush" || !this.#chains.has(object.name)) {
          this.#chains.set(object.name, []);
        }
        return;
      default:
        if (verb === "delete") this.#containers.delete(object.name);
        else if (verb === "flush" || !this.#containers.has(object.name)) {
          this.#containers.set(object.name, new Map());
        }
    }
  }
}

/** Gathers the operations of one transaction. */
export class NftTransaction {
  readonly operations: NftOperation[] = [];

  add(object: NftObject): void {
    this.operations.push({ verb: "add", object });
  }

  flush(object: NftObject): void {
    this.operations.push({ verb: "flush", object });
  }

  delete(object: NftObject): void {
    this.operations.push({ verb: "delete", object });
  }

  rule(rule: NftRule): void {
    this.add({ kind: "rule", rule });
  }

  /** Makes a chain, or empties it where it exists. */
  freshChain(name: string): void {
    this.add({ kind: "chain", name });
    this.flush({ kind: "chain", name });
  }
}
