import { rankedAssumptions } from "../comparison-table.ts";
import type { Assumption, Finding, Measure } from "../result.ts";
import type { Selection } from "../select.ts";
import { joined, type Markup, markup, nothing } from "../words/markup.ts";
import { formatQuantity } from "../words/quantity.ts";
import { type Cell, name, percent, section, table } from "./parts.ts";

/** Why the answer is what it is: each finding with its rule and the change that would mend it. */
export function findings(selection: Selection): Markup {
  const all = selection.result.findings;
  if (all.length === 0) return nothing;
  const items = all.map((one) => markup`<article class="card">${finding(one)}</article>`);
  return section("why", "Why", "", joined(items, "\n"));
}

function finding({ severity, subject, message, rule, patch }: Finding): Markup {
  const because = rule === undefined ? nothing : markup`<p class="rule">${rule}</p>`;
  return markup`<div class="finding ${severity}"><span class="mark" aria-hidden="true">${severity === "warning" ? "!" : "i"}</span><div>
<h3>${name(subject)}</h3><p>${message}</p>${because}${patch ? mend(patch) : nothing}</div></div>`;
}

function mend({ description, yaml, headroom = [] }: NonNullable<Finding["patch"]>): Markup {
  const zones = headroom.map(
    ({ zone, left }) => markup`<li><strong>${name(zone)}</strong> ${left}</li>`,
  );
  const leaves =
    zones.length > 0
      ? markup`<ul class="headroom" aria-label="What it leaves">${zones}</ul>`
      : nothing;
  return markup`<div class="mend"><p><strong>What would mend it.</strong> ${description}</p>
<pre tabindex="0" aria-label="Patch"><code>${yaml.replace(/\n+$/, "")}</code></pre>${leaves}</div>`;
}

/** Assumptions, ranked by how far the answer moves when each is halved and doubled. */
export function assumptions(selection: Selection): Markup {
  const ranked = rankedAssumptions(selection.result.assumptions);
  if (ranked.length === 0) return nothing;
  const axis = tornadoAxis(selection, ranked);
  const rows = ranked.map((assumption) => row(assumption, axis));
  const head = [
    { label: "Assumption" },
    { label: "Value" },
    { label: "Source" },
    ...(axis === undefined
      ? []
      : [
          { label: "" },
          { label: "If halved", numeric: true },
          { label: "If doubled", numeric: true },
        ]),
  ];
  const lead =
    axis === undefined
      ? "What the input does not say and the run had to take for granted."
      : `What the input does not say and the run had to take for granted. The bars show what the change in “${axis.measure.label}” becomes when the assumption is halved (teal) and doubled (orange); the line is the answer as given${axis.base === undefined ? "" : `, ${formatQuantity(axis.base, axis.measure.unit, { change: true })}`}.`;
  const caption = axis === undefined ? "Assumptions" : "Ranked by how far the answer moves";
  return section(
    "assumptions",
    "Assumptions",
    lead,
    markup`<div class="card">${table(caption, head, rows)}</div>`,
  );
}

interface TornadoAxis {
  readonly measure: Measure;
  readonly base: number | undefined;
  readonly low: number;
  readonly high: number;
}

function tornadoAxis(selection: Selection, ranked: readonly Assumption[]): TornadoAxis | undefined {
  const first = ranked.find(({ effect }) => effect !== undefined)?.effect;
  const measure = first && selection.measure(first.measure);
  if (measure === undefined) return undefined;
  const base = selection.difference(measure.id, "all")?.estimate.value ?? undefined;
  const ends = ranked.flatMap(({ effect }) =>
    effect?.measure === measure.id ? [effect.halved, effect.doubled] : [],
  );
  const numbers = [...ends, ...(base === undefined ? [] : [base])].filter(Number.isFinite);
  return { measure, base, low: Math.min(...numbers), high: Math.max(...numbers) };
}

function row(
  { name: title, value, source, effect }: Assumption,
  axis: TornadoAxis | undefined,
): readonly Cell[] {
  const facts: readonly Cell[] = [{ text: name(title) }, { text: name(value) }, { text: source }];
  if (axis === undefined) return facts;
  if (effect === undefined || effect.measure !== axis.measure.id) {
    return [
      ...facts,
      { text: "" },
      { text: "" },
      { text: markup`<span class="quiet">not varied</span>`, numeric: true },
    ];
  }
  const moved = (to: number): string => formatQuantity(to, axis.measure.unit, { change: true });
  return [
    ...facts,
    { text: tornado(effect, axis) },
    { text: moved(effect.halved), numeric: true },
    { text: moved(effect.doubled), numeric: true },
  ];
}

function tornado(
  { halved, doubled }: NonNullable<Assumption["effect"]>,
  axis: TornadoAxis,
): Markup {
  const { low, high } = axis;
  const base = axis.base ?? (halved + doubled) / 2;
  const bar = (to: number, kind: string): Markup => {
    const left = percent(Math.min(base, to), low, high);
    const right = percent(low + high - Math.max(base, to), low, high);
    return markup`<i class="bar ${kind}" style="left:${left};right:${right}"></i>`;
  };
  return markup`<span class="track" aria-hidden="true">${bar(halved, "halved")}${bar(doubled, "doubled")}<i class="base" style="left:${percent(base, low, high)}"></i></span>`;
}
