import { child, type Fields, field, flag, number, text, texts } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { dnsSubdomain } from "./names.ts";

/**
 * The fields that a volume of a storage vendor must have. More is not looked at: no such volume can
 * change what the simulator answers.
 */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  gcePersistentDisk: ["pdName"],
  awsElasticBlockStore: ["volumeID"],
  nfs: ["server", "path"],
  iscsi: ["targetPortal", "iqn"],
  glusterfs: ["endpoints", "path"],
  rbd: ["monitors", "image"],
  cinder: ["volumeID"],
  cephfs: ["monitors"],
  quobyte: ["registry", "volume"],
  flexVolume: ["driver"],
  azureFile: ["secretName", "shareName"],
  vsphereVolume: ["volumePath"],
  photonPersistentDisk: ["pdID"],
  portworxVolume: ["volumeID"],
  azureDisk: ["diskName", "diskURI"],
  storageos: ["volumeName"],
  scaleIO: ["gateway", "system", "volumeName"],
  csi: ["driver"],
};

const MAX_LUN = 255;

/** Checks a volume of a storage vendor. */
export function validateVendorVolume(
  name: string,
  source: Fields,
  path: string,
  causes: Causes,
): void {
  // The server writes another name than the field's for this one.
  const at =
    name === "gcePersistentDisk" ? path.replace(/gcePersistentDisk$/, "persistentDisk") : path;
  for (const required of REQUIRED[name] ?? []) {
    const missing = text(source, required) === "" && texts(source, required).length === 0;
    if (missing) causes.required(`${at}.${required}`);
  }
  const partition = number(source, "partition");
  if (partition !== undefined) causes.between(`${at}.partition`, partition, 0, MAX_LUN);
  const lun = number(source, "lun");
  if (lun !== undefined) causes.between(`${at}.lun`, lun, 0, MAX_LUN);
  switch (name) {
    case "nfs":
      if (!text(source, "path").startsWith("/"))
        causes.invalid(`${at}.path`, "must be an absolute path");
      return;
    case "iscsi":
      if (text(source, "iqn") !== "" && !/^(?:iqn|eui|naa)/.test(text(source, "iqn"))) {
        causes.invalid(`${at}.iqn`, "must start with iqn, eui or naa");
      }
      if (
        (flag(source, "chapAuthDiscovery") || flag(source, "chapAuthSession")) &&
        child(source, "secretRef") === undefined
      ) {
        causes.required(`${at}.secretRef`);
      }
      return;
    case "flocker":
      validateFlocker(source, at, causes);
      return;
    case "fc":
      validateFibreChannel(source, at, causes);
      return;
    case "csi":
      causes.invalidAll(
        `${at}.driver`,
        text(source, "driver") === "" ? [] : dnsSubdomain(text(source, "driver").toLowerCase()),
      );
      return;
    default:
  }
}

function validateFlocker(source: Fields, path: string, causes: Causes): void {
  const name = text(source, "datasetName");
  const uuid = text(source, "datasetUUID");
  if (name === "" && uuid === "")
    causes.required(path, "one of datasetName and datasetUUID is required");
  if (name !== "" && uuid !== "")
    causes.invalid(path, "datasetName and datasetUUID exclude each other");
  if (name.includes("/")) causes.invalid(`${path}.datasetName`, "must not contain /");
}

function validateFibreChannel(source: Fields, path: string, causes: Causes): void {
  const targets = texts(source, "targetWWNs").length;
  const ids = texts(source, "wwids").length;
  if (targets === 0 && ids === 0)
    causes.required(`${path}.targetWWNs`, "one of targetWWNs and wwids is required");
  if (targets > 0 && ids > 0)
    causes.invalid(`${path}.targetWWNs`, "targetWWNs and wwids exclude each other");
  if (targets > 0 && field(source, "lun") === undefined) causes.required(`${path}.lun`);
}
