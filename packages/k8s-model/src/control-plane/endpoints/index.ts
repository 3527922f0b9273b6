export { AddressIndex } from "./address-index.ts";
export { addressOfPod, type PodAddress } from "./address-of-pod.ts";
export { EndpointsController, type EndpointsInformers } from "./controller.ts";
export { inSubsetOrder } from "./hash-order.ts";
export {
  DEFAULT_MAX_ENDPOINTS_PER_OBJECT,
  type EndpointsInput,
  type EndpointsOutput,
  OVER_CAPACITY_ANNOTATION,
  reconcileEndpoints,
} from "./reconcile.ts";
export { repackSubsets } from "./repack.ts";
