import type { AddressFamily } from "./lookup.ts";
import { dotsOf } from "./lookup.ts";
import type { ResolverLibrary } from "./run-lookup.ts";

/** A look-up whose servers all answer, so that only names decide how much is asked. */
export interface NameSearch {
  readonly library: ResolverLibrary;
  /** A final dot makes it absolute. */
  readonly name: string;
  readonly ndots: number;
  readonly family: AddressFamily;
  readonly searchDomains: number;
  /**
   * Where the name has addresses of the family: index of a search domain, `"as-is"`, or nowhere at
   * all, neither address nor name.
   */
  readonly foundAt: number | "as-is" | "nowhere";
}

/**
 * How many names a look-up asks for, in closed form: 1 for an absolute name; with fewer dots than
 * ndots the search domains first and then the name as it is, else the other way round. musl never
 * searches for a name with enough dots.
 *
 * For any family the answer of one family is enough; names that exist without an address are not
 * covered (musl stops at them, the others go on).
 */
export function namesAsked({ library, name, ndots, searchDomains, foundAt }: NameSearch): number {
  if (name.endsWith(".")) return 1;
  const last = searchDomains + 1;
  if (dotsOf(name) < ndots) return typeof foundAt === "number" ? foundAt + 1 : last;
  if (foundAt === "as-is" || library === "musl") return 1;
  return typeof foundAt === "number" ? foundAt + 2 : last;
}

/** Queries of a look-up: the names, for each address type once. */
export function queriesPerLookup(search: NameSearch): number {
  return namesAsked(search) * (search.family === "any" ? 2 : 1);
}
