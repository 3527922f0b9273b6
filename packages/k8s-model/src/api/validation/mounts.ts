import { child, type Fields, field, flag, items, text } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { validateNoBacksteps, validateRelativePath } from "./paths.ts";
import type { Volumes } from "./volume.ts";

/** Checks where a container mounts its volumes and block devices. */
export function validateMounts(
  container: Fields,
  path: string,
  volumes: Volumes,
  causes: Causes,
): void {
  const mounts = items(container, "volumeMounts");
  const devices = items(container, "volumeDevices");
  const seen = new Set<string>();
  for (const [index, mount] of mounts.entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    const name = text(mount, "name");
    const mountPath = text(mount, "mountPath");
    if (name === "") causes.required(`${at}.name`);
    if (!volumes.has(name)) causes.notFound(`${at}.name`, name, "is not a volume of the pod");
    if (mountPath === "") causes.required(`${at}.mountPath`);
    if (seen.has(mountPath)) causes.invalid(`${at}.mountPath`, "must be unique");
    seen.add(mountPath);
    if (devices.some((device) => text(device, "name") === name)) {
      causes.invalid(`${at}.name`, "is already one of volumeDevices");
    }
    if (devices.some((device) => text(device, "devicePath") === mountPath)) {
      causes.invalid(`${at}.mountPath`, "is already the path of one of volumeDevices");
    }
    validateMountOptions(mount, `${path}.volumeMounts`, at, container, causes);
  }
  validateDevices(devices, mounts, `${path}.volumeDevices`, volumes, causes);
}

/** The server reports some problems of a mount at the list instead of the item. */
function validateMountOptions(
  mount: Fields,
  listPath: string,
  path: string,
  container: Fields,
  causes: Causes,
): void {
  const subPath = text(mount, "subPath");
  const expression = text(mount, "subPathExpr");
  if (subPath !== "") validateRelativePath(subPath, `${listPath}.subPath`, causes);
  if (expression !== "") {
    if (subPath !== "") {
      causes.invalid(`${path}.subPathExpr`, "subPathExpr and subPath exclude each other");
    }
    validateRelativePath(expression, `${listPath}.subPathExpr`, causes);
  }
  const propagation = text(mount, "mountPropagation");
  if (field(mount, "mountPropagation") !== undefined) {
    validatePropagation(propagation, container, `${listPath}.mountPropagation`, causes);
  }
  if (field(mount, "recursiveReadOnly") !== undefined) {
    validateRecursive(mount, propagation, `${listPath}.recursiveReadOnly`, causes);
  }
}

const PROPAGATIONS = ["Bidirectional", "HostToContainer", "None"];

function validatePropagation(value: string, container: Fields, path: string, causes: Causes): void {
  if (!PROPAGATIONS.includes(value)) causes.notSupported(path, value, PROPAGATIONS);
  if (value === "Bidirectional" && !flag(child(container, "securityContext"), "privileged")) {
    causes.forbidden(path, "Bidirectional is only for privileged containers");
  }
}

const RECURSIVE = ["Disabled", "Enabled", "IfPossible"];

function validateRecursive(mount: Fields, propagation: string, path: string, causes: Causes): void {
  const value = text(mount, "recursiveReadOnly");
  if (!RECURSIVE.includes(value)) {
    causes.notSupported(path, value, RECURSIVE);
  } else if (value !== "Disabled") {
    if (!flag(mount, "readOnly")) causes.forbidden(path, "may only be given when readOnly is true");
    if (propagation !== "" && propagation !== "None") {
      causes.forbidden(path, "may only be given without mountPropagation");
    }
  }
}

function validateDevices(
  devices: readonly Fields[],
  mounts: readonly Fields[],
  path: string,
  volumes: Volumes,
  causes: Causes,
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, device] of devices.entries()) {
    const at = `${path}[${index}]`;
    const name = text(device, "name");
    const devicePath = text(device, "devicePath");
    const volume = volumes.get(name);
    if (name === "") causes.required(`${at}.name`);
    if (names.has(name)) causes.invalid(`${at}.name`, "must be unique");
    if (volume === undefined) causes.notFound(`${at}.name`, name, "is not a volume of the pod");
    else if (!("persistentVolumeClaim" in volume) && !("ephemeral" in volume)) {
      causes.invalid(`${at}.name`, "must be a volume from a claim");
    }
    if (devicePath === "") causes.required(`${at}.devicePath`);
    if (paths.has(devicePath)) causes.invalid(`${at}.devicePath`, "must be unique");
    validateNoBacksteps(devicePath, `${at}.devicePath`, causes);
    if (mounts.some((mount) => text(mount, "name") === name)) {
      causes.invalid(`${at}.name`, "is already one of volumeMounts");
    }
    if (mounts.some((mount) => text(mount, "mountPath") === devicePath)) {
      causes.invalid(`${at}.devicePath`, "is already the path of one of volumeMounts");
    }
    names.add(name);
    paths.add(devicePath);
  }
}
