// Checked by the compiler alone: every field that our narrow kinds name exists in Kubernetes' own
// schema under the same path, with a type that has values in common. `kubernetes-types` stops at
// 1.30, so fields that came later are excepted by name, each with the release that brought it.
import type * as model from "@k8s-netsim/k8s-model/api";
import type * as apps from "kubernetes-types/apps/v1.js";
import type * as autoscaling from "kubernetes-types/autoscaling/v2.js";
import type * as core from "kubernetes-types/core/v1.js";
import type * as discovery from "kubernetes-types/discovery/v1.js";

type Primitive = string | number | boolean;
type NamedKeys<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] } & string;
type Join<Path extends string, Key extends string> = Path extends "" ? Key : `${Path}.${Key}`;

/** The paths at which `Ours` names what `Theirs` lacks, or types it as something else. */
type Difference<Ours, Theirs, Path extends string = ""> = unknown extends Ours
  ? never
  : [Ours] extends [Primitive]
    ? [Ours & Theirs] extends [never]
      ? Path
      : never
    : Ours extends readonly (infer OurItem)[]
      ? Theirs extends readonly (infer TheirItem)[]
        ? Difference<OurItem, TheirItem, `${Path}[]`>
        : Path
      : Theirs extends Primitive | readonly unknown[]
        ? Path
        : FieldDifference<Ours, Theirs, Path>;

type FieldDifference<Ours, Theirs, Path extends string> = {
  [Key in NamedKeys<Ours>]: Key extends keyof Theirs
    ? Difference<NonNullable<Ours[Key]>, NonNullable<Theirs[Key]>, Join<Path, Key>>
    : string extends keyof Theirs
      ? never
      : Join<Path, Key>;
}[NamedKeys<Ours>];

/** Compiles only where both are the same union, so that an exception without a use is an error too. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
function differsOnlyBy<_ extends true>(): void {}

// The check itself is checked: a field that does not exist, a list that is none, a wrong type.
type Sample = {
  spec: { replicas: string; selector: unknown; podNumber: number };
  status: string[];
};
differsOnlyBy<
  Same<Difference<Sample, apps.Deployment>, "spec.replicas" | "spec.podNumber" | "status">
>();

differsOnlyBy<Same<Difference<model.Service, core.Service>, never>>();
differsOnlyBy<
  // Node hints came with 1.33 (KEP 3015).
  Same<Difference<model.EndpointSlice, discovery.EndpointSlice>, "endpoints[].hints.forNodes">
>();
differsOnlyBy<Same<Difference<model.Node, core.Node>, never>>();
differsOnlyBy<Same<Difference<model.Namespace, core.Namespace>, never>>();
differsOnlyBy<Same<Difference<model.Pod, core.Pod>, never>>();
differsOnlyBy<Same<Difference<model.Deployment, apps.Deployment>, never>>();
differsOnlyBy<Same<Difference<model.ReplicaSet, apps.ReplicaSet>, never>>();
differsOnlyBy<Same<Difference<model.StatefulSet, apps.StatefulSet>, never>>();
differsOnlyBy<Same<Difference<model.DaemonSet, apps.DaemonSet>, never>>();
differsOnlyBy<
  // The tolerance came with 1.33 (KEP 4951).
  Same<
    Difference<model.HorizontalPodAutoscaler, autoscaling.HorizontalPodAutoscaler>,
    "spec.behavior.scaleUp.tolerance" | "spec.behavior.scaleDown.tolerance"
  >
>();
