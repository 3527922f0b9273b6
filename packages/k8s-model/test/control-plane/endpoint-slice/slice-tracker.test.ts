import type { EndpointSlice } from "@k8s-netsim/k8s-model/api";
import { Store, type Version } from "@k8s-netsim/k8s-model/store";
import { describe, expect, it } from "vitest";
import { SliceTracker } from "../../../src/control-plane/endpoint-slice/slice-tracker.ts";

function versions(): Version<EndpointSlice>[] {
  const store = new Store({ now: () => 0 as never });
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "default" },
    addressType: "IPv4",
  };
  const created = store.create(slice);
  const updated = store.replace({ ...created.object, ports: [] });
  const deleted = store.delete<EndpointSlice>("EndpointSlice", "default/web-1");
  return [created, updated, deleted];
}

const news = (tracker: SliceTracker, version: Version<EndpointSlice> | undefined): boolean =>
  version !== undefined && tracker.isNews(version.type, version.key, version.object);

describe("own writes of slices", () => {
  it("are no news once they were answered, earlier versions included", () => {
    const [created, updated, deleted] = versions();
    const tracker = new SliceTracker();
    for (const version of [created, updated]) if (version) tracker.answered(version);
    expect([created, updated].map((version) => news(tracker, version))).toEqual([false, false]);
    if (deleted) tracker.answered(deleted);
    expect(news(tracker, deleted)).toBe(false);
  });

  it("are news where the event overtakes the answer", () => {
    const [created, updated] = versions();
    const tracker = new SliceTracker();
    if (created) tracker.answered(created);
    expect(news(tracker, updated)).toBe(true);
  });

  it("end with a deletion by others, which is news of a slice that was written here only", () => {
    const [created, , deleted] = versions();
    const tracker = new SliceTracker();
    expect(news(tracker, deleted)).toBe(false);
    if (created) tracker.answered(created);
    expect(news(tracker, deleted)).toBe(true);
    expect(news(tracker, deleted)).toBe(false);
  });
});
