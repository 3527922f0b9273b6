import type { Result } from "../result.ts";
import { select } from "../select.ts";
import { joined, Markup, markup, nothing } from "../words/markup.ts";
import { backCheck } from "./back-check.ts";
import { estimates } from "./estimates.ts";
import { figures } from "./figures.ts";
import { expectations, hero, keyFigures } from "./hero.ts";
import { application, leftOut, reproduction } from "./input.ts";
import { ownTables } from "./own-tables.ts";
import { assumptions, findings } from "./reasons.ts";
import { pageStyle } from "./style.ts";

/**
 * The result as one HTML file that needs nothing else: no script, no network (its own policy forbids
 * both), light and dark, desk, phone and paper. Every text of the result is escaped.
 */
export function renderHtml(result: Result): string {
  const selection = select(result);
  const sections = [
    backCheck(result),
    keyFigures(selection),
    ownTables(result, "summary"),
    expectations(result),
    estimates(selection),
    ownTables(result, "detail"),
    figures(selection),
    findings(selection),
    assumptions(selection),
    application(selection),
    leftOut(selection),
    reproduction(selection),
  ].filter((part) => part !== nothing);
  return markup`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${result.title} · k8s-netsim</title>
<style>${new Markup(pageStyle)}</style>
</head>
<body>
${hero(result)}
<main class="page">
${joined(sections, "\n")}
<footer>Written by k8s-netsim ${result.reproduce.version}. Intervals are 95% confidence intervals over replications.</footer>
</main>
</body>
</html>
`.text;
}
