import { child, type Fields, field, items, number, text } from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { validateEnvironment } from "./environment.ts";
import { validateMounts } from "./mounts.ts";
import { dnsLabel, portName, portNumber } from "./names.ts";
import { validateHandlers } from "./probe.ts";
import { validateResources } from "./resources.ts";
import { validateContainerSecurity } from "./security.ts";
import type { Volumes } from "./volume.ts";

/** What containers are checked against. */
export interface ContainerContext {
  readonly volumes: Volumes;
  readonly claims: ReadonlySet<string>;
  readonly graceSeconds: number | undefined;
  readonly podRestartPolicy: string;
  readonly hostUsers: boolean;
}

export const PROTOCOLS: readonly string[] = ["SCTP", "TCP", "UDP"];
const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const MESSAGE_POLICIES = ["File", "FallbackToLogsOnError"];

/** Checks the regular containers of a pod. */
export function validateContainers(
  spec: Fields,
  path: string,
  context: ContainerContext,
  causes: Causes,
): void {
  const containers = items(spec, "containers");
  if (containers.length === 0) {
    causes.required(path);
    return;
  }
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    validateContainer(container, at, context, causes);
    const name = text(container, "name");
    if (names.has(name)) causes.duplicate(`${at}.name`, name);
    names.add(name);
    validateHandlers(container, at, context.graceSeconds, causes);
    validateRestart(container, false, at, causes);
  }
  validateHostPorts(containers, path, causes);
}

/** Checks the containers that run before, or beside, the regular ones. */
export function validateInitContainers(
  spec: Fields,
  path: string,
  context: ContainerContext,
  causes: Causes,
): void {
  const names = new Set(items(spec, "containers").map((container) => text(container, "name")));
  for (const [index, container] of items(spec, "initContainers").entries()) {
    const at = `${path}[${index}]`;
    validateContainer(container, at, context, causes);
    const sidecar = text(container, "restartPolicy") === "Always";
    validateRestart(container, true, at, causes);
    const name = text(container, "name");
    if (names.has(name)) causes.duplicate(`${at}.name`, name);
    else if (name !== "") names.add(name);
    // Init containers run one by one: each has the host's ports to itself.
    validateHostPorts([container], path, causes);
    if (sidecar) {
      validateHandlers(container, at, context.graceSeconds, causes);
      continue;
    }
    for (const handler of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"]) {
      if (child(container, handler) !== undefined) {
        causes.forbidden(
          `${at}.${handler}`,
          "may not be set for init containers without restartPolicy Always",
        );
      }
    }
  }
}

/** What holds for every container. */
export function validateContainer(
  container: Fields,
  path: string,
  context: ContainerContext,
  causes: Causes,
): void {
  const name = text(container, "name");
  if (name === "") causes.required(`${path}.name`);
  else causes.invalidAll(`${path}.name`, dnsLabel(name));
  if (text(container, "image") === "") causes.required(`${path}.image`);
  causes.oneOf(
    `${path}.terminationMessagePolicy`,
    text(container, "terminationMessagePolicy"),
    MESSAGE_POLICIES,
  );
  validatePorts(container, `${path}.ports`, causes);
  validateEnvironment(container, path, causes);
  validateMounts(container, path, context.volumes, causes);
  causes.oneOf(`${path}.imagePullPolicy`, text(container, "imagePullPolicy"), PULL_POLICIES);
  const resources = child(container, "resources") ?? {};
  validateResources(resources, `${path}.resources`, context.claims, "container", causes);
  validateResizePolicy(container, `${path}.resizePolicy`, context.podRestartPolicy, causes);
  validateContainerSecurity(
    child(container, "securityContext"),
    `${path}.securityContext`,
    context.hostUsers,
    causes,
  );
}

function validatePorts(container: Fields, path: string, causes: Causes): void {
  const names = new Set<string>();
  for (const [index, port] of items(container, "ports").entries()) {
    const at = `${path}[${index}]`;
    const name = text(port, "name");
    if (name !== "") {
      const problems = portName(name);
      causes.invalidAll(`${at}.name`, problems);
      if (problems.length === 0 && names.has(name)) causes.duplicate(`${at}.name`, name);
      names.add(name);
    }
    const containerPort = number(port, "containerPort") ?? 0;
    if (containerPort === 0) causes.required(`${at}.containerPort`);
    else causes.invalidAll(`${at}.containerPort`, portNumber(containerPort));
    const hostPort = number(port, "hostPort") ?? 0;
    if (hostPort !== 0) causes.invalidAll(`${at}.hostPort`, portNumber(hostPort));
    causes.oneOf(`${at}.protocol`, text(port, "protocol"), PROTOCOLS);
  }
}

function validateHostPorts(containers: readonly Fields[], path: string, causes: Causes): void {
  const seen = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [portIndex, port] of items(container, "ports").entries()) {
      const hostPort = number(port, "hostPort") ?? 0;
      if (hostPort === 0) continue;
      const key = `${text(port, "protocol")}/${text(port, "hostIP")}/${hostPort}`;
      if (seen.has(key)) causes.duplicate(`${path}[${index}].ports[${portIndex}].hostPort`, key);
      seen.add(key);
    }
  }
}

const RESTART_POLICIES = ["Always", "Never", "OnFailure"];
const MAX_RULES = 20;

/** Restart policies of single containers (KEP 5307, on by default since 1.35). */
function validateRestart(container: Fields, init: boolean, path: string, causes: Causes): void {
  const given = field(container, "restartPolicy") !== undefined;
  const policy = text(container, "restartPolicy");
  if (given && !RESTART_POLICIES.includes(policy)) {
    causes.notSupported(`${path}.restartPolicy`, policy, RESTART_POLICIES);
  }
  const rules = items(container, "restartPolicyRules");
  if (rules.length === 0) return;
  const at = `${path}.restartPolicyRules`;
  if (!given) causes.required(`${path}.restartPolicy`, "must be given when restartPolicyRules are");
  if (init && policy === "Always") {
    causes.forbidden(at, "may not be given for a sidecar");
  }
  if (rules.length > MAX_RULES) causes.tooMany(at, rules.length, MAX_RULES);
  for (const [index, rule] of rules.entries()) {
    const action = text(rule, "action");
    causes.oneOf(`${at}[${index}].action`, action, ["Restart", "RestartAllContainers"]);
    const exitCodes = child(rule, "exitCodes");
    if (exitCodes === undefined) causes.required(`${at}[${index}].exitCodes`);
    else
      causes.oneOf(`${at}[${index}].exitCodes.operator`, text(exitCodes, "operator"), [
        "In",
        "NotIn",
      ]);
  }
}

function validateResizePolicy(
  container: Fields,
  path: string,
  podRestartPolicy: string,
  causes: Causes,
): void {
  const seen = new Set<string>();
  for (const [index, policy] of items(container, "resizePolicy").entries()) {
    const resource = text(policy, "resourceName");
    if (seen.has(resource)) causes.duplicate(`${path}[${index}]`, resource);
    seen.add(resource);
    causes.oneOf(path, resource, ["cpu", "memory"]);
    const restart = text(policy, "restartPolicy");
    causes.oneOf(path, restart, ["NotRequired", "RestartContainer"]);
    if (podRestartPolicy === "Never" && restart !== "NotRequired") {
      causes.invalid(path, "must be NotRequired when the pod never restarts containers");
    }
  }
}
