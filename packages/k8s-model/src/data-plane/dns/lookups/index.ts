export { type DnsOptions, dnsDefaults } from "./dns-options.ts";
export { NameLookups, type NameLookupsOptions } from "./name-lookups.ts";
export { candidateNames, type NameCandidate, type NamedService } from "./service-names.ts";
