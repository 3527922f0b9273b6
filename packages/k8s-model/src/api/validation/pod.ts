import { child, type Fields, field, items, text, textMap } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { metadataOf, validateAnnotations, validateLabels, validateMetadata } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";
import { validatePodSpec } from "./pod-spec.ts";

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const MAX_INT32 = 2_147_483_647;

/** Checks a pod; what holds only while it is created is left out for one that exists. */
export function validatePod(pod: Fields, creating: boolean, causes: Causes): void {
  const metadata = metadataOf(pod);
  const spec = child(pod, "spec") ?? {};
  validateMetadata(metadata, dnsSubdomain, true, causes);
  validatePodAnnotations(metadata, spec, "metadata.annotations", causes);
  validatePodSpec(spec, "spec", { pod: metadata }, causes);
  validateTokenVolumes(spec, causes);
  for (const list of ["containers", "initContainers"]) {
    for (const [index, container] of items(spec, list).entries()) {
      const image = text(container, "image");
      if (image !== image.trim()) {
        causes.invalid(
          `spec.${list}[${index}].image`,
          "must not have leading or trailing white space",
        );
      }
    }
  }
  if (!creating) return;
  if (items(spec, "ephemeralContainers").length > 0) {
    causes.forbidden("spec.ephemeralContainers", "cannot be set on create");
  }
  if (text(spec, "nodeName") !== "" && items(spec, "schedulingGates").length > 0) {
    causes.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared");
  }
}

/** Checks annotations that mean something for pods. */
function validatePodAnnotations(holder: Fields, spec: Fields, path: string, causes: Causes): void {
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap((list) =>
    items(spec, list).map((container) => text(container, "name")),
  );
  for (const [key, value] of textMap(holder, "annotations")) {
    if (key === DELETION_COST && !isInt32(value)) {
      causes.invalid(`${path}[${key}]`, "must be an integer of 32 bits");
    }
    if (key.startsWith(APP_ARMOR)) {
      const name = key.slice(APP_ARMOR.length);
      if (!containers.includes(name))
        causes.invalid(`${path}[${key}]`, `there is no container "${name}"`);
      if (!/^(?:|runtime\/default|unconfined|localhost\/.*)$/.test(value)) {
        causes.invalid(`${path}[${key}]`, "is no AppArmor profile");
      }
    }
  }
}

function isInt32(value: string): boolean {
  if (!/^(?:0|-?[1-9][0-9]{0,9})$/.test(value)) return false;
  return Number(value) <= MAX_INT32 && Number(value) >= -MAX_INT32 - 1;
}

function validateTokenVolumes(spec: Fields, causes: Causes): void {
  if (text(spec, "serviceAccountName") !== "") return;
  for (const [index, volume] of items(spec, "volumes").entries()) {
    for (const [source, projection] of items(child(volume, "projected"), "sources").entries()) {
      if (child(projection, "serviceAccountToken") === undefined) continue;
      causes.forbidden(
        `spec.volumes[${index}].projected.sources[${source}].serviceAccountToken`,
        "must not be given when serviceAccountName is not set",
      );
    }
  }
}

/** Checks the template of a workload. */
export function validateTemplate(
  template: Fields,
  path: string,
  extraVolumes: readonly string[],
  causes: Causes,
): void {
  const metadata = metadataOf(template);
  const spec = child(template, "spec") ?? {};
  // The server leaves "metadata" out of these two paths.
  validateLabels(metadata, "labels", `${path}.labels`, causes);
  validateAnnotations(metadata, `${path}.annotations`, causes);
  validatePodAnnotations(metadata, spec, `${path}.annotations`, causes);
  validatePodSpec(spec, `${path}.spec`, { pod: undefined, extraVolumes }, causes);
  if (items(spec, "ephemeralContainers").length > 0) {
    causes.forbidden(`${path}.spec.ephemeralContainers`, "are not allowed in a template");
  }
  if (text(spec, "restartPolicy") !== "Always") {
    causes.notSupported(`${path}.spec.restartPolicy`, text(spec, "restartPolicy"), ["Always"]);
  }
  if (field(spec, "activeDeadlineSeconds") !== undefined) {
    causes.forbidden(`${path}.spec.activeDeadlineSeconds`, "is not supported in a workload");
  }
}
