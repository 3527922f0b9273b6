import type { Diagnostic } from "./diagnostic.ts";
import { duplicateDiagnostics } from "./duplicates.ts";
import { readJsonFile } from "./json-file.ts";
import { lineIndex } from "./line-index.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { objectsOf } from "./object-reading.ts";
import type { ReadFile } from "./source-document.ts";
import { notText } from "./text-check.ts";
import { readYamlFile } from "./yaml-file.ts";

/** A file of the input, already read and decoded from UTF-8. */
export interface ManifestSource {
  readonly file: string;
  readonly text: string;
}

export interface ReadOptions {
  /** Given to objects of namespaced kinds that name none. Default: `default`. */
  readonly namespace?: string;
  /** YAML files longer than this, in characters, are refused. Default: 64 Mi. */
  readonly maxYamlLength?: number;
  /** JSON files longer than this, in characters, are refused. Default: 400 Mi. */
  readonly maxJsonLength?: number;
}

export interface Manifests {
  readonly objects: readonly ManifestObject[];
  readonly diagnostics: readonly Diagnostic[];
}

const MEBI = 1_048_576;

/**
 * Reads manifests and cluster dumps: YAML of one or more documents, JSON, and lists in either.
 *
 * Broken input never throws. What cannot be read is left out and named in `diagnostics` with its
 * place, the reason and the remedy; everything else is returned, with all fields of the input.
 * Of a Secret only the name is kept. Of objects that occur twice the first is kept.
 */
export function readManifests(
  sources: readonly ManifestSource[],
  options: ReadOptions = {},
): Manifests {
  const objects: ManifestObject[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const source of sources) {
    const read = readSource(source, options);
    diagnostics.push(...read.diagnostics);
    let found = 0;
    for (const document of read.documents) {
      const result = objectsOf(document, options.namespace ?? "default");
      for (const object of result.objects) objects.push(object);
      for (const diagnostic of result.diagnostics) diagnostics.push(diagnostic);
      found += result.objects.length + result.diagnostics.length;
    }
    if (found === 0 && read.diagnostics.length === 0) diagnostics.push(empty(source.file));
  }
  const duplicates = duplicateDiagnostics(objects);
  return {
    objects: objects.filter((object) => !duplicates.has(object)),
    diagnostics: [...diagnostics, ...duplicates.values()],
  };
}

export function readSource(source: ManifestSource, options: ReadOptions): ReadFile {
  const { file } = source;
  const text = source.text.startsWith("\ufeff") ? source.text.slice(1) : source.text;
  const isJson = /^\s*[{[]/.test(text.slice(0, 1_000)) && !/^\s*\{\{/.test(text.slice(0, 1_000));
  const limit = isJson
    ? (options.maxJsonLength ?? 400 * MEBI)
    : (options.maxYamlLength ?? 64 * MEBI);
  if (text.length > limit) return tooLarge(file, text.length, limit, isJson);
  const binary = notText(file, text);
  if (binary !== undefined) return { documents: [], diagnostics: [binary] };
  const lines = lineIndex(file, text);
  if (!isJson) return readYamlFile(file, text, lines);
  const read = readJsonFile(file, text, lines);
  if (read.diagnostics.length === 0 || text.length > MEBI) return read;
  // A YAML file may begin with a bracket as well; if it is no YAML either, JSON's error is clearer.
  const asYaml = read.diagnostics.some((problem) => problem.code === "json-syntax")
    ? readYamlFile(file, text, lines)
    : read;
  return asYaml.diagnostics.length === 0 ? asYaml : read;
}

function tooLarge(file: string, length: number, limit: number, isJson: boolean): ReadFile {
  const size = (characters: number) => `${Math.ceil(characters / MEBI)} MiB`;
  return {
    documents: [],
    diagnostics: [
      {
        code: "file-too-large",
        severity: "error",
        message: `${file} holds ${size(length)} of ${isJson ? "JSON" : "YAML"}; the limit is ${size(limit)}.`,
        remedy: isJson
          ? "split it, for example one file a kind"
          : "pass JSON (kubectl get -o json), which is read much faster, or split it",
        at: { file, line: 1, column: 1 },
      },
    ],
  };
}

function empty(file: string): Diagnostic {
  return {
    code: "no-objects",
    severity: "warning",
    message: `${file} holds no Kubernetes object.`,
    remedy: "check that this is the file meant",
    at: { file, line: 1, column: 1 },
  };
}
