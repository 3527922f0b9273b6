import type { ConfigText } from "./texts.ts";

/** A host named in a setting, with what is said about its port. */
export interface HostReference {
  readonly host: string;
  readonly port?: number;
  readonly scheme?: string;
  /**
   * How much speaks for an address. `address`: with a port or scheme. `setting`: a bare name in a
   * setting whose own name asks for a host.
   */
  readonly form: "address" | "setting";
  /** Whether the reference is the whole setting, rather than found in a longer text. */
  readonly whole: boolean;
  /** Name of the setting, where a file holds several. */
  readonly setting?: string;
}

/** Longer texts are read up to here: generated files reach megabytes and hold no addresses then. */
const MAX_TEXT = 500_000;

/** The hosts that a piece of configuration names, in the order of the text. */
export function hostReferences(text: ConfigText): HostReference[] {
  const value = text.value.slice(0, MAX_TEXT);
  if (text.shape === "value") return settingReferences(text.nameHint, value, text.sibling);
  return fileReferences(value);
}

/** One setting: an address, a list of them, or a bare host where the name asks for one. */
function settingReferences(
  name: string,
  value: string,
  sibling: (name: string) => string | undefined,
): HostReference[] {
  const trimmed = value.trim().replace(/^(["'])(.*)\1$/, "$2");
  const addresses = addressesIn(trimmed);
  if (addresses.length > 0) return addresses.map((found) => withPairedPort(found, name, sibling));
  if (!asksForHost(name) && !isNamedAfter(name, trimmed)) return [];
  const hosts = trimmed.split(",").map((part) => part.trim());
  if (!hosts.every((host) => HOST_ONLY.test(host))) return [];
  return hosts.map((host) => withPairedPort({ host, form: "setting", whole: true }, name, sibling));
}

function fileReferences(value: string): HostReference[] {
  const settings = new Map<string, string>();
  const lines = value.split("\n", MAX_LINES);
  for (const line of lines) {
    const found = SETTING_LINE.exec(line);
    if (found !== null) settings.set(found[1] as string, found[2] as string);
  }
  return lines.flatMap((line) => {
    if (/^\s*(?:#|\/\/|;)/.test(line)) return [];
    const found = SETTING_LINE.exec(line);
    const name = found?.[1];
    const references =
      found === null || name === undefined
        ? addressesIn(line)
        : settingReferences(name, found[2] as string, (other) => settings.get(other));
    return references.map((reference) => ({
      ...reference,
      whole: found !== null && reference.whole,
      ...(name === undefined ? {} : { setting: name }),
    }));
  });
}

const MAX_LINES = 20_000;

/** `name: value`, `name = value`, `"name": "value",` on a line of a configuration file. */
const SETTING_LINE =
  /^\s{0,200}(?:export\s+|-\s+)?["']?([\w][\w.-]{0,100})["']?\s{0,20}[:=]\s{0,20}["']?([^\s"',#]{1,500})["']?\s{0,20},?\s{0,20}$/;

const HOST = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))*\\.?";
const HOST_ONLY = new RegExp(`^${HOST}$`);
const HOST_PORT = new RegExp(`^(${HOST})(?::(\\d{1,5}))?$`);
/** Not after a character that makes it part of a longer word or of a path. */
const WITH_PORT = new RegExp(`(?<![\\w./:-])(${HOST}):(\\d{1,5})(?![\\w:.@-])`, "g");
const WITH_SCHEME = /([A-Za-z][A-Za-z0-9+.-]{0,30}):\/\/([^\s/?#"'`<>()|;\\]{1,500})/g;

/** Hosts with a scheme or a port; what stands before an `@` is never looked at. */
function addressesIn(text: string): HostReference[] {
  const found: { at: number; reference: HostReference }[] = [];
  const rest = text.replace(WITH_SCHEME, (whole, scheme: string, authority: string, at: number) => {
    const hosts = authority.slice(authority.lastIndexOf("@") + 1).split(",");
    for (const part of hosts) {
      const match = HOST_PORT.exec(part);
      if (match === null) continue;
      const whole = at === 0 || text.slice(0, at).endsWith("jdbc:");
      const reference = {
        host: match[1] as string,
        scheme: scheme.toLowerCase(),
        form: "address" as const,
        whole,
      };
      found.push({ at, reference: withPort(reference, match[2]) });
    }
    return " ".repeat(whole.length);
  });
  const isList = rest.split(",").every((part) => /^\s*[\w.-]+:\d{1,5}(?:\/\S*)?\s*$/.test(part));
  for (const match of rest.matchAll(WITH_PORT)) {
    const reference = { host: match[1] as string, form: "address" as const, whole: isList };
    found.push({ at: match.index, reference: withPort(reference, match[2]) });
  }
  return found.sort((a, b) => a.at - b.at).map(({ reference }) => reference);
}

function withPort(reference: HostReference, digits: string | undefined): HostReference {
  const port = Number(digits);
  return digits !== undefined && port > 0 && port < 65_536 ? { ...reference, port } : reference;
}

const HOST_WORDS = new Set(
  "host hosts hostname addr addrs address addresses service svc server servers url urls uri uris endpoint endpoints upstream backend target broker brokers node nodes peer peers connection dsn".split(
    " ",
  ),
);

/** Settings of one such word alone mean the server: `REDIS`, but not `MYSQL_DATABASE`. */
const SERVER_WORDS = new Set(
  "redis mysql postgres mongo mongodb kafka rabbitmq memcached elasticsearch nats".split(" "),
);

/**
 * Whether the name of a setting says that its value is a host: `CART_ADDR`, `--redis-host`.
 * `OTEL_SERVICE_NAME` and the like are what a program calls itself.
 */
export function asksForHost(name: string): boolean {
  const words = wordsOf(name);
  if (words.at(-1) === "name" && words.at(-2) === "service") return false;
  const [only] = words;
  if (words.length === 1 && only !== undefined && SERVER_WORDS.has(only)) return true;
  return words.some((word) => HOST_WORDS.has(word));
}

/** `CATALOGUE=catalogue`: a setting named after the very Service that is its value. */
function isNamedAfter(name: string, value: string): boolean {
  return wordsOf(name).join("-") === value;
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** `X_HOST` without a port takes the one in `X_PORT`. */
function withPairedPort(
  reference: HostReference,
  name: string,
  sibling: (name: string) => string | undefined,
): HostReference {
  if (reference.port !== undefined || name === "") return reference;
  for (const partner of portNames(name)) {
    const value = sibling(partner)?.trim();
    if (value !== undefined && /^\d{1,5}$/.test(value)) return withPort(reference, value);
  }
  return reference;
}

function portNames(name: string): string[] {
  const parts =
    /^(.*?)([._-]?)(host|hostname|addr|address|server|url|uri|endpoint|service|name)s?$/i.exec(
      name,
    );
  if (parts === null) return [`${name}_PORT`];
  const [, prefix = "", separator = "", word = ""] = parts;
  const port = word === word.toUpperCase() ? "PORT" : /^[A-Z]/.test(word) ? "Port" : "port";
  return [`${prefix}${separator}${port}`, `${name}${separator === "" ? "_" : separator}${port}`];
}
