import { child, type Fields, field, items, number, text, texts } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { httpHeaderName, portNumber, portNumberOrName } from "./names.ts";

/** Checks probes and life-cycle hooks of a container that may have them. */
export function validateHandlers(
  container: Fields,
  path: string,
  graceSeconds: number | undefined,
  causes: Causes,
): void {
  const lifecycle = child(container, "lifecycle");
  for (const name of ["postStart", "preStop"]) {
    const handler = child(lifecycle, name);
    if (handler !== undefined) {
      validateHandler(handler, HOOKS, `${path}.lifecycle.${name}`, graceSeconds, causes);
    }
  }
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = child(container, name);
    if (probe !== undefined) validateProbe(probe, name, `${path}.${name}`, causes);
  }
}

const PROBES = ["exec", "httpGet", "tcpSocket", "grpc"];
const HOOKS = ["exec", "httpGet", "tcpSocket", "sleep"];

function validateProbe(probe: Fields, name: string, path: string, causes: Causes): void {
  validateHandler(probe, PROBES, path, undefined, causes);
  for (const count of [
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  ]) {
    causes.nonNegative(`${path}.${count}`, number(probe, count));
  }
  const grace = number(probe, "terminationGracePeriodSeconds");
  const gracePath = `${path}.terminationGracePeriodSeconds`;
  if (grace !== undefined && grace <= 0) causes.invalid(gracePath, "must be greater than 0");
  if (name === "readinessProbe") {
    if (grace !== undefined) causes.invalid(gracePath, "must not be set for readiness probes");
  } else if (number(probe, "successThreshold") !== 1) {
    causes.invalid(`${path}.successThreshold`, "must be 1");
  }
}

function validateHandler(
  handler: Fields,
  kinds: readonly string[],
  path: string,
  graceSeconds: number | undefined,
  causes: Causes,
): void {
  const given = kinds.filter((kind) => child(handler, kind) !== undefined);
  if (given.length === 0) causes.required(path, `must name one of ${kinds.join(", ")}`);
  for (const [index, kind] of given.entries()) {
    const at = `${path}.${kind}`;
    if (index > 0) causes.forbidden(at, "may not be given besides another handler");
    else validateAction(kind, child(handler, kind) ?? {}, at, graceSeconds, causes);
  }
}

function validateAction(
  kind: string,
  action: Fields,
  path: string,
  graceSeconds: number | undefined,
  causes: Causes,
): void {
  switch (kind) {
    case "exec":
      if (texts(action, "command").length === 0) causes.required(`${path}.command`);
      return;
    case "httpGet":
      validateHttpGet(action, path, causes);
      return;
    case "tcpSocket":
      causes.invalidAll(`${path}.port`, portNumberOrName(field(action, "port")));
      return;
    case "grpc":
      causes.invalidAll(`${path}.port`, portNumber(number(action, "port") ?? 0));
      return;
    default: {
      const seconds = number(action, "seconds") ?? 0;
      if (graceSeconds !== undefined && (seconds < 0 || seconds > graceSeconds)) {
        causes.invalid(
          path,
          `must last 0 to terminationGracePeriodSeconds (${graceSeconds}) seconds`,
        );
      }
    }
  }
}

function validateHttpGet(action: Fields, path: string, causes: Causes): void {
  if (text(action, "path") === "") causes.required(`${path}.path`);
  causes.invalidAll(`${path}.port`, portNumberOrName(field(action, "port")));
  const scheme = text(action, "scheme");
  if (scheme !== "HTTP" && scheme !== "HTTPS") {
    causes.notSupported(`${path}.scheme`, scheme, ["HTTP", "HTTPS"]);
  }
  for (const header of items(action, "httpHeaders")) {
    causes.invalidAll(`${path}.httpHeaders`, httpHeaderName(text(header, "name")));
  }
}
