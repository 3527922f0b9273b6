import {
  canonicalEntry,
  canonicalNote,
  canonicalPackets,
  PortNames,
  serversView,
} from "./canonical.ts";
import type { Observation } from "./observation.ts";

/** Notes in which every entry must name the same pod, whichever chance chose. */
const CONSTANT_NOTES = new Set([
  "8 at once",
  "pauses 1.2 s",
  "1.0 s apart",
  "udp one socket",
  "after removal",
]);

/**
 * Compares connection by connection: each recorded one must be, packet by packet, one that the model
 * made in one of its runs; every run must have as many of them. `tracking`: events and tables only.
 */
export function compareUnits(
  recorded: Observation,
  modelled: readonly Observation[],
  only: { readonly tracking?: boolean } = {},
): readonly string[] {
  const found: string[] = [];
  const compare = (
    what: string,
    unitsOf: (one: Observation) => ReadonlyMap<string, string>,
  ): void => {
    const known = new Set(modelled.flatMap((one) => [...unitsOf(one).values()]));
    const units = unitsOf(recorded);
    for (const [flow, unit] of units) {
      if (!isKnown(unit, known, recorded.cut))
        found.push(`${what} of ${flow} not in the model: ${unit}`);
    }
    if (only.tracking === true) return;
    for (const one of modelled) {
      const count = unitsOf(one).size;
      if (recorded.cut ? count < units.size : count !== units.size)
        found.push(`${what}: ${units.size} connections, in the model ${count}`);
    }
  };
  if (only.tracking !== true) compare("packets", packetUnits);
  for (const node of Object.keys(recorded.events)) {
    const shapes = (one: Observation): ReadonlySet<string> =>
      new Set(eventUnits(one, node).values());
    const known = new Set(modelled.flatMap((one) => [...shapes(one)]));
    for (const shape of shapes(recorded)) {
      if (!isKnown(shape, known, recorded.cut))
        found.push(`events of ${node} not in the model: ${shape}`);
    }
  }
  if (only.tracking === true) found.push(...surplusShapes(recorded, modelled));
  found.push(...compareTableShapes(recorded, modelled));
  if (only.tracking !== true) found.push(...compareNotes(recorded, modelled));
  return found;
}

/** Histories of connections that the model made, but nobody recorded. */
function surplusShapes(recorded: Observation, modelled: readonly Observation[]): readonly string[] {
  const found: string[] = [];
  for (const node of Object.keys(recorded.events)) {
    const shapes = [...eventUnits(recorded, node).values()];
    for (const shape of new Set(modelled.flatMap((one) => [...eventUnits(one, node).values()]))) {
      const started = recorded.cut && shapes.some((one) => shape.startsWith(one));
      if (!shapes.includes(shape) && !started) {
        found.push(`events of ${node} only in the model: ${shape}`);
      }
    }
  }
  return found;
}

/** Whether the model made such a unit; where the record was cut, the unit may be the start of one. */
function isKnown(unit: string, known: ReadonlySet<string>, cut: boolean): boolean {
  if (known.has(unit)) return true;
  if (!cut) return false;
  const parts = unit.split(" || ");
  return [...known].some((whole) => {
    const wholes = whole.split(" || ");
    return parts.every((part) => wholes.some((one) => one.startsWith(part)));
  });
}

/** A connection's packets at every interface that saw it, ports named anew for each connection. */
function packetUnits(one: Observation): ReadonlyMap<string, string> {
  const flows = canonicalPackets(one, new PortNames()).map(({ flow }) => flow);
  const parts = new Map<string, Map<string, string[]>>();
  for (const flow of new Set(flows)) {
    const own = { ...one, packets: one.packets.filter((_, i) => flows[i] === flow) };
    const byInterface = new Map<string, string[]>();
    for (const packet of canonicalPackets(own, new PortNames())) {
      const list = byInterface.get(packet.interface) ?? [];
      byInterface.set(packet.interface, list);
      list.push(packet.text);
    }
    parts.set(flow, byInterface);
  }
  return new Map([...parts].map(([flow, byInterface]) => [flow, unitText(byInterface)]));
}

function unitText(byInterface: ReadonlyMap<string, readonly string[]>): string {
  const lines = [...byInterface].map(([name, texts]) => `${name}: ${texts.join(" | ")}`);
  return lines.sort().join(" || ");
}

function eventUnits(one: Observation, node: string): ReadonlyMap<string, string> {
  const view = serversView(one);
  const units = new Map<string, string[]>();
  const names = new Map<string, PortNames>();
  for (const { kind, text } of one.events[node] ?? []) {
    const { flow } = canonicalEntry(text, new PortNames(), view);
    const ports = names.get(flow) ?? new PortNames();
    names.set(flow, ports);
    const list = units.get(flow) ?? [];
    units.set(flow, list);
    list.push(`${kind} ${canonicalEntry(text, ports, view).text}`);
  }
  return new Map([...units].map(([flow, list]) => [flow, list.join(" | ")]));
}

/** Kinds of entries, each told once: how many there are is chance or time. */
function compareTableShapes(
  recorded: Observation,
  modelled: readonly Observation[],
): readonly string[] {
  const found: string[] = [];
  for (const [i, { when, entries }] of recorded.tables.entries()) {
    for (const [node, lines] of Object.entries(entries)) {
      const known = new Set(
        modelled.flatMap((one) => shapesOf(one, one.tables[i]?.entries[node] ?? [])),
      );
      for (const shape of new Set(shapesOf(recorded, lines))) {
        if (!known.has(shape)) {
          found.push(`tracking of ${node} (${when}) not in the model: ${shape}`);
        }
      }
    }
  }
  return found;
}

function shapesOf(one: Observation, lines: readonly string[]): readonly string[] {
  const view = serversView(one);
  return lines.map((line) => canonicalEntry(line, new PortNames(), view).text);
}

function compareNotes(recorded: Observation, modelled: readonly Observation[]): readonly string[] {
  const expected = recorded.notes.map(shapeOfNote);
  return modelled.flatMap((one) => {
    const actual = one.notes.map(shapeOfNote);
    const same = JSON.stringify(expected) === JSON.stringify(actual);
    return same ? [] : [`notes: expected ${expected.join("; ")}, got ${actual.join("; ")}`];
  });
}

/** A list of pods by its length, and by whether it names one alone where it must. */
function shapeOfNote(note: readonly [string, unknown]): string {
  const [what, result] = note;
  if (what === "first") return `${what}: a pod`;
  if (!Array.isArray(result)) return canonicalNote(note);
  const constant = new Set(result).size === 1;
  const demanded = CONSTANT_NOTES.has(what) ? ` ${constant ? "the same" : "not the same"}` : "";
  return `${what}: ${result.length} pods${demanded}`;
}
