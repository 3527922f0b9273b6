import { roundUpQuantity } from "../quantity.ts";
import { formatQuantity } from "../quantity-format.ts";
import { readQuantity } from "../schema/amount.ts";
import { child, ensureChild, type Fields, items, setDefault, text } from "../schema/fields.ts";
import { defaultPullPolicy } from "./image.ts";
import { defaultFieldRef } from "./volume.ts";

const MILLI = -3;

/** Defaults of one container, ephemeral and init ones included. Changes `container`. */
export function defaultContainer(container: Fields): void {
  setDefault(container, "imagePullPolicy", defaultPullPolicy(text(container, "image")));
  setDefault(container, "terminationMessagePath", "/dev/termination-log");
  setDefault(container, "terminationMessagePolicy", "File");
  for (const port of items(container, "ports")) setDefault(port, "protocol", "TCP");
  for (const variable of items(container, "env")) {
    const source = child(variable, "valueFrom");
    if (source !== undefined) defaultFieldRef(source);
  }
  roundResources(ensureChild(container, "resources"));
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = child(container, name);
    if (probe !== undefined) defaultProbe(probe);
  }
  const lifecycle = child(container, "lifecycle");
  for (const name of ["postStart", "preStop"]) defaultHttpGet(child(lifecycle, name));
}

function defaultProbe(probe: Fields): void {
  setDefault(probe, "timeoutSeconds", 1);
  setDefault(probe, "periodSeconds", 10);
  setDefault(probe, "successThreshold", 1);
  setDefault(probe, "failureThreshold", 3);
  defaultHttpGet(probe);
  const grpc = child(probe, "grpc");
  if (grpc !== undefined) setDefault(grpc, "service", "", true);
}

function defaultHttpGet(handler: Fields | undefined): void {
  const get = child(handler, "httpGet");
  if (get === undefined) return;
  setDefault(get, "path", "/");
  setDefault(get, "scheme", "HTTP");
}

/** Rounds requests and limits up to thousandths, the finest amount that Kubernetes keeps. */
export function roundResources(resources: Fields): void {
  roundResourceList(child(resources, "limits"));
  roundResourceList(child(resources, "requests"));
}

/** Rounds the amounts of a resource list up to thousandths. Changes `list`. */
export function roundResourceList(list: Fields | undefined): void {
  for (const [name, value] of Object.entries(list ?? {})) {
    const quantity = readQuantity(value);
    if (list === undefined || quantity === undefined) continue;
    const rounded = formatQuantity(roundUpQuantity(quantity, MILLI));
    Object.defineProperty(list, name, { value: rounded, enumerable: true, writable: true });
  }
}

/** Requests that are not given are the limits. Pods only: templates keep what was written. */
export function requestsFromLimits(container: Fields): void {
  const resources = ensureChild(container, "resources");
  const limits = child(resources, "limits");
  if (limits === undefined) return;
  resources.requests = { ...limits, ...child(resources, "requests") };
}
