import { labelOf, rankedAssumptions } from "../comparison-table.ts";
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
  const isVaried = ({ effect }: Assumption): boolean =>
    axis !== undefined && effect?.measure === axis.measure.id;
  const others = ranked.filter((assumption) => !isVaried(assumption));
  const bars = axis === undefined ? nothing : tornado(ranked.filter(isVaried), axis);
  const lead = "What the input does not say and the run had to take for granted.";
  const rest = others.length === 0 ? nothing : fixed(others, axis !== undefined);
  return section("assumptions", "Assumptions", lead, joined([bars, rest], "\n"));
}

function tornado(varied: readonly Assumption[], axis: TornadoAxis): Markup {
  const { measure, base } = axis;
  const given =
    base === undefined ? "" : `, ${formatQuantity(base, measure.unit, { change: true })}`;
  const moved = (to: number | undefined): Cell => ({
    text: formatQuantity(to ?? null, measure.unit, { change: true }),
    numeric: true,
  });
  const rows = varied.map((assumption): readonly Cell[] => [
    { text: titled(assumption) },
    { text: name(assumption.value) },
    { text: assumption.effect ? bar(assumption.effect, axis) : "" },
    moved(assumption.effect?.halved),
    moved(assumption.effect?.doubled),
  ]);
  const head = [
    { label: "Assumption" },
    { label: "Value" },
    { label: "" },
    { label: "If halved", numeric: true },
    { label: "If doubled", numeric: true },
  ];
  const caption = `Ranked by how far the answer moves: what the change in “${labelOf(measure)}” becomes when the assumption is halved (teal) and doubled (orange). The line is the answer as given${given}.`;
  return markup`<div class="card">${table(caption, head, rows)}</div>`;
}

function fixed(assumptions: readonly Assumption[], areOthersVaried: boolean): Markup {
  const head = [{ label: "Assumption" }, { label: "Value" }, { label: "Source" }];
  const rows = assumptions.map(({ name: title, value, source }) => [
    { text: name(title) },
    { text: name(value) },
    { text: source },
  ]);
  const caption = areOthersVaried ? "Not varied in this run" : "Values and where they come from";
  return markup`<div class="card">${table(caption, head, rows)}</div>`;
}

function titled({ name: title, source }: Assumption): Markup {
  return markup`${name(title)}<span class="note">${source}</span>`;
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

function bar({ halved, doubled }: NonNullable<Assumption["effect"]>, axis: TornadoAxis): Markup {
  const { low, high } = axis;
  const base = axis.base ?? (halved + doubled) / 2;
  const reach = (to: number, kind: string): Markup => {
    const left = percent(Math.min(base, to), low, high);
    const right = percent(low + high - Math.max(base, to), low, high);
    return markup`<i class="bar ${kind}" style="left:${left};right:${right}"></i>`;
  };
  return markup`<span class="track" aria-hidden="true">${reach(halved, "halved")}${reach(doubled, "doubled")}<i class="base" style="left:${percent(base, low, high)}"></i></span>`;
}
