import { minorVersion } from "../timings.ts";
import { DEFAULT_MAX_ENDPOINTS_PER_OBJECT } from "./reconcile.ts";

/** How the controllers of the older Endpoints API are run. */
export interface EndpointsOptions {
  /** Addresses in one Endpoints object: 1,000 from Kubernetes 1.22 on, `null` (no limit) before. */
  readonly maxEndpointsPerObject: number | null;
  /** `--mirroring-max-endpoints-per-subset`. */
  readonly mirroringMaxEndpointsPerSubset: number;
}

const LIMITED_SINCE_MINOR = 22;

/** The options for a release, where none are given. */
export function endpointsOptions(
  given: Partial<EndpointsOptions> & { readonly kubernetesVersion?: string },
): EndpointsOptions {
  const { kubernetesVersion = "1.36", mirroringMaxEndpointsPerSubset = 1000 } = given;
  const isLimited = minorVersion(kubernetesVersion) >= LIMITED_SINCE_MINOR;
  const { maxEndpointsPerObject = isLimited ? DEFAULT_MAX_ENDPOINTS_PER_OBJECT : null } = given;
  return { maxEndpointsPerObject, mirroringMaxEndpointsPerSubset };
}
