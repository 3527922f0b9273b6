import { describe, expect, it } from "vitest";
import { SyntheticTopologyError, synthesizePlaces } from "../../src/topology/index.ts";

describe("places made up", () => {
  it("are as many per zone as asked for, in zones of the names given", () => {
    const places = synthesizePlaces({ zones: ["eu-1a", "eu-1b"], nodesPerZone: 2, region: "eu-1" });
    expect(places).toEqual([
      { name: "node-1-eu-1a", zone: "eu-1a", region: "eu-1" },
      { name: "node-1-eu-1b", zone: "eu-1b", region: "eu-1" },
      { name: "node-2-eu-1a", zone: "eu-1a", region: "eu-1" },
      { name: "node-2-eu-1b", zone: "eu-1b", region: "eu-1" },
    ]);
  });

  it.each([
    [{ zones: 0, nodesPerZone: 1 }, "zone-count"],
    [{ zones: 27, nodesPerZone: 1 }, "zone-count"],
    [{ zones: 1.5, nodesPerZone: 1 }, "zone-count"],
    [{ zones: [], nodesPerZone: 1 }, "zone-count"],
    [{ zones: ["a", "a"], nodesPerZone: 1 }, "duplicate-zone"],
    [{ zones: ["<script>"], nodesPerZone: 1 }, "zone-name"],
    [{ zones: ["A"], nodesPerZone: 1 }, "zone-name"],
    [{ zones: 3, nodesPerZone: 0 }, "nodes-per-zone"],
    [{ zones: 3, nodesPerZone: Number.NaN }, "nodes-per-zone"],
    [{ zones: 3, nodesPerZone: 1e9 }, "nodes-per-zone"],
  ])("refuse %j with the code %s", (options, code) => {
    expect(() => synthesizePlaces(options)).toThrow(SyntheticTopologyError);
    expect(() => synthesizePlaces(options)).toThrow(expect.objectContaining({ code }));
  });
});
