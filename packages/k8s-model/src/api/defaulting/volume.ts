import { child, type Fields, field, items, setDefault, text } from "../schema/fields.ts";
import { defaultPullPolicy } from "./image.ts";

const FILE_MODE = 0o644;
const TOKEN_SECONDS = 3_600;

/** Defaults of one volume of a pod. Changes `volume`. */
export function defaultVolume(volume: Fields): void {
  const sources = Object.keys(volume).filter(
    (key) => key !== "name" && child(volume, key) !== undefined,
  );
  if (sources.length === 0) volume.emptyDir = {};
  for (const source of sources) {
    const fields = child(volume, source);
    if (fields !== undefined) SOURCE_DEFAULTS[source]?.(fields);
  }
}

const fileMode = (source: Fields): void => setDefault(source, "defaultMode", FILE_MODE, true);

const SOURCE_DEFAULTS: Readonly<Record<string, (source: Fields) => void>> = Object.assign(
  Object.create(null),
  {
    secret: fileMode,
    configMap: fileMode,
    downwardAPI: (source: Fields) => {
      fileMode(source);
      defaultDownwardItems(source);
    },
    projected: (source: Fields) => {
      fileMode(source);
      for (const projection of items(source, "sources")) defaultProjection(projection);
    },
    hostPath: (source: Fields) => setDefault(source, "type", "", true),
    image: (source: Fields) =>
      setDefault(source, "pullPolicy", defaultPullPolicy(text(source, "reference"))),
    ephemeral: (source: Fields) => {
      const claim = child(child(source, "volumeClaimTemplate"), "spec");
      if (claim !== undefined) setDefault(claim, "volumeMode", "Filesystem", true);
    },
    iscsi: (source: Fields) => setDefault(source, "iscsiInterface", "default"),
    rbd: (source: Fields) => {
      setDefault(source, "pool", "rbd");
      setDefault(source, "user", "admin");
      setDefault(source, "keyring", "/etc/ceph/keyring");
    },
    azureDisk: (source: Fields) => {
      setDefault(source, "cachingMode", "ReadWrite", true);
      setDefault(source, "fsType", "ext4", true);
      setDefault(source, "readOnly", false, true);
      setDefault(source, "kind", "Shared", true);
    },
    scaleIO: (source: Fields) => {
      setDefault(source, "storageMode", "ThinProvisioned");
      setDefault(source, "fsType", "xfs");
    },
  } satisfies Record<string, (source: Fields) => void>,
);

function defaultProjection(projection: Fields): void {
  const token = child(projection, "serviceAccountToken");
  if (token !== undefined) setDefault(token, "expirationSeconds", TOKEN_SECONDS, true);
  const downward = child(projection, "downwardAPI");
  if (downward !== undefined) defaultDownwardItems(downward);
}

function defaultDownwardItems(source: Fields): void {
  for (const item of items(source, "items")) defaultFieldRef(item);
}

/** `apiVersion: v1` of a field reference, in a volume or an environment variable. */
export function defaultFieldRef(holder: Fields): void {
  const reference = child(holder, "fieldRef");
  if (reference !== undefined) setDefault(reference, "apiVersion", "v1");
  const resource = child(holder, "resourceFieldRef");
  if (resource !== undefined && field(resource, "divisor") === undefined) {
    resource.divisor = "0";
  }
}
