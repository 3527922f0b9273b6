import { quantitySign } from "../quantity.ts";
import { readQuantity } from "../schema/amount.ts";
import { child, type Fields, field, items, number, text } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { FILE_FIELDS, validateFieldRef, validateResourceFieldRef } from "./environment.ts";
import { dnsLabel, dnsSubdomain } from "./names.ts";
import {
  validateFileMode,
  validateFilePath,
  validateNoBacksteps,
  validateRelativePath,
} from "./paths.ts";
import { validateVendorVolume } from "./vendor-volume.ts";

/** The volumes of a pod that are fine, by name. */
export type Volumes = ReadonlyMap<string, Fields>;

/** Checks the volumes of a pod. `podName` is needed for the names of claims made for the pod. */
export function validateVolumes(
  spec: Fields,
  path: string,
  podName: string | undefined,
  causes: Causes,
): Volumes {
  const fine = new Map<string, Fields>();
  const made = new Set(
    items(spec, "volumes")
      .filter((volume) => child(volume, "ephemeral") !== undefined)
      .map((volume) => `${podName}-${text(volume, "name")}`),
  );
  for (const [index, volume] of items(spec, "volumes").entries()) {
    const at = `${path}[${index}]`;
    const before = causes.list.length;
    validateSource(volume, at, podName, causes);
    const name = text(volume, "name");
    if (name === "") causes.required(`${at}.name`);
    else causes.invalidAll(`${at}.name`, dnsLabel(name));
    if (fine.has(name)) causes.duplicate(`${at}.name`, name);
    if (causes.list.length === before) fine.set(name, volume);
    const claim = text(child(volume, "persistentVolumeClaim"), "claimName");
    if (podName !== undefined && claim !== "" && made.has(claim)) {
      causes.invalid(
        `${at}.persistentVolumeClaim.claimName`,
        "must not be the claim that is made for an ephemeral volume of this pod",
      );
    }
  }
  return fine;
}

/** In the order in which the server looks at them. */
const SOURCES = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "secret",
  "nfs",
  "iscsi",
  "glusterfs",
  "flocker",
  "persistentVolumeClaim",
  "rbd",
  "cinder",
  "cephfs",
  "quobyte",
  "downwardAPI",
  "fc",
  "flexVolume",
  "configMap",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "storageos",
  "projected",
  "scaleIO",
  "csi",
  "ephemeral",
  "image",
] as const;

function validateSource(
  volume: Fields,
  path: string,
  podName: string | undefined,
  causes: Causes,
): void {
  const given = SOURCES.filter((source) => child(volume, source) !== undefined);
  if (given.length === 0) causes.required(path, "must name a type of volume");
  for (const [index, source] of given.entries()) {
    const at = `${path}.${source}`;
    if (index > 0) causes.forbidden(at, "may not be given besides another type of volume");
    else validateOneSource(source, child(volume, source) ?? {}, at, causes);
  }
  if (given[0] === "ephemeral" && podName !== undefined) {
    const problems = dnsSubdomain(`${podName}-${text(volume, "name")}`);
    causes.invalidAll(
      `${path}.name`,
      problems.map((problem) => `name of the claim: ${problem}`),
    );
  }
}

function validateOneSource(
  name: (typeof SOURCES)[number],
  source: Fields,
  path: string,
  causes: Causes,
): void {
  switch (name) {
    case "emptyDir": {
      const limit = readQuantity(field(source, "sizeLimit"));
      if (limit !== undefined && quantitySign(limit) < 0) {
        causes.forbidden(`${path}.sizeLimit`, "must be 0 or more");
      }
      return;
    }
    case "hostPath":
      validateHostPath(source, path, causes);
      return;
    case "secret":
      validateFiles(source, "secretName", path, causes);
      return;
    case "configMap":
      validateFiles(source, "name", path, causes);
      return;
    case "persistentVolumeClaim":
      if (text(source, "claimName") === "") causes.required(`${path}.claimName`);
      return;
    case "downwardAPI":
      validateFileMode(number(source, "defaultMode"), `${path}.defaultMode`, causes);
      for (const file of items(source, "items")) validateDownwardFile(file, path, causes);
      return;
    case "projected":
      validateProjected(source, path, causes);
      return;
    case "ephemeral":
      if (child(source, "volumeClaimTemplate") === undefined) {
        causes.required(`${path}.volumeClaimTemplate`);
      }
      return;
    case "image":
      validateImage(source, path, causes);
      return;
    case "gitRepo":
      if (text(source, "repository") === "") causes.required(`${path}.repository`);
      validateRelativePath(text(source, "directory"), `${path}.directory`, causes);
      return;
    default:
      validateVendorVolume(name, source, path, causes);
  }
}

const HOST_PATH_TYPES = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];

function validateHostPath(source: Fields, path: string, causes: Causes): void {
  const value = text(source, "path");
  if (value === "") {
    causes.required(`${path}.path`);
    return;
  }
  validateNoBacksteps(value, `${path}.path`, causes);
  const type = text(source, "type");
  if (!HOST_PATH_TYPES.includes(type)) causes.notSupported(`${path}.type`, type, HOST_PATH_TYPES);
}

function validateImage(source: Fields, path: string, causes: Causes): void {
  const reference = text(source, "reference");
  if (reference === "") causes.required(`${path}.reference`);
  causes.oneOf(`${path}.pullPolicy`, text(source, "pullPolicy"), [
    "Always",
    "IfNotPresent",
    "Never",
  ]);
}

function validateFiles(source: Fields, nameField: string, path: string, causes: Causes): void {
  if (text(source, nameField) === "") causes.required(`${path}.${nameField}`);
  validateFileMode(number(source, "defaultMode"), `${path}.defaultMode`, causes);
  for (const [index, item] of items(source, "items").entries()) {
    validateKeyToPath(item, `${path}.items[${index}]`, causes);
  }
}

function validateKeyToPath(item: Fields, path: string, causes: Causes): void {
  if (text(item, "key") === "") causes.required(`${path}.key`);
  if (text(item, "path") === "") causes.required(`${path}.path`);
  validateFilePath(text(item, "path"), `${path}.path`, causes);
  validateFileMode(number(item, "mode"), `${path}.mode`, causes);
}

function validateDownwardFile(file: Fields, path: string, causes: Causes): void {
  if (text(file, "path") === "") causes.required(`${path}.path`);
  validateFilePath(text(file, "path"), `${path}.path`, causes);
  const fieldRef = child(file, "fieldRef");
  const resourceRef = child(file, "resourceFieldRef");
  if (fieldRef !== undefined) {
    validateFieldRef(fieldRef, FILE_FIELDS, `${path}.fieldRef`, causes);
    if (resourceRef !== undefined)
      causes.invalid(path, "fieldRef and resourceFieldRef exclude each other");
  } else if (resourceRef !== undefined) {
    validateResourceFieldRef(resourceRef, true, `${path}.resourceFieldRef`, causes);
  } else {
    causes.required(path, "one of fieldRef and resourceFieldRef is required");
  }
  validateFileMode(number(file, "mode"), `${path}.mode`, causes);
}

function validateProjected(volume: Fields, path: string, causes: Causes): void {
  validateFileMode(number(volume, "defaultMode"), `${path}.defaultMode`, causes);
  const seen = new Set<string>();
  const claimPath = (file: string): void => {
    if (file !== "" && seen.has(file)) causes.invalid(path, `two sources write the file "${file}"`);
    seen.add(file);
  };
  for (const [index, source] of items(volume, "sources").entries()) {
    const at = `${path}.sources[${index}]`;
    const given = Object.keys(source).filter((name) => child(source, name) !== undefined);
    for (const name of ["secret", "configMap"]) {
      const files = child(source, name);
      if (files === undefined) continue;
      validateFiles(files, "name", `${at}.${name}`, causes);
      for (const item of items(files, "items")) claimPath(text(item, "path"));
    }
    for (const file of items(child(source, "downwardAPI"), "items")) {
      validateDownwardFile(file, `${at}.downwardAPI`, causes);
      claimPath(text(file, "path"));
    }
    const token = child(source, "serviceAccountToken");
    if (token !== undefined) validateToken(token, path, `${at}.serviceAccountToken`, causes);
    const bundle = child(source, "clusterTrustBundle");
    if (bundle !== undefined) validateTrustBundle(bundle, `${at}.clusterTrustBundle`, causes);
    if (given.length > 1) causes.forbidden(at, "may not name more than one source");
  }
}

const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 4_294_967_296;

function validateToken(token: Fields, volumePath: string, path: string, causes: Causes): void {
  const seconds = number(token, "expirationSeconds") ?? 0;
  if (seconds < MIN_TOKEN_SECONDS) {
    causes.invalid(`${path}.expirationSeconds`, "may not be less than 10 minutes");
  }
  if (seconds > MAX_TOKEN_SECONDS) causes.invalid(`${path}.expirationSeconds`, "is too long");
  const file = text(token, "path");
  if (file === "") causes.required(`${volumePath}.path`);
  else validateFilePath(file, `${volumePath}.path`, causes);
}

function validateTrustBundle(bundle: Fields, path: string, causes: Causes): void {
  const name = field(bundle, "name");
  const signer = field(bundle, "signerName");
  if (name !== undefined && signer !== undefined) {
    causes.invalid(path, "only one of name and signerName may be given");
  } else if (name === undefined && signer === undefined) {
    causes.required(path, "one of name and signerName is required");
  } else if (name === "" || signer === "") {
    causes.required(`${path}.${name === "" ? "name" : "signerName"}`);
  }
  if (text(bundle, "path") === "") causes.required(`${path}.path`);
  validateFilePath(text(bundle, "path"), `${path}.path`, causes);
}
