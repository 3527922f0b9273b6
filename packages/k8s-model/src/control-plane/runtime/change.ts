import type { Draft } from "immer";
import { type KubeObject, objectKey, type Pod } from "../../api/index.ts";
import { type Store, StoreError, timestampAt, type Version } from "../../store/index.ts";

/** A write that a controller asks for. */
export type Change =
  | { readonly verb: "create"; readonly object: KubeObject }
  | {
      readonly verb: "update";
      readonly kind: string;
      readonly key: string;
      /** Applied to the object as the API server has it: a patch, which cannot conflict. */
      readonly edit: (draft: Draft<KubeObject>) => void;
    }
  | {
      readonly verb: "replace";
      /** The new state as a whole; refused when the stored version is another than it was based on. */
      readonly object: KubeObject;
      readonly basedOn: string | undefined;
    }
  | { readonly verb: "delete"; readonly kind: string; readonly key: string };

/** Edits an object of a known kind. */
export function edit<T extends KubeObject>(
  kind: T["kind"],
  key: string,
  recipe: (draft: Draft<T>) => void,
): Change {
  return {
    verb: "update",
    kind,
    key,
    edit: recipe as unknown as (draft: Draft<KubeObject>) => void,
  };
}

export type ChangeResult =
  | { readonly version: Version | undefined }
  | { readonly refused: "already-exists" | "not-found" | "conflict" | "request-too-large" };

/** Executes a change at once, as the API server would; a refusal is an answer, not an exception. */
export function executeChange(store: Store, nowNs: number, change: Change): ChangeResult {
  try {
    switch (change.verb) {
      case "create":
        return { version: store.create(change.object) };
      case "update":
        return { version: store.update(change.kind, change.key, change.edit) };
      case "replace":
        return replaceObject(store, change.object, change.basedOn);
      case "delete":
        return deleteObject(store, nowNs, change.kind, change.key);
    }
  } catch (error) {
    if (error instanceof StoreError) {
      const { code } = error;
      if (code === "already-exists" || code === "not-found" || code === "request-too-large") {
        return { refused: code };
      }
    }
    throw error;
  }
}

function replaceObject(
  store: Store,
  object: KubeObject,
  basedOn: string | undefined,
): ChangeResult {
  const current = store.get(object.kind, objectKey(object));
  if (current === undefined) return { refused: "not-found" };
  if (basedOn !== undefined && current.metadata.resourceVersion !== basedOn) {
    return { refused: "conflict" };
  }
  return { version: store.replace(object) };
}

const DEFAULT_GRACE_SECONDS = 30;

/** Pods on a node end gracefully: their kubelet removes the object; all else goes at once. */
function deleteObject(store: Store, nowNs: number, kind: string, key: string): ChangeResult {
  const pod = kind === "Pod" ? store.get<Pod>(kind, key) : undefined;
  const phase = pod?.status?.phase;
  const graceful =
    pod !== undefined &&
    (pod.spec.nodeName ?? "") !== "" &&
    phase !== "Succeeded" &&
    phase !== "Failed";
  if (!graceful) return { version: store.delete(kind, key) };
  if (pod.metadata.deletionTimestamp !== undefined) return { version: undefined };
  const grace = pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  const version = store.update<Pod>("Pod", key, (draft) => {
    draft.metadata.deletionTimestamp = timestampAt(nowNs + grace * 1e9);
    draft.metadata.deletionGracePeriodSeconds = grace;
  });
  return { version };
}
