import { type ComparisonRow, overallRows } from "../comparison-table.ts";
import type { Result } from "../result.ts";
import { sizeInWords } from "../run-size.ts";
import type { Selection } from "../select.ts";
import { type Markup, markup, nothing } from "../words/markup.ts";
import { badge, name, section } from "./parts.ts";

/** Question, answer, verdict and what to know before believing it. */
export function hero(result: Result): Markup {
  const { answer, question, verdict, warnings, reproduce, kind } = result;
  const items = warnings.map((warning) => markup`<li>${warning}</li>`);
  const list =
    items.length > 0 ? markup`<ul class="warnings" aria-label="Warnings">${items}</ul>` : nothing;
  const expected =
    verdict === "none" ? nothing : markup`<p>${badge(verdict, verdictWords[verdict])}</p>`;
  return markup`<header class="hero"><div class="page">
<p class="brand"><span><i></i><strong>k8s-netsim</strong></span><span>${kindWords[kind]}</span><span>Kubernetes ${reproduce.kubernetesVersion}</span><span>${sizeOf(result)}</span></p>
<h1 class="question">${question}</h1>
<p class="answer${answer.length > 110 ? " long" : ""}">${answer}</p>
${expected}${list}
</div></header>`;
}

const kindWords: Readonly<Record<Result["kind"], string>> = {
  "what-if": "What if",
  scenario: "Scenario",
};

const verdictWords = {
  met: "Every expectation is met",
  missed: "An expectation is missed",
  undecided: "Undecided: more replications are needed",
} as const;

function sizeOf({ reproduce }: Result): string {
  const { replications, lengthSeconds, quick } = reproduce;
  const size =
    lengthSeconds === undefined ? sizeInWords(reproduce) : `${replications} × ${lengthSeconds} s`;
  return `${size}${quick ? ", quick size" : ""}`;
}

const mostFigures = 6;

/** The first measures as cards: before, after, and the difference with its interval. */
export function keyFigures(selection: Selection): Markup {
  const rows = overallRows(selection).slice(0, mostFigures);
  if (rows.length === 0) return nothing;
  return markup`<section class="figures" aria-label="Key figures">${rows.map(keyFigure)}</section>`;
}

function keyFigure(row: ComparisonRow): Markup {
  const { before, after, change, direction } = row;
  const interval =
    change.interval === ""
      ? "no interval: one run"
      : `95%: ${change.interval}${direction === "unclear" ? ", not told apart from zero" : ""}`;
  const moved =
    direction === "same"
      ? markup`<span class="chip same">no change</span>`
      : markup`<span class="chip ${direction}">${change.value}</span> <span class="interval">${interval}</span>`;
  const flow =
    direction === "same"
      ? markup`<span>${after}</span>`
      : markup`<span class="was">${before}</span><span class="arrow" aria-label="becomes">→</span><span>${after}</span>`;
  return markup`<article class="card"><h3>${row.label}</h3>
<p class="big">${flow}</p>
<p class="moved">${moved}</p></article>`;
}

/** What was expected and how each was judged. */
export function expectations(result: Result): Markup {
  if (result.expectations.length === 0) return nothing;
  const items = result.expectations.map(
    ({ text, verdict, reason }) =>
      markup`<li>${badge(verdict)}<span><code>${name(text)}</code> <span class="quiet">${reason}</span></span></li>`,
  );
  return section(
    "expectations",
    "Expectations",
    "Each is judged on the bound of its confidence interval, not on the middle.",
    markup`<ul class="judged card">${items}</ul>`,
  );
}
