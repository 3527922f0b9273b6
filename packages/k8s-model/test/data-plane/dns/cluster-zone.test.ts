import type { RecordType } from "@k8s-netsim/k8s-model/data-plane";
import { describe, expect, it } from "vitest";
import { names, SECOND, serviceNamed } from "./cluster-names.ts";

const { zone } = names();
const fixed = zone();

function values(name: string, type: RecordType = "A"): string {
  const response = fixed.answer({ name, type }, 0);
  if (response === undefined) return "outside";
  const records = response.records.map(({ value }) => value).join(", ");
  return records === "" ? response.rcode : records;
}

describe("names of the cluster", () => {
  it.each([
    ["web.default.svc.cluster.local", "A", "10.96.0.7"],
    ["web.default.svc.cluster.local", "AAAA", "fd00::7"],
    ["_http._tcp.web.default.svc.cluster.local", "SRV", "0 100 80 web.default.svc.cluster.local"],
    ["_http._udp.web.default.svc.cluster.local", "SRV", "NXDOMAIN"],
    ["db.default.svc.cluster.local", "A", "10.244.1.2, 10.244.1.3"],
    ["db.default.svc.cluster.local", "AAAA", "NOERROR"],
    ["db-0.db.default.svc.cluster.local", "A", "10.244.1.2"],
    ["10-244-1-3.db.default.svc.cluster.local", "A", "10.244.1.3"],
    ["10-244-1-4.db.default.svc.cluster.local", "A", "NXDOMAIN"],
    [
      "_http._tcp.db.default.svc.cluster.local",
      "SRV",
      "0 50 8080 db-0.db.default.svc.cluster.local, 0 50 8080 10-244-1-3.db.default.svc.cluster.local",
    ],
    ["empty.default.svc.cluster.local", "A", "NXDOMAIN"],
    ["ext.default.svc.cluster.local", "A", "db.example.com"],
    ["10-1-2-3.default.pod.cluster.local", "A", "10.1.2.3"],
    ["10-1-2-3.default.pod.cluster.local", "AAAA", "NOERROR"],
    ["nope.default.svc.cluster.local", "A", "NXDOMAIN"],
    ["web.default.cluster.local", "A", "NXDOMAIN"],
    ["www.example.com.cluster.local", "A", "NXDOMAIN"],
    ["www.example.com", "A", "outside"],
    ["constructor.__proto__.svc.cluster.local", "A", "NXDOMAIN"],
  ] as const)("%s %s is %s", (name, type, expected) => {
    expect(values(name, type)).toBe(expected);
  });

  it("live for 5 s, denials included", () => {
    const ttl = (name: string) => fixed.answer({ name, type: "A" }, 0)?.ttlSeconds;
    expect(ttl("web.default.svc.cluster.local")).toBe(5);
    expect(ttl("nope.default.svc.cluster.local")).toBe(5);
  });
});

describe("a replica's view", () => {
  it("learns of a Service when its watch tells it, and of its end as late", () => {
    const { store, clock, zone: zoneOf } = names();
    const late = zoneOf(2 * SECOND);
    const question = { name: "new.default.svc.cluster.local", type: "A" } as const;
    clock.now = 10 * SECOND;
    store.create(serviceNamed("new", { clusterIP: "10.96.0.9" }));
    expect(late.answer(question, 11.9 * SECOND)?.rcode).toBe("NXDOMAIN");
    expect(late.answer(question, 12 * SECOND)?.records[0]?.value).toBe("10.96.0.9");
    clock.now = 20 * SECOND;
    store.delete("Service", "default/new");
    expect(late.answer(question, 21.9 * SECOND)?.records[0]?.value).toBe("10.96.0.9");
    expect(late.answer(question, 22 * SECOND)?.rcode).toBe("NXDOMAIN");
  });
});
