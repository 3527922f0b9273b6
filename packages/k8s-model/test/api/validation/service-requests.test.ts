import { describe, expect, test } from "vitest";
import { defaultServiceSpec } from "../../../src/api/defaulting/service.ts";
import type { ServiceFamilies } from "../../../src/api/defaulting/service-families.ts";
import type { Fields } from "../../../src/api/schema/fields.ts";
import { storedForm } from "../../../src/api/schema/stored-form.ts";
import { validateServiceRequest } from "../../../src/api/validation/service-request.ts";
import { vectors } from "../vectors.ts";

interface Vector {
  readonly id: string;
  readonly input: {
    readonly config: string;
    readonly op: "create" | "patch" | "replace";
    readonly existing: Fields | null;
    readonly spec: Fields;
  };
  readonly output: {
    readonly accepted: boolean;
    readonly causes?: readonly { readonly field: string; readonly reason: string }[];
    readonly service?: Fields;
  };
}

const RANGES: Readonly<Record<string, readonly string[]>> = {
  "dual-v4first": ["10.96.0.0/16", "fd00:96::/112"],
  "dual-v6first": ["fd00:96::/112", "10.96.0.0/16"],
  "single-v4": ["10.96.0.0/16"],
  "single-v6": ["fd00:96::/112"],
};

/** Symbols of chosen values become values; those of the answer that are new become NEW. */
function concrete(value: unknown, known: string | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => concrete(item, known));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, concrete(item, known)]),
    );
  }
  const [, kind, count] = /^(v4|v6|np|hc)#(\d+)$/.exec(String(value)) ?? [];
  if (kind === undefined) return value;
  if (known !== undefined && !known.includes(`"${String(value)}"`)) return "NEW";
  if (kind === "v4") return `10.96.100.${count}`;
  if (kind === "v6") return `fd00:96::a:${count}`;
  return (kind === "np" ? 31_000 : 31_500) + Number(count);
}

function specOf(fields: Fields): Fields {
  const { selector, ...rest } = concrete(fields, undefined) as Fields;
  const spec: Fields = { ...rest };
  if (selector === true) spec.selector = { app: "web" };
  else if (typeof selector === "object" && selector !== null) spec.selector = selector;
  return spec;
}

const NEW_ADDRESS = { IPv4: "10.96.200.1", IPv6: "fd00:96::b:1" } as const;
const isNew = (value: unknown): boolean =>
  (typeof value === "number" && value >= 32_000) ||
  value === NEW_ADDRESS.IPv4 ||
  value === NEW_ADDRESS.IPv6;

/** Addresses, families, policies and ports, the fields that the vectors are about. */
function shown(service: Fields): unknown {
  const { spec } = storedForm(service, "Service") as { spec: Fields };
  const { sessionAffinity: _, selector, ...rest } = spec;
  const ports = (rest.ports as Fields[]).map(({ targetPort: _target, ...port }) => port);
  const all: Fields = { ...rest, ports, selector: selector !== undefined };
  return JSON.parse(JSON.stringify(all), (_key, value: unknown) => (isNew(value) ? "NEW" : value));
}

function service(spec: Fields): Fields {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec };
}

function patched(old: Fields, patch: Fields): Fields {
  const merged = Object.entries({ ...old, ...patch }).map(([key, value]) => {
    const [before, change] = [old[key], patch[key]];
    const nested = [before, change].every(
      (one) => typeof one === "object" && one !== null && !Array.isArray(one),
    );
    return [key, nested ? { ...(before as Fields), ...(change as Fields) } : value] as const;
  });
  return Object.fromEntries(merged.filter(([, value]) => value !== null));
}

describe("addresses, families and node ports of a Service", () => {
  test.each(vectors<Vector>("service-ip-families"))("follow the API server in $id", (vector) => {
    const { config, op, existing, spec } = vector.input;
    const serviceCIDRs = RANGES[config] ?? [];
    const families = serviceCIDRs.map((range) => (range.includes(":") ? "IPv6" : "IPv4"));
    const old = existing === null ? undefined : service(specOf(existing));
    if (old !== undefined) defaultServiceSpec(old);
    const asked = specOf(spec);
    const now = service(op === "patch" ? patched(old?.spec as Fields, asked) : asked);
    defaultServiceSpec(now);

    let nodePort = 32_000;
    const causes = validateServiceRequest(now, old, families as unknown as ServiceFamilies, {
      serviceCIDRs,
      nodePorts: [30_000, 32_767],
      takenAddresses: [
        "10.96.5.5",
        "fd00:96::55",
        config.includes("v6") ? "fd00:96::1" : "10.96.0.1",
      ],
      choose: {
        address: (family) => NEW_ADDRESS[family],
        nodePort: () => {
          nodePort += 1;
          return nodePort;
        },
      },
    });

    const fields = causes.map(({ field, reason }) => ({ field, reason }));
    const expected = (vector.output.causes ?? []).map(({ field, reason }) => ({ field, reason }));
    expect(fields).toEqual(expected);
    if (vector.output.service === undefined) return;
    const want = concrete(vector.output.service, JSON.stringify(existing));
    expect(shown(now)).toEqual(want);
  });
});
