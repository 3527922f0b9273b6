import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  frameBytes,
  type KubeObject,
  serializedSizes,
  watchFrameBytes,
  withManagedFields,
} from "../../../src/api/index.ts";

interface Row {
  readonly kind: "EndpointSlice" | "Endpoints";
  readonly n: number;
  readonly hints: boolean | null;
  readonly managedFields: boolean;
  readonly [size: string]: unknown;
}

const table = JSON.parse(
  readFileSync(new URL("../../fixtures/api/serialized-sizes-table.json", import.meta.url), "utf8"),
) as {
  exampleEndpointSliceN1: KubeObject;
  exampleEndpointsN1: KubeObject;
  rows: readonly Row[];
};

const ZONES = ["zone-a", "zone-b", "zone-c"];
const padded = (value: number, width: number): string => String(value).padStart(width, "0");

function podFacts(i: number) {
  return {
    ip: `10.${128 + ((i >> 16) & 127)}.${(i >> 8) & 255}.${i & 255}`,
    nodeName: `node-${padded(i % 15000, 5)}`,
    zone: ZONES[i % 3] ?? "",
    targetRef: {
      kind: "Pod",
      namespace: "default",
      name: `web-6d4cf56db6-${padded(i, 5)}`,
      uid: `${padded(i, 8)}-0000-4000-8000-${padded(i, 12)}`,
    },
  };
}

function sliceEndpoint(i: number, hints: boolean) {
  const { ip, nodeName, zone, targetRef } = podFacts(i);
  return {
    addresses: [ip],
    conditions: { ready: true, serving: true, terminating: false },
    targetRef,
    nodeName,
    zone,
    ...(hints ? { hints: { forZones: [{ name: zone }] } } : {}),
  };
}

/** The example without its managedFields. */
function bare(example: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = example.metadata;
  return { ...example, metadata } as KubeObject;
}

function objectOf({ kind, n, hints, managedFields }: Row): KubeObject {
  const indexes = Array.from({ length: n }, (_, i) => i);
  const example = bare(
    kind === "EndpointSlice" ? table.exampleEndpointSliceN1 : table.exampleEndpointsN1,
  );
  const object =
    kind === "EndpointSlice"
      ? { ...example, endpoints: indexes.map((i) => sliceEndpoint(i, hints === true)) }
      : {
          ...example,
          subsets: [
            {
              addresses: indexes.map((i) => {
                const { ip, nodeName, targetRef } = podFacts(i);
                return { ip, nodeName, targetRef };
              }),
              ports: (example.subsets as { ports: unknown }[])[0]?.ports,
            },
          ],
        };
  return managedFields ? withManagedFields(object, "2023-11-14T22:13:20Z") : object;
}

describe("sizes of the fixed objects measured on Kubernetes 1.36", () => {
  const rows = table.rows.map((row) => ({ row, label: `${row.kind} of ${row.n}` }));

  it.each(rows)("$label has the measured bytes in every form", ({ row }) => {
    const sizes = serializedSizes(objectOf(row));
    const frames = Object.fromEntries(
      (["ADDED", "MODIFIED", "DELETED"] as const).flatMap((type) =>
        (["protobuf", "json"] as const).map((encoding) => [
          `watch_${encoding}_${type}`,
          frameBytes(sizes, type, encoding),
        ]),
      ),
    );
    expect({
      protobufMessageOnly: sizes.message,
      protobuf: sizes.protobuf,
      json: sizes.json,
      ...frames,
    }).toEqual(
      Object.fromEntries(
        Object.entries(row).filter(([key]) => /^(protobuf|json|watch_)/.test(key)),
      ),
    );
  });
});

describe("managedFields of objects that a controller wrote", () => {
  it.each(["exampleEndpointSliceN1", "exampleEndpointsN1"] as const)(
    "are those of the real %s",
    (name) => {
      const example = table[name];
      const time = "2023-11-14T22:13:20Z";
      expect(withManagedFields(bare(example), time)).toEqual(example);
    },
  );

  it("are left as they are where the object brings its own", () => {
    const example = table.exampleEndpointSliceN1;
    expect(withManagedFields(example, "2026-01-01T00:00:00Z")).toBe(example);
  });
});

describe("a new version of a slice", () => {
  it("has its own size however endpoints come, go and move between versions", () => {
    const pool = Array.from({ length: 400 }, (_, i) => sliceEndpoint(i * 7919, i % 3 === 0));
    const version = fc.shuffledSubarray(pool, { minLength: 260, maxLength: 400 });
    const edit = fc.record({ at: fc.nat(399), drop: fc.nat(3), add: fc.nat(3), from: fc.nat(399) });
    fc.assert(
      fc.property(version, fc.array(edit, { maxLength: 20 }), (start, edits) => {
        let endpoints = start;
        for (const { at, drop, add, from } of edits) {
          const added = pool.slice(from, from + add);
          endpoints = [...endpoints.slice(0, at), ...added, ...endpoints.slice(at + drop)];
          const object = { ...table.exampleEndpointSliceN1, endpoints } as KubeObject;
          expect(serializedSizes(object)).toEqual(serializedSizes(structuredClone(object)));
        }
      }),
      { seed: 20_240_504, numRuns: 30 },
    );
  });

  it("has the size that it would have if none of its endpoints had been seen before", () => {
    const row = table.rows.find(({ kind, n }) => kind === "EndpointSlice" && n === 100) as Row;
    const before = objectOf(row) as KubeObject & { endpoints: readonly { nodeName: string }[] };
    serializedSizes(before);
    const [first, ...others] = before.endpoints;
    const after = { ...before, endpoints: [{ ...first, nodeName: "another-node" }, ...others] };
    const unseen = structuredClone(after);
    expect(watchFrameBytes(after, "MODIFIED", "protobuf")).toBe(
      watchFrameBytes(unseen, "MODIFIED", "protobuf"),
    );
    expect(serializedSizes(after)).toEqual(serializedSizes(unseen));
  });
});
