import type { LabCapture } from "@k8s-netsim/k8s-model/data-plane";
import { UsageError } from "../command-line/usage-error.ts";

/** The part of a capture that was seen at interfaces of some kind, or of some name. */
export function selectInterfaces(capture: LabCapture, wanted: readonly string[]): LabCapture {
  if (wanted.length === 0) return capture;
  const kept: number[] = [];
  for (const [i, { name, place }] of capture.interfaces.entries()) {
    if (wanted.includes(name) || wanted.includes(place)) kept.push(i);
  }
  for (const text of wanted) {
    if (capture.interfaces.some(({ name, place }) => name === text || place === text)) continue;
    throw new UsageError(
      "unknown-interface",
      `--interface ${text}: nothing of that name was captured.`,
      `use pod, node, overlay, or one of ${capture.interfaces.map(({ name }) => name).join(", ")}.`,
    );
  }
  const newIndex = new Map(kept.map((old, i) => [old, i]));
  return {
    interfaces: kept.flatMap((i) => capture.interfaces[i] ?? []),
    frames: capture.frames.flatMap((frame) => {
      const place = newIndex.get(frame.interface);
      return place === undefined ? [] : [{ ...frame, interface: place }];
    }),
  };
}
