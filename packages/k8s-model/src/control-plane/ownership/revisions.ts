import type { DaemonSet, Pod, PodTemplateSpec, StatefulSet } from "../../api/index.ts";
import { templateHash } from "./pod-template.ts";

export const REVISION_LABEL = "controller-revision-hash";

interface Known {
  readonly byHash: Map<string, string>;
  readonly templates: Map<string, PodTemplateSpec>;
}

/**
 * Names of the template revisions of StatefulSets and DaemonSets.
 *
 * A set that comes with pods has revisions of its own: the one that it says is newest, or that most
 * of its pods carry, is taken for the template it came with; later templates get our hashes.
 */
export class Revisions {
  readonly #sets = new Map<string, Known>();

  /** The revision of the set's present template. */
  update(set: StatefulSet | DaemonSet, pods: readonly Pod[]): string {
    const uid = set.metadata.uid ?? "";
    const hash = templateHash(set.spec.template, 0);
    let known = this.#sets.get(uid);
    if (known === undefined) {
      known = {
        byHash: new Map([[hash, given(set, pods) ?? nameOf(set, hash)]]),
        templates: new Map(),
      };
      this.#sets.set(uid, known);
    }
    const revision = known.byHash.get(hash) ?? nameOf(set, hash);
    known.byHash.set(hash, revision);
    known.templates.set(revision, set.spec.template);
    return revision;
  }

  /** The template of a revision seen before. */
  template(
    set: StatefulSet | DaemonSet,
    revision: string | undefined,
  ): PodTemplateSpec | undefined {
    return this.#sets.get(set.metadata.uid ?? "")?.templates.get(revision ?? "");
  }
}

export const revisionOf = ({ metadata }: Pod): string | undefined =>
  metadata.labels?.[REVISION_LABEL];

function nameOf(set: StatefulSet | DaemonSet, hash: string): string {
  return set.kind === "StatefulSet" ? `${set.metadata.name}-${hash}` : hash;
}

function given(set: StatefulSet | DaemonSet, pods: readonly Pod[]): string | undefined {
  const status = set.status as { readonly updateRevision?: string } | undefined;
  if (status?.updateRevision !== undefined) return status.updateRevision;
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const revision = revisionOf(pod);
    if (revision !== undefined) counts.set(revision, (counts.get(revision) ?? 0) + 1);
  }
  const ordered = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return ordered[0]?.[0];
}
