import type { LabCapture } from "@k8s-netsim/k8s-model/data-plane";
import { UsageError } from "../command-line/usage-error.ts";

/** What is captured where nobody says: both ends of connections. */
const ENDS: readonly string[] = ["pod", "client"];
const EVERYTHING = "all";
/** Names of interfaces that an error lists. */
const NAMED = 12;

/**
 * The part of a capture that was seen at interfaces of some kind, or of some name. A packet that passes
 * several of them is kept where it was seen first: the same packet twice looks like a retransmission. Only
 * `all` keeps everything.
 */
export function selectInterfaces(capture: LabCapture, asked: readonly string[]): LabCapture {
  if (asked.includes(EVERYTHING)) return capture;
  const wanted = asked.length === 0 ? ENDS : asked;
  const kept: number[] = [];
  for (const [i, { name, place }] of capture.interfaces.entries()) {
    if (wanted.includes(name) || wanted.includes(place)) kept.push(i);
  }
  for (const text of asked) {
    if (capture.interfaces.some(({ name, place }) => name === text || place === text)) continue;
    const names = capture.interfaces.map(({ name }) => name);
    const more = names.length > NAMED ? `, … (${names.length} in all)` : "";
    throw new UsageError(
      "unknown-interface",
      `--interface ${text}: nothing of that name was captured.`,
      `use all, pod, node, overlay, client, or one of ${names.slice(0, NAMED).join(", ")}${more}.`,
    );
  }
  const newIndex = new Map(kept.map((old, i) => [old, i]));
  const seen = new Set<number>();
  return {
    interfaces: kept.flatMap((i) => capture.interfaces[i] ?? []),
    frames: capture.frames.flatMap((frame) => {
      const place = newIndex.get(frame.interface);
      if (place === undefined || seen.has(frame.packet)) return [];
      seen.add(frame.packet);
      return [{ ...frame, interface: place }];
    }),
  };
}
