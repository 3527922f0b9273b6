import type { KubeObject } from "../meta.ts";
import { isFields } from "../schema/fields.ts";
import { kindInfo } from "../schema/kinds.ts";
import type { ReleaseFeature } from "./feature.ts";
import { releaseFeatures } from "./features.ts";
import { isCoveredRelease, NEWEST_RELEASE, OLDEST_RELEASE, parseRelease } from "./release.ts";

/** A field that the given release of Kubernetes does not understand. */
export interface ReleaseFinding {
  readonly code: "unsupported-kubernetes-version" | "field-ignored" | "value-rejected";
  /** A warning only where no release honours the field without a feature gate. */
  readonly severity: "error" | "warning";
  /** Where, as the API server writes it; "" for the version itself. */
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * The fields and values of an object that a Kubernetes release ignores or rejects, with its default
 * feature gates. `version` is a text such as `1.31` or `v1.31.4`; one that the table does not cover is
 * a finding of its own. Objects of kinds that are not simulated have none.
 */
export function checkRelease(object: KubeObject, version: string): readonly ReleaseFinding[] {
  const release = parseRelease(version);
  if (release === undefined || !isCoveredRelease(release)) return [unsupported(version)];
  const info = kindInfo(object.kind);
  if (info === undefined) return [];
  const findings: ReleaseFinding[] = [];
  for (const feature of releaseFeatures) {
    if (feature.since !== undefined && feature.since <= release) continue;
    if (!feature.kinds.includes(info.kind)) continue;
    for (const [field, value] of valuesAt(object, feature.path)) {
      if (feature.applies === undefined || feature.applies(value)) {
        findings.push(finding(feature, field, value, release));
      }
    }
  }
  return withoutShadowed(findings);
}

/** A rejected value of a field that is ignored altogether is not looked at. */
function withoutShadowed(findings: readonly ReleaseFinding[]): readonly ReleaseFinding[] {
  const ignored = new Set(
    findings.filter(({ code }) => code === "field-ignored").map(({ field }) => field),
  );
  return findings.filter(({ code, field }) => {
    if (code !== "value-rejected") return true;
    return ![...ignored].some((one) => field === one || field.startsWith(`${one}.`));
  });
}

function unsupported(version: string): ReleaseFinding {
  return {
    code: "unsupported-kubernetes-version",
    severity: "error",
    field: "",
    message: `"${version}" is no Kubernetes version from 1.${OLDEST_RELEASE} to 1.${NEWEST_RELEASE}.`,
    remedy: "name a version such as 1.34",
  };
}

function finding(
  feature: ReleaseFeature,
  field: string,
  value: unknown,
  release: number,
): ReleaseFinding {
  const shown = typeof value === "string" || typeof value === "number" ? ` ${value}` : "";
  const { since, name, kep, instead } = feature;
  const needs =
    since === undefined
      ? "no release honours it unless a feature gate is set"
      : `it needs 1.${since}`;
  const action = feature.before === "ignored" ? "ignores" : "rejects";
  const upgrade = since === undefined ? "remove the field" : `upgrade to 1.${since} or later`;
  return {
    code: feature.before === "ignored" ? "field-ignored" : "value-rejected",
    severity: since === undefined ? "warning" : "error",
    field,
    message: `Kubernetes 1.${release} ${action} ${field}${shown}: ${name}, ${needs} (KEP ${kep}).`,
    remedy: instead === undefined ? upgrade : `${upgrade}, or ${instead}`,
  };
}

/** The values at a path with wildcards, each with its path written out. */
function valuesAt(object: unknown, path: string): readonly (readonly [string, unknown])[] {
  let found: readonly (readonly [string, unknown])[] = [["", object]];
  for (const [, name, key] of path.matchAll(/([A-Za-z]+)|\[([^\]]*)\]/g)) {
    if (name !== undefined) {
      found = found.flatMap(([at, value]) => step(value, name, at === "" ? name : `${at}.${name}`));
    } else if (key === "") {
      found = found.flatMap(([at, value]) =>
        Array.isArray(value) ? value.map((item, index) => [`${at}[${index}]`, item] as const) : [],
      );
    } else if (key !== undefined) {
      found = found.flatMap(([at, value]) => step(value, key, `${at}[${key}]`));
    }
  }
  return found;
}

function step(value: unknown, name: string, path: string): readonly (readonly [string, unknown])[] {
  if (!isFields(value) || !Object.hasOwn(value, name)) return [];
  const item = value[name];
  return item === null || item === undefined ? [] : [[path, item]];
}
