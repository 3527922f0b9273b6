import type { SourcePosition } from "../../manifests/diagnostic.ts";
import type { FieldPath } from "../../manifests/field-path.ts";
import { isFields, listOf } from "../../manifests/guards.ts";
import type { ManifestObject } from "../../manifests/manifest-object.ts";
import { runningContainers, type WorkloadView } from "../../manifests/workloads.ts";

/** A piece of a workload's configuration that may name a Service. */
export interface ConfigText {
  /** How evidence names it: `CART_ADDR`, `args[2]`, `ConfigMap shop/web key "app.conf"`. */
  readonly variable: string;
  /** The name whose words say whether the value is a host: an environment variable, a flag. */
  readonly nameHint: string;
  readonly value: string;
  /** `value`: the text is one setting. `file`: it holds many, on lines of their own. */
  readonly shape: "value" | "file";
  at(): SourcePosition;
  /** The value of a setting beside it, such as the port that belongs to a host. */
  sibling(name: string): string | undefined;
}

/** ConfigMaps of the input by `NAMESPACE/NAME`. */
export type ConfigMaps = ReadonlyMap<string, ManifestObject>;

export function configMapsOf(objects: readonly ManifestObject[]): ConfigMaps {
  const maps = objects.filter(({ object }) => object.kind === "ConfigMap");
  return new Map(
    maps.map((entry) => [
      `${entry.object.metadata.namespace}/${entry.object.metadata.name}`,
      entry,
    ]),
  );
}

/** Everything the running containers of a workload are told: environment, arguments, mounted files. */
export function configTexts(
  view: WorkloadView,
  configMaps: ConfigMaps,
  serviceVariable: LookUp,
): ConfigText[] {
  return runningContainers(view).flatMap(({ container, path }) => {
    const environment = environmentOf(view, container, path, configMaps, serviceVariable);
    return [
      ...environment,
      ...commandTexts(view, container, path, environment, serviceVariable),
      ...mountedFiles(view, container, configMaps),
    ];
  });
}

/** The value of a variable. */
export type LookUp = (name: string) => string | undefined;

type ContainerFields = Readonly<Record<string, unknown>>;

/** Later settings win over earlier ones of the same name, and `env` over `envFrom`. */
function environmentOf(
  view: WorkloadView,
  container: ContainerFields,
  path: FieldPath,
  configMaps: ConfigMaps,
  serviceVariable: LookUp,
): ConfigText[] {
  const variables = new Map<string, ConfigText>();
  const sibling = (name: string) => variables.get(name)?.value;
  for (const source of listOf(container.envFrom)) {
    if (!isFields(source) || !isFields(source.configMapRef)) continue;
    const prefix = typeof source.prefix === "string" ? source.prefix : "";
    const map = configMaps.get(`${view.namespace}/${String(source.configMapRef.name)}`);
    for (const [key, value] of dataOf(map)) {
      const at = () => (map as ManifestObject).position(["data", key]);
      const name = prefix + key;
      variables.set(name, { variable: name, nameHint: name, value, shape: "value", at, sibling });
    }
  }
  listOf(container.env).forEach((entry, index) => {
    if (!isFields(entry) || typeof entry.name !== "string") return;
    const { name } = entry;
    const found = variableValue(view, entry, [...path, "env", index], configMaps);
    if (found === undefined) return;
    const value = expand(found.value, (other) => sibling(other) ?? serviceVariable(other));
    variables.set(name, {
      variable: name,
      nameHint: name,
      shape: "value",
      sibling,
      ...found,
      value,
    });
  });
  return [...variables.values()];
}

function variableValue(
  view: WorkloadView,
  entry: ContainerFields,
  path: FieldPath,
  configMaps: ConfigMaps,
): { value: string; at: () => SourcePosition } | undefined {
  if (typeof entry.value === "string") {
    return { value: entry.value, at: () => view.entry.position([...path, "value"]) };
  }
  const reference = isFields(entry.valueFrom) ? entry.valueFrom.configMapKeyRef : undefined;
  if (!isFields(reference)) return undefined;
  const map = configMaps.get(`${view.namespace}/${String(reference.name)}`);
  const key = String(reference.key);
  const value = new Map(dataOf(map)).get(key);
  if (map === undefined || value === undefined) return undefined;
  return { value, at: () => map.position(["data", key]) };
}

/** `$(NAME)` as the kubelet replaces it, by variables defined before; others stay as they are. */
function expand(value: string, lookUp: LookUp): string {
  if (!value.includes("$(") || value.length > MAX_EXPANDED) return value;
  return value.replace(/\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name: string) => {
    const replacement = lookUp(name) ?? whole;
    return replacement.length > MAX_EXPANDED ? whole : replacement;
  });
}

/** Text beyond this is no address, and repeated expansion must not grow without bound. */
const MAX_EXPANDED = 10_000;

function commandTexts(
  view: WorkloadView,
  container: ContainerFields,
  path: FieldPath,
  environment: readonly ConfigText[],
  serviceVariable: LookUp,
): ConfigText[] {
  const lookUp = (name: string) =>
    environment.find((text) => text.variable === name)?.value ?? serviceVariable(name);
  return ["command", "args"].flatMap((field) => {
    const words = listOf(container[field]);
    return words.flatMap((word, index) => {
      if (typeof word !== "string") return [];
      const before = words[index - 1];
      const flag = typeof before === "string" && /^--?[\w.-]+$/.test(before) ? before : "";
      const expanded = expandShell(expand(word, lookUp), lookUp);
      const equals = /^(--?[\w.-]+|[A-Za-z_]\w*)=([\s\S]*)$/.exec(expanded);
      const [nameHint, said] =
        equals === null ? [flag, expanded] : [equals[1] as string, equals[2] as string];
      const value = withNextPort(said, words[index + 1]);
      const shape = /\s/.test(value) ? "file" : "value";
      const at = () => view.entry.position([...path, field, index]);
      return [{ variable: `${field}[${index}]`, nameHint, value, shape, at, sibling: lookUp }];
    });
  });
}

/** `--replicaof redis 6379`: a host and its port as two words. */
function withNextPort(word: string, next: unknown): string {
  const isHost = /^[A-Za-z][A-Za-z0-9.-]{0,252}$/.test(word);
  return isHost && typeof next === "string" && /^\d{1,5}$/.test(next) ? `${word}:${next}` : word;
}

/** `$NAME` and `${NAME}` as a shell started by the command would replace them. */
function expandShell(word: string, lookUp: LookUp): string {
  if (!word.includes("$") || word.length > MAX_EXPANDED) return word;
  return word.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (whole, braced, bare) => {
    const replacement = lookUp((braced ?? bare) as string) ?? whole;
    return replacement.length > MAX_EXPANDED ? whole : replacement;
  });
}

function mountedFiles(
  view: WorkloadView,
  container: ContainerFields,
  configMaps: ConfigMaps,
): ConfigText[] {
  const mounted = new Set(
    listOf(container.volumeMounts).map((mount) => (isFields(mount) ? mount.name : undefined)),
  );
  const names = listOf(view.podSpec.volumes)
    .filter((volume) => isFields(volume) && mounted.has(volume.name))
    .flatMap((volume) => configMapNames(volume as ContainerFields));
  return [...new Set(names)].flatMap((name) => {
    const map = configMaps.get(`${view.namespace}/${name}`);
    return dataOf(map).map(([key, value]) => ({
      variable: `ConfigMap ${view.namespace}/${name} key "${key}"`,
      nameHint: key,
      value,
      shape: "file" as const,
      at: () => (map as ManifestObject).position(["data", key]),
      sibling: () => undefined,
    }));
  });
}

function configMapNames(volume: ContainerFields): string[] {
  const direct = isFields(volume.configMap) ? [volume.configMap.name] : [];
  const projected = isFields(volume.projected)
    ? listOf(volume.projected.sources).map((source) =>
        isFields(source) && isFields(source.configMap) ? source.configMap.name : undefined,
      )
    : [];
  return [...direct, ...projected].filter((name): name is string => typeof name === "string");
}

function dataOf(map: ManifestObject | undefined): [string, string][] {
  const data = map?.object.data;
  if (!isFields(data)) return [];
  return Object.entries(data).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
}
