import type { SimTime } from "@k8s-netsim/sim-core";
import { ChangeError, checkName, checkTime } from "./change-error.ts";

/**
 * What is done to a workload at a time counted from the end of warm-up. `workload` is a name, with
 * `namespace/` before it where that is not `default`; a name that `deployment` split by zone stands
 * for all its parts.
 */
export type WorkloadChange =
  | {
      readonly kind: "rolling-update";
      readonly workload: string;
      readonly at: SimTime;
    }
  | {
      readonly kind: "scale";
      readonly workload: string;
      readonly at: SimTime;
      readonly replicas: number;
    }
  | {
      readonly kind: "delete-pods";
      readonly workload: string;
      readonly at: SimTime;
      /** How many of each part, the first by name; absent: all. */
      readonly count?: number;
    };

/** When a change happens, counted from the end of warm-up. */
export interface ChangeTime {
  readonly at: SimTime;
}

/**
 * All pods of a Deployment, StatefulSet or DaemonSet are replaced by its own strategy, as `kubectl
 * rollout restart` does.
 *
 * @throws ChangeError where the time or the name makes no sense
 */
export function rollingUpdate(workload: string, { at }: ChangeTime): WorkloadChange {
  checked("A rolling update", workload, at);
  return { kind: "rolling-update", workload, at };
}

/**
 * The replicas of one Deployment or StatefulSet become another number, as by `kubectl scale`. No
 * PodDisruptionBudget holds that up.
 *
 * @throws ChangeError where the time, the name or the number makes no sense
 */
export function scale(
  workload: string,
  { at, replicas }: ChangeTime & { readonly replicas: number },
): WorkloadChange {
  checked("Scaling", workload, at);
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw new ChangeError(
      "bad-change",
      `${workload} cannot be scaled to ${replicas} replicas.`,
      "use a whole number from 0.",
    );
  }
  return { kind: "scale", workload, at, replicas };
}

/**
 * Pods of a workload are deleted with their grace, as by `kubectl delete pod`: no budget is asked. What
 * made them makes others.
 *
 * @throws ChangeError where the time, the name or the number makes no sense
 */
export function deletePods(
  workload: string,
  { at, count }: ChangeTime & { readonly count?: number },
): WorkloadChange {
  checked("A deletion of pods", workload, at);
  if (count !== undefined && !(Number.isInteger(count) && count > 0)) {
    throw new ChangeError(
      "bad-change",
      `${count} pods of ${workload} cannot be deleted.`,
      "use a whole number from 1, or leave it out for all of them.",
    );
  }
  return { kind: "delete-pods", workload, at, ...(count === undefined ? {} : { count }) };
}

function checked(what: string, workload: string, at: SimTime): void {
  checkName(what, workload);
  checkTime(`${what} of ${workload}`, at);
}
