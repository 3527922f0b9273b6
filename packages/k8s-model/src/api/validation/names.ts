import { labelKeyProblem, labelValueProblem } from "../label-selector-syntax.ts";

/** Why a text breaks a rule for names, one sentence each; empty where it is fine. */
export type NameRule = (text: string) => readonly string[];

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_UNDERSCORE =
  /^[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?(\.[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?)*$/;
const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;
const MAX_PORT_NAME = 15;

/** DNS label of RFC 1123: the name of a Service, a container, a port of a Service. */
export const dnsLabel: NameRule = (text) => {
  const problems = tooLong(text, MAX_LABEL);
  if (LABEL.test(text)) return problems;
  const shape = SUBDOMAIN.test(text)
    ? "must not contain dots"
    : "must consist of lower-case letters, digits and -, and start and end with a letter or digit";
  return [...problems, shape];
};

/** DNS subdomain of RFC 1123: the name of most objects. */
export const dnsSubdomain: NameRule = (text) => {
  const problems = tooLong(text, MAX_SUBDOMAIN);
  if (SUBDOMAIN.test(text)) return problems;
  return [
    ...problems,
    "must consist of lower-case letters, digits, - and ., and start and end with a letter or digit",
  ];
};

/** Like {@link dnsSubdomain}, but underscores are letters: a search domain. */
export const dnsSubdomainWithUnderscore: NameRule = (text) => {
  const problems = tooLong(text, MAX_SUBDOMAIN);
  if (SUBDOMAIN_UNDERSCORE.test(text)) return problems;
  return [...problems, "must consist of lower-case letters, digits, -, _ and ."];
};

/** `[prefix/]name`: keys of labels and annotations, conditions, protocols of applications. */
export const qualifiedName: NameRule = (text) => only(labelKeyProblem(text));

/** The value of a label. */
export const labelValue: NameRule = (text) => only(labelValueProblem(text));

/** The name of a container port, which Services and probes refer to. */
export const portName: NameRule = (text) => {
  const problems: string[] = [];
  if (text.length > MAX_PORT_NAME)
    problems.push(`must be no more than ${MAX_PORT_NAME} characters`);
  if (!/^[-a-z0-9]+$/.test(text))
    problems.push("must contain only lower-case letters, digits and -");
  if (!/[a-z]/.test(text)) problems.push("must contain at least one letter");
  if (text.includes("--")) problems.push("must not contain consecutive hyphens");
  if (text.startsWith("-") || text.endsWith("-"))
    problems.push("must not begin or end with a hyphen");
  return problems;
};

/** The name of an environment variable: any printable ASCII character but = (since 1.32). */
export const environmentName: NameRule = (text) =>
  /^[\x20-\x3c\x3e-\x7e]+$/.test(text)
    ? []
    : ["must consist of printable ASCII characters other than ="];

/** The key of a ConfigMap or Secret. */
export const configMapKey: NameRule = (text) => {
  const problems = tooLong(text, MAX_SUBDOMAIN);
  if (!/^[-._a-zA-Z0-9]+$/.test(text)) {
    return [...problems, "must consist of letters, digits, -, _ and ."];
  }
  if (text === ".") return [...problems, "must not be ."];
  if (text === "..") return [...problems, "must not be .."];
  return text.startsWith("..") ? [...problems, "must not start with .."] : problems;
};

export const httpHeaderName: NameRule = (text) =>
  /^[-A-Za-z0-9]+$/.test(text) ? [] : ["must consist of letters, digits and -"];

/** A host name with at least one dot, a trailing dot allowed: an address of type FQDN. */
export const fullyQualifiedName: NameRule = (text) => {
  if (text === "") return ["is required"];
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  const problems = dnsSubdomain(name);
  if (problems.length > 0) return problems;
  const parts = name.split(".");
  if (parts.length < 2) return ["must be a domain with at least two segments separated by dots"];
  return parts.flatMap((part) => dnsLabel(part));
};

/** A rule for `generateName`: the prefix may end in a dash, because letters follow. */
export function forPrefix(rule: NameRule): NameRule {
  return (text) => rule(text.length > 1 && text.endsWith("-") ? `${text.slice(0, -2)}a` : text);
}

/** Why a number is no port, or nothing. */
export function portNumber(value: number): readonly string[] {
  return value >= 1 && value <= 65_535 ? [] : ["must be between 1 and 65535"];
}

/** Why a target is neither a port number nor the name of a port. */
export function portNumberOrName(value: unknown): readonly string[] {
  if (typeof value === "string") return portName(value);
  return portNumber(typeof value === "number" ? value : 0);
}

function tooLong(text: string, limit: number): readonly string[] {
  return text.length > limit ? [`must be no more than ${limit} characters`] : [];
}

function only(problem: string | undefined): readonly string[] {
  return problem === undefined ? [] : [problem];
}
