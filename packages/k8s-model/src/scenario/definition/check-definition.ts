import { checkRelease, type KubeObject, validateObject } from "../../api/index.ts";
import { DEFAULT_KUBERNETES_VERSION } from "../input/environment.ts";
import { MOST_PODS, podsAskedBy } from "../input/size.ts";
import type { ClusterDefinition } from "./cluster-definition.ts";

/** A combination of parameters that gives objects that no API server would store. */
class ScenarioDefinitionError extends Error {
  readonly code = "bad-scenario-objects";
  readonly remedy = "choose another value of the parameter, or correct what the scenario builds.";

  constructor(message: string) {
    super(message);
    this.name = "ScenarioDefinitionError";
  }
}

/**
 * Holds the objects of a definition to the rules for manifests.
 *
 * @param label the combination of parameters, such as `distribution=Default, podsInZoneA=4`
 * @throws ScenarioDefinitionError
 */
export function checkDefinition(
  { objects, kubernetesVersion = DEFAULT_KUBERNETES_VERSION }: ClusterDefinition,
  label: string,
): void {
  const refuse = ({ kind, metadata }: KubeObject, what: string): never => {
    const where = label === "" ? "" : `With ${label}: `;
    throw new ScenarioDefinitionError(`${where}${kind} "${metadata.name}": ${what}`);
  };
  let pods = 0;
  for (const object of objects) {
    const invalid = validateObject(object).find(({ severity }) => severity !== "warning");
    if (invalid !== undefined) refuse(object, `${invalid.field} ${invalid.detail}.`);
    const ignored = checkRelease(object, kubernetesVersion).find(
      ({ severity }) => severity === "error",
    );
    if (ignored !== undefined) refuse(object, ignored.message);
    pods += podsAskedBy(object);
    if (pods > MOST_PODS) refuse(object, `more than ${MOST_PODS} pods cannot be simulated.`);
  }
}
