import { checkRelease, type KubeObject, objectKey, validateObject } from "../../api/index.ts";
import { DEFAULT_KUBERNETES_VERSION } from "../input/environment.ts";
import { MOST_PODS, podsAskedBy } from "../input/size.ts";
import { SERVICE_PROXY_MODES } from "../world/proxy-mode.ts";
import type { ClusterDefinition } from "./cluster-definition.ts";
import { FAULT_KINDS } from "./fault-definition.ts";

/** A combination of parameters that gives a cluster that cannot be. */
class ScenarioDefinitionError extends Error {
  readonly code = "bad-scenario-objects";
  readonly remedy: string;

  constructor(
    message: string,
    remedy = "choose another value of the parameter, or correct what the scenario builds.",
  ) {
    super(message);
    this.name = "ScenarioDefinitionError";
    this.remedy = remedy;
  }
}

/**
 * Holds a definition to what a cluster can be, and its objects to the rules for manifests.
 *
 * @param label the combination of parameters, such as `distribution=Default, podsInZoneA=4`
 * @throws ScenarioDefinitionError
 */
export function checkDefinition(definition: ClusterDefinition, label: string): void {
  const { objects, kubernetesVersion = DEFAULT_KUBERNETES_VERSION } = definition;
  checkCluster(definition);
  const seen = new Set<string>();
  const refuse = ({ kind, metadata }: KubeObject, what: string): never => {
    const where = label === "" ? "" : `With ${label}: `;
    throw new ScenarioDefinitionError(`${where}${kind} "${metadata.name}": ${what}`);
  };
  let pods = 0;
  for (const object of objects) {
    const name = `${object.kind} ${objectKey(object)}`;
    if (seen.has(name)) refuse(object, "it stands twice among the objects.");
    seen.add(name);
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

function checkCluster({ zones, objects, serviceProxy, faults }: ClusterDefinition): void {
  const nodes = Object.keys(zones ?? {}).length + objects.filter(isNode).length;
  if (nodes === 0) {
    throw new ScenarioDefinitionError(
      "The cluster has no nodes.",
      "name its zones with their nodes, or give Nodes among the objects.",
    );
  }
  if (serviceProxy !== undefined && !SERVICE_PROXY_MODES.includes(serviceProxy)) {
    throw new ScenarioDefinitionError(
      `There is no service proxy "${serviceProxy}".`,
      `use one of ${SERVICE_PROXY_MODES.join(", ")}.`,
    );
  }
  const unknown = faults?.find(({ kind }) => !FAULT_KINDS.includes(kind));
  if (unknown !== undefined) {
    throw new ScenarioDefinitionError(
      `There is no fault of kind "${unknown.kind}".`,
      `use one of ${FAULT_KINDS.join(", ")}.`,
    );
  }
}

function isNode({ kind }: KubeObject): boolean {
  return kind === "Node";
}
