import type { KubeObject } from "@k8s-netsim/k8s-model/api";
import { Store, StoreError, timeOfTimestamp, timestampAt } from "@k8s-netsim/k8s-model/store";
import type { SimTime } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

function storeAt(clock: { now: number }, historyWindowNs = 0): Store {
  return new Store({ now: () => clock.now as SimTime, historyWindowNs, autoFreeze: true });
}

function configMap(name: string, value = "0"): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data: { value },
  };
}

describe("the store", () => {
  it("gives every write the next revision and each kind its own positions", () => {
    const store = storeAt({ now: 5 });
    const first = store.create(configMap("a"));
    const other = store.create({ ...configMap("s"), kind: "Secret" });
    const second = store.create(configMap("b"));
    expect([first.revision, other.revision, second.revision]).toEqual([1, 2, 3]);
    expect([first.position, other.position, second.position]).toEqual([0, 0, 1]);
    expect(second.object.metadata.resourceVersion).toBe("3");
  });

  it("keeps older versions as they were when an object is edited", () => {
    const store = storeAt({ now: 0 });
    const before = store.create(configMap("a", "old"));
    const after = store.update("ConfigMap", "default/a", (draft) => {
      draft.data = { value: "new" };
    });
    expect(before.object.data).toEqual({ value: "old" });
    expect(after.object.data).toEqual({ value: "new" });
    expect(after.patches).toHaveLength(1);
  });

  it("writes nothing for an edit that changes nothing", () => {
    const store = storeAt({ now: 0 });
    store.create(configMap("a"));
    store.update("ConfigMap", "default/a", () => {});
    expect(store.revision).toBe(1);
  });

  it("counts writes that nobody watches without keeping them", () => {
    const store = storeAt({ now: 0 });
    store.countWrites(1500);
    expect(store.create(configMap("a")).revision).toBe(1501);
  });

  it("refuses a second object of the same name, and says what to do", () => {
    const store = storeAt({ now: 0 });
    store.create(configMap("a"));
    expect(() => store.create(configMap("a"))).toThrowErrorMatchingInlineSnapshot(
      `[StoreError: ConfigMap "default/a" already exists. Update it, or choose another name. [already-exists]]`,
    );
  });

  it("generates names that depend on nothing but prefix and count", () => {
    const generated = (others: number): string => {
      const store = storeAt({ now: 0 });
      for (let index = 0; index < others; index++) store.create(configMap(`other-${index}`));
      const metadata = { name: "", generateName: "web-", namespace: "default" };
      return store.create({ ...configMap(""), metadata }).object.metadata.name;
    };
    expect(generated(0)).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(generated(3)).toBe(generated(0));
  });

  it("answers for any position that a cursor holds what was known there", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 40 }), (writes) => {
        const store = storeAt({ now: 0 });
        store.watch("ConfigMap", "keeps all", 0);
        const expected: Map<string, unknown>[] = [new Map()];
        for (const [index, name] of writes.entries()) {
          const key = `default/${name}`;
          const known = new Map(expected.at(-1));
          if (store.get("ConfigMap", key) === undefined) {
            store.create(configMap(`${name}`, `${index}`));
            known.set(key, `${index}`);
          } else if (index % 3 === 0) {
            store.delete("ConfigMap", key);
            known.delete(key);
          } else {
            store.replace(configMap(`${name}`, `${index}`));
            known.set(key, `${index}`);
          }
          expected.push(known);
          store.prune();
        }
        const log = store.log("ConfigMap");
        for (const [position, known] of expected.entries()) {
          for (let name = 0; name <= 9; name++) {
            const state = log.stateAt(`default/${name}`, position)?.object as
              | { data: { value: string } }
              | undefined;
            expect(state?.data.value).toBe(known.get(`default/${name}`));
          }
        }
      }),
    );
  });

  it("forgets what lies below every cursor, but not the newest state there", () => {
    const store = storeAt({ now: 0 });
    const cursor = store.watch("ConfigMap", "reader", 0);
    store.create(configMap("a", "0"));
    for (let value = 1; value < 10; value++) store.replace(configMap("a", `${value}`));
    cursor.moveTo(6);
    store.prune();
    const log = store.log("ConfigMap");
    expect(log.start).toBe(6);
    expect(log.stateAt("default/a", 6)?.object.data).toEqual({ value: "5" });
    expect(() => log.at(3)).toThrow(StoreError);
    expect(() => log.stateAt("default/a", 2)).toThrowErrorMatchingInlineSnapshot(
      `[StoreError: The log of ConfigMap holds positions 6 to 10, not 2. Ask about a later time, or keep a longer history (historyWindowNs). [history-pruned]]`,
    );
  });

  it("keeps the window of history that was asked for", () => {
    const clock = { now: 0 };
    const store = storeAt(clock, 100);
    for (; clock.now < 300; clock.now += 50) store.create(configMap(`at-${clock.now}`));
    store.prune();
    const log = store.log("ConfigMap");
    expect(log.positionAt(200)).toBe(5);
    expect(log.stateAt("default/at-200", 5)).toBeDefined();
    expect(() => log.positionAt(100)).toThrow(StoreError);
  });
});

describe("timestamps", () => {
  it("are RFC 3339 to the second, later than any dump", () => {
    expect(timestampAt(0)).toBe("2100-01-01T00:00:00Z");
    expect(timestampAt(61_500_000_000)).toBe("2100-01-01T00:01:01Z");
    expect(timeOfTimestamp("2026-11-22T16:00:00Z")).toBeLessThan(0);
    expect(timeOfTimestamp("yesterday")).toBeUndefined();
  });

  it("read back to the second that was written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_000_000 }), (seconds) => {
        const ns = seconds * 1e9;
        expect(timeOfTimestamp(timestampAt(ns))).toBe(ns);
        expect(timestampAt(ns)).toBe(
          new Date(Date.UTC(2100, 0, 1) + seconds * 1000).toISOString().replace(".000Z", "Z"),
        );
      }),
    );
  });
});
