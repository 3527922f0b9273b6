import type { KubeObject, Pod, PodTemplateSpec } from "../../api/index.ts";
import { controllerReference } from "./ownership.ts";

/** Longest name from which the API server still generates names. */
const MAX_GENERATED_PREFIX = 58;

/** The pod that a controller creates from a template; the API server completes the name. */
export function podFromTemplate(owner: KubeObject, template: PodTemplateSpec, name = ""): Pod {
  const { namespace, name: ownerName } = owner.metadata;
  const { labels, annotations } = template.metadata ?? {};
  const generateName = `${ownerName}-`.slice(0, MAX_GENERATED_PREFIX);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      ...(name === "" ? { generateName } : {}),
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
    status: { phase: "Pending" },
  };
}
