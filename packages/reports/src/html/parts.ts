import { type Content, joined, type Markup, markup, nothing } from "../words/markup.ts";

/** A part of the page with its heading; nothing where there is nothing to say. */
export function section(id: string, title: string, lead: Content, body: Content): Markup {
  const introduction = lead === "" ? nothing : markup`<p class="lead">${lead}</p>`;
  return markup`<section class="section" id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${introduction}${body}
</section>`;
}

/** A name of the input: kept apart from the writing direction around it. */
export function name(text: string): Markup {
  return markup`<bdi>${text}</bdi>`;
}

export interface Cell {
  readonly text: Content;
  readonly numeric?: boolean;
  /** Class of the cell, one of ours. */
  readonly kind?: string;
}

/**
 * A table whose rows become cards on a phone: each cell then carries the name of its column. The
 * first cell of a row is its heading.
 */
export function table(
  caption: string,
  head: readonly { readonly label: string; readonly numeric?: boolean }[],
  rows: readonly (readonly Cell[])[],
): Markup {
  const heads = head.map(
    ({ label, numeric }) =>
      markup`<th scope="col" role="columnheader"${numeric ? markup` class="n"` : nothing}>${label}</th>`,
  );
  const lines = rows.map((cells) => {
    const [first, ...others] = cells.map((cell, index) =>
      tableCell(cell, head[index]?.label ?? "", index === 0),
    );
    return markup`<tr role="row">${first}${others}</tr>`;
  });
  return markup`<table class="stack" role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${joined(lines, "\n")}</tbody></table>`;
}

function tableCell({ text, numeric, kind = "" }: Cell, label: string, isHeading: boolean): Markup {
  const classes = [numeric ? "n" : "", kind, text === "" ? "empty" : ""].filter(
    (one) => one !== "",
  );
  const classed = classes.length > 0 ? markup` class="${classes.join(" ")}"` : nothing;
  if (isHeading) return markup`<th scope="row" role="rowheader"${classed}>${text}</th>`;
  const labelled = label === "" ? nothing : markup` data-label="${label}"`;
  return markup`<td role="cell"${classed}${labelled}><span>${text}</span></td>`;
}

/** Colour and name of each configuration, in their order. */
export function legend(labels: readonly string[]): Markup {
  const items = labels.map(
    (label, index) => markup`<li><i class="s${index % 8}"></i>${name(label)}</li>`,
  );
  return markup`<ul class="legend">${items}</ul>`;
}

/** Tables with more columns than these do not fit a page. */
const MOST_COLUMNS = 7;

/** A table of so many columns as it takes: a wide one scrolls within itself. */
export function wideTable(...[caption, head, rows]: Parameters<typeof table>): Markup {
  const all = table(caption, head, rows);
  return head.length > MOST_COLUMNS ? scrolling(caption, all) : all;
}

/** Longer tables are folded. */
const MOST_OPEN_ROWS = 24;

/** A card with a table of so many rows and what stands below it. */
export function tableCard(caption: string, rows: number, body: Markup): Markup {
  if (rows <= MOST_OPEN_ROWS) return markup`<div class="card">${body}</div>`;
  return markup`<div class="card"><details><summary>${caption} <span class="quiet">${rows} rows</span></summary>
<div class="body">${body}</div></details></div>`;
}

/** Content that scrolls sideways within itself, by keyboard too, so that the page does not. */
export function scrolling(label: string, body: Content): Markup {
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${body}</div>`;
}

/** A place along a track, in per cent with two decimals; kept within it. */
export function percent(value: number, low: number, high: number): string {
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;
}

const paths = {
  met: "M3 8.5l3.2 3.2L13 5",
  missed: "M4 4l8 8M12 4l-8 8",
  undecided: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.6M8 12.6v.1",
} as const;
const words = { met: "met", missed: "missed", undecided: "undecided" } as const;

export function badge(verdict: keyof typeof words, text: string = words[verdict]): Markup {
  return markup`<span class="badge ${verdict}"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="${paths[verdict]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>${text}</span>`;
}
