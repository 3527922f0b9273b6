import {
  type CanonicalPacket,
  canonicalEntry,
  canonicalNote,
  canonicalPackets,
  PortNames,
  serversView,
} from "./canonical.ts";
import { compareUnits } from "./compare-units.ts";
import type { Observation } from "./observation.ts";

type Roles = ReadonlyMap<number, string>;

/** What is to be compared of a situation, and how. */
export interface Comparison {
  /** Endpoints are chosen by chance: connections are compared one by one. */
  readonly chance: boolean;
  /** Probes come as often as time allows: a shorter list is the start of a longer one. */
  readonly rounds: boolean;
  /** Ports with a meaning that differ from run to run, on either side. */
  readonly roles: { readonly recorded: Roles; readonly modelled: Roles };
}

const EVENT_SECONDS = 1;
const TABLE_SECONDS = 3;
const GAP_TOLERANCE_US = 40_000;
const GAP_TOLERANCE_SHARE = 0.1;

/**
 * Every difference between what was recorded and what the model did. With chance there may be several
 * runs of the model: each recorded connection must be one of theirs.
 */
export function compareObservations(
  recorded: Observation,
  modelled: readonly Observation[],
  comparison: Comparison,
): readonly string[] {
  const [first] = modelled;
  if (first === undefined) return ["the model did not run"];
  if (comparison.chance) return compareUnits(recorded, modelled);
  const names = {
    recorded: new PortNames(comparison.roles.recorded),
    modelled: new PortNames(comparison.roles.modelled),
  };
  const packets = comparePackets(
    canonicalPackets(recorded, names.recorded),
    canonicalPackets(first, names.modelled),
    recorded.cut,
  );
  const tracking = comparison.rounds
    ? compareUnits(recorded, [first], { tracking: true })
    : [...compareEvents(recorded, first, names), ...compareTables(recorded, first, names)];
  const notes = compareLists(
    "notes",
    recorded.notes.map(canonicalNote),
    first.notes.map(canonicalNote),
  );
  return [...packets, ...tracking, ...notes];
}

interface BothNames {
  readonly recorded: PortNames;
  readonly modelled: PortNames;
}

function comparePackets(
  recorded: readonly CanonicalPacket[],
  modelled: readonly CanonicalPacket[],
  cut: boolean,
): readonly string[] {
  const found: string[] = [];
  for (const name of namesOf(recorded, modelled)) {
    const expected = recorded.filter((packet) => packet.interface === name);
    const seen = modelled.filter((packet) => packet.interface === name);
    const actual = cut ? seen.slice(0, expected.length) : seen;
    const texts = (list: readonly CanonicalPacket[]): string[] => list.map(({ text }) => text);
    const different = compareLists(name, texts(expected), texts(actual));
    found.push(...(different.length > 0 ? different : compareGaps(name, expected, actual)));
  }
  return found;
}

function namesOf(...lists: readonly (readonly CanonicalPacket[])[]): readonly string[] {
  return [...new Set(lists.flatMap((list) => list.map((packet) => packet.interface)))].sort();
}

/** The time from a packet to its repetition. */
function compareGaps(
  name: string,
  expected: readonly CanonicalPacket[],
  actual: readonly CanonicalPacket[],
): readonly string[] {
  const lastAt = new Map<string, number>();
  const found: string[] = [];
  for (const [i, { text, atUs }] of expected.entries()) {
    const before = lastAt.get(text);
    lastAt.set(text, i);
    const mine = actual[i];
    const mineBefore = before === undefined ? undefined : actual[before];
    if (before === undefined || mine === undefined || mineBefore === undefined) continue;
    const gap = atUs - (expected[before] as CanonicalPacket).atUs;
    const modelGap = mine.atUs - mineBefore.atUs;
    if (Math.abs(gap - modelGap) > Math.max(GAP_TOLERANCE_US, gap * GAP_TOLERANCE_SHARE)) {
      found.push(`${name}: ${text} again after ${gap} us, in the model ${modelGap} us`);
    }
  }
  return found;
}

function compareLists(
  what: string,
  expected: readonly string[],
  actual: readonly string[],
): readonly string[] {
  for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
    if (expected[i] === actual[i]) continue;
    const place = `${what}[${i}]`;
    return [`${place}: expected ${expected[i] ?? "nothing"}, got ${actual[i] ?? "nothing"}`];
  }
  return [];
}

/** Events of one connection keep their order; those of different ones need not. */
function compareEvents(
  recorded: Observation,
  modelled: Observation,
  names: BothNames,
): readonly string[] {
  const found: string[] = [];
  for (const node of Object.keys(recorded.events)) {
    const sorted = (one: Observation, ports: PortNames): Sorted[] => {
      const view = serversView(one);
      const lines = (one.events[node] ?? []).map(({ kind, text }) => {
        const entry = canonicalEntry(text, ports, view);
        return {
          key: connectionOf(entry.text),
          text: `${kind} ${entry.text}`,
          seconds: entry.seconds,
        };
      });
      return lines.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    };
    const expected = sorted(recorded, names.recorded);
    const actual = sorted(modelled, names.modelled);
    found.push(...compareSorted(`events of ${node}`, expected, actual, EVENT_SECONDS));
  }
  return found;
}

interface Sorted {
  readonly key: string;
  readonly text: string;
  readonly seconds: number;
}

function connectionOf(text: string): string {
  return text.replace(/^(\w+) [A-Z_0-9]+ src/, "$1 src").replace(/ \[[A-Z]+\]/g, "");
}

function compareTables(
  recorded: Observation,
  modelled: Observation,
  names: BothNames,
): readonly string[] {
  const found: string[] = [];
  for (const [i, { when, entries }] of recorded.tables.entries()) {
    for (const [node, lines] of Object.entries(entries)) {
      const place = `tracking of ${node} (${when})`;
      const sorted = (texts: readonly string[], one: Observation, ports: PortNames): Sorted[] => {
        const view = serversView(one);
        const all = texts.map((line) => canonicalEntry(line, ports, view));
        return all
          .map(({ text, seconds }) => ({ key: text, text, seconds }))
          .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
      };
      const mine = modelled.tables[i]?.entries[node] ?? [];
      const expected = sorted(lines, recorded, names.recorded);
      const actual = sorted(mine, modelled, names.modelled);
      found.push(...compareSorted(place, expected, actual, TABLE_SECONDS));
    }
  }
  return found;
}

function compareSorted(
  what: string,
  expected: readonly Sorted[],
  actual: readonly Sorted[],
  tolerance: number,
): readonly string[] {
  const texts = (list: readonly Sorted[]): string[] => list.map(({ text }) => text);
  const different = compareLists(what, texts(expected), texts(actual));
  if (different.length > 0) return different;
  return expected.flatMap(({ text, seconds }, i) => {
    const mine = (actual[i] as Sorted).seconds;
    return Math.abs(mine - seconds) <= tolerance
      ? []
      : [`${what}: ${text} has ${seconds} s, in the model ${mine} s`];
  });
}
