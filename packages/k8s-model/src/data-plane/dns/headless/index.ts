export { type SourceAddress, sortedByDestination } from "./address-selection.ts";
export {
  type ChosenAddress,
  HeadlessResolver,
  type HeadlessResolverOptions,
  JVM_CACHE,
  type NameAnswer,
  type ReResolve,
} from "./headless-resolver.ts";
