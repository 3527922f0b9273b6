export { type NameSearch, namesAsked, queriesPerLookup } from "./amplification.ts";
export {
  type AddressFamily,
  type Lookup,
  type LookupEvent,
  type LookupRequest,
  type LookupWait,
  type ResolverMemory,
  resolverMemory,
  wokenNs,
} from "./lookup.ts";
export type { AddressType, DnsAnswer, DnsQuery, LookupResult } from "./message.ts";
export { podResolverConfig, type ResolverConfig } from "./resolver-config.ts";
export {
  type LookupRun,
  type ResolverLibrary,
  type Responder,
  runLookup,
  type SentQuery,
  startLookup,
} from "./run-lookup.ts";
