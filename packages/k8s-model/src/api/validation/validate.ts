import { applyDefaults, type DefaultingOptions } from "../defaulting/apply-defaults.ts";
import { defaultServiceSpec } from "../defaulting/service.ts";
import type { KubeObject } from "../meta.ts";
import { type ShapeProblem, type Steps, shapeProblems } from "../schema/decode.ts";
import { child, copyOf, type Fields, field } from "../schema/fields.ts";
import { kindInfo, type SimulatedKind } from "../schema/kinds.ts";
import { type Cause, Causes } from "./cause.ts";
import { validateEndpointSlice } from "./endpoint-slice.ts";
import { validateNamespace, validateNode, validateNodeUpdate } from "./node.ts";
import { validatePod } from "./pod.ts";
import { validatePodDisruptionBudget } from "./pod-disruption-budget.ts";
import { validatePodUpdate } from "./pod-update.ts";
import { retiredField } from "./retired-fields.ts";
import { type ServiceRanges, validateServiceRequest } from "./service-request.ts";
import { sourceField } from "./source-field.ts";
import {
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateStatefulSet,
} from "./workload.ts";

export interface ValidationOptions extends DefaultingOptions {
  /** The version that the object replaces, as stored: the check is that of an update. */
  readonly existing?: KubeObject;
  /** What the cluster hands out to Services; without it, ranges are not checked. */
  readonly serviceRanges?: ServiceRanges;
  /** The number at a path as it was written, where known; see `shapeProblems`. */
  readonly literal?: (path: Steps) => string | undefined;
}

/**
 * A cause with its weight: unknown fields are warnings, as `kubectl apply` warns about them. `field` is
 * the field of the object, also where the server's error would name it differently.
 */
export interface Finding extends Cause {
  readonly severity: "error" | "warning";
}

/**
 * What a Kubernetes 1.36 API server finds wrong with an object: wrong types, and only if there are
 * none, broken rules, in the server's order. Defaults are applied to a copy first. Objects of kinds
 * that are not simulated have no findings. Objects that exist already (they have a uid) are not held
 * to what counts only for new ones. Never throws on any input that is a JSON object.
 */
export function validateObject(
  object: KubeObject,
  options: ValidationOptions = {},
): readonly Finding[] {
  const info = kindInfo(object.kind);
  if (info === undefined) return [];
  const { literal } = options;
  const problems = shapeProblems(
    object as Fields,
    info.kind,
    literal === undefined ? {} : { literal },
  );
  const told = (problem: ShapeProblem): Finding => shapeFinding(problem, info.kind);
  const warnings = problems.filter((problem) => problem.kind === "unknown").map(told);
  const errors = problems.filter((problem) => problem.kind !== "unknown").map(told);
  if (errors.length > 0) return [...errors, ...warnings];
  const causes = ruleCauses(object, info.kind, options).causes;
  const broken = causes.map(
    (cause): Finding => ({ ...cause, field: sourceField(cause.field), severity: "error" }),
  );
  return [...broken, ...warnings];
}

function shapeFinding(problem: ShapeProblem, kind: string): Finding {
  const { field } = problem;
  switch (problem.kind) {
    case "unknown":
      return {
        field,
        reason: "FieldValueInvalid",
        detail:
          retiredField(kind, field) ?? "is a field that Kubernetes does not know; it has no effect",
        severity: "warning",
      };
    case "type":
      return wrongType(field, `must be a ${problem.expected}, not a ${problem.found}`);
    case "quantity":
      return wrongType(field, "is no quantity such as 100m, 2 or 64Mi");
    case "time":
      return wrongType(field, "is no time such as 2026-01-31T12:00:00Z");
    default:
      return wrongType(field, "is no base64 text");
  }
}

function wrongType(field: string, detail: string): Finding {
  return { field, reason: "FieldValueTypeInvalid", detail, severity: "error" };
}

/** The rules alone: the causes, and the object as it would be stored. */
export function ruleCauses(
  object: KubeObject,
  kind: SimulatedKind,
  options: ValidationOptions,
): { readonly causes: readonly Cause[]; readonly result: Fields } {
  const old = options.existing as Fields | undefined;
  if (kind === "Service") {
    const service = copyOf<Fields>({ ...object });
    defaultServiceSpec(service);
    const families = options.serviceFamilies ?? ["IPv4", "IPv6"];
    const causes = validateServiceRequest(service, old, families, options.serviceRanges);
    return { causes, result: service };
  }
  const result = applyDefaults(object, options) as Fields;
  const causes = new Causes();
  RULES[kind](result, old, causes);
  return { causes: causes.list, result };
}

type Rules = (object: Fields, old: Fields | undefined, causes: Causes) => void;

const RULES: Readonly<Record<Exclude<SimulatedKind, "Service">, Rules>> = {
  Namespace: validateNamespace,
  Node: (node, old, causes) =>
    old === undefined ? validateNode(node, causes) : validateNodeUpdate(node, old, causes),
  Pod: (pod, old, causes) => {
    const exists = field(child(pod, "metadata"), "uid") !== undefined;
    if (old === undefined) validatePod(pod, !exists, causes);
    else validatePodUpdate(pod, old, causes);
  },
  Deployment: (object, old, causes) => validateDeployment({ object, old }, causes),
  ReplicaSet: (object, old, causes) => validateReplicaSet({ object, old }, causes),
  StatefulSet: (object, old, causes) => validateStatefulSet({ object, old }, causes),
  DaemonSet: (object, old, causes) => validateDaemonSet({ object, old }, causes),
  EndpointSlice: validateEndpointSlice,
  PodDisruptionBudget: validatePodDisruptionBudget,
};
