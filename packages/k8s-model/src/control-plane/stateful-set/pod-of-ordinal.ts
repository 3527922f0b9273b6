import type { Pod, PodTemplateSpec, StatefulSet } from "../../api/index.ts";
import { podFromTemplate } from "../ownership/pod-from-template.ts";
import { REVISION_LABEL } from "../ownership/revisions.ts";

/** The pod of one ordinal: its name is its host name and its place, and it carries its revision. */
export function podOfOrdinal(
  statefulSet: StatefulSet,
  template: PodTemplateSpec,
  ordinal: number,
  revision: string,
): Pod {
  const name = `${statefulSet.metadata.name}-${ordinal}`;
  const pod = podFromTemplate(statefulSet, template, name);
  const { serviceName } = statefulSet.spec;
  const labels = {
    ...pod.metadata.labels,
    [REVISION_LABEL]: revision,
    "statefulset.kubernetes.io/pod-name": name,
    "apps.kubernetes.io/pod-index": String(ordinal),
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: {
      ...pod.spec,
      hostname: name,
      ...(serviceName === undefined ? {} : { subdomain: serviceName }),
    },
  };
}
