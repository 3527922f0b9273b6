import { figureColours, figureStyle } from "../charts/figure.ts";

const light = `${figureColours.light};--ground:#f4f6f8;--good:#116b46;--good-ground:#dcf5e7;--bad:#b3261e;--bad-ground:#fde8e6;--warn:#7a5200;--warn-ground:#fff3d1;--quiet-ground:#eceff3;--code:#f3f5f8;--heat:#0969da;--shadow:0 1px 2px rgba(20,30,45,.06),0 4px 16px rgba(20,30,45,.05)`;
const dark = `${figureColours.dark};--ground:#0d1117;--good:#4cc38a;--good-ground:#12352a;--bad:#ff8a80;--bad-ground:#3d1a1c;--warn:#f2cc60;--warn-ground:#352a10;--quiet-ground:#212932;--code:#0f141b;--heat:#58a6ff;--shadow:none`;

/** The one style sheet of the page: light and dark, desk, phone and paper. */
export const pageStyle: string = `
:root{color-scheme:light dark;${light}}
@media(prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.page{max-width:1120px;margin:0 auto;padding:0 24px 64px}
h1,h2,h3,p,ul,ol,figure,pre,table{margin:0}
h2{font-size:1.375rem;line-height:1.25;letter-spacing:-.01em;margin-bottom:.35rem}
h3{font-size:1rem;line-height:1.4}
a{color:inherit}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.8125rem}
.quiet{color:var(--muted)}
.small{font-size:.8125rem;line-height:1.5}
.section{margin-top:44px}
.section>h2:not(:has(+.lead)){margin-bottom:14px}
.section>.lead{color:var(--muted);max-width:72ch;margin-bottom:16px}
.card{background:var(--paper);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shadow);padding:20px 22px}
.card+.card{margin-top:16px}
.hero{background:var(--paper);border-bottom:1px solid var(--line);padding:30px 0 34px}
.hero .page{padding-bottom:0}
.brand{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;font-size:.8125rem;color:var(--muted);margin-bottom:22px}
.brand strong{color:var(--ink);font-weight:650;letter-spacing:-.005em}
.brand i{width:10px;height:10px;border-radius:3px;background:linear-gradient(135deg,var(--series-1),var(--series-6));display:inline-block;margin-right:7px}
.question{font-size:1.0625rem;font-weight:500;color:var(--muted);max-width:72ch}
.answer{font-size:clamp(1.3125rem,1rem + 1.5vw,1.875rem);line-height:1.32;font-weight:620;letter-spacing:-.015em;margin-top:10px;max-width:44ch;text-wrap:pretty}
.answer.long{font-size:clamp(1.1875rem,1rem + 1vw,1.5rem);max-width:58ch}
.badge{display:inline-flex;align-items:center;gap:7px;border-radius:999px;padding:4px 13px 4px 10px;font-size:.875rem;font-weight:600;margin-top:18px}
.badge svg{width:15px;height:15px}
.met{color:var(--good);background:var(--good-ground)}
.missed{color:var(--bad);background:var(--bad-ground)}
.undecided{color:var(--warn);background:var(--warn-ground)}
.warnings{margin-top:22px;padding:13px 18px;border-radius:10px;background:var(--warn-ground);color:var(--warn);list-style:none;font-size:.9375rem;max-width:86ch}
.warnings li+li{margin-top:7px}
.warnings li{padding-left:24px;position:relative}
.warnings li::before{content:"!";position:absolute;left:0;top:.3em;width:15px;height:15px;border-radius:50%;border:1.5px solid;font:700 10px/12px system-ui,sans-serif;text-align:center}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(300px,1fr));gap:14px;margin-top:26px}
.figures .card{margin:0;padding:17px 19px 15px;display:flex;flex-direction:column}
.figures h3{font-size:.8125rem;font-weight:500;color:var(--muted)}
.figures .big{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 9px;font-size:1.75rem;line-height:1.25;font-weight:650;letter-spacing:-.02em;margin:3px 0 9px}
.figures .big .was{font-size:1.0625rem;font-weight:500;color:var(--muted);letter-spacing:0}
.figures .big .arrow{font-size:1.0625rem;color:var(--muted);font-weight:400}
.figures .moved{margin-top:auto;display:flex;flex-wrap:wrap;gap:3px 9px;align-items:baseline;font-size:.8125rem;color:var(--muted)}
.chip{display:inline-block;border-radius:7px;padding:2px 8px;font-size:.8125rem;font-weight:600;background:var(--quiet-ground);color:var(--muted);align-self:flex-start}
.chip.better{color:var(--good);background:var(--good-ground)}
.chip.worse{color:var(--bad);background:var(--bad-ground)}
table{border-collapse:collapse;width:100%;font-size:.875rem}
caption{text-align:left;color:var(--muted);font-size:.8125rem;padding-bottom:8px}
th,td{text-align:left;vertical-align:baseline;padding:9px 14px 9px 0;border-bottom:1px solid var(--line)}
th{font-weight:600}
thead th{font-size:.75rem;font-weight:550;color:var(--muted);vertical-align:bottom;padding-top:0}
tbody tr:last-child>*{border-bottom:0}
th:last-child,td:last-child{padding-right:0}
@media(min-width:641px){tr:has(.track)>td:has(.track){width:32%}}
.n{text-align:right;white-space:nowrap}th.n{white-space:normal}
td .note{display:block}
th .note{display:block;font-weight:400;color:var(--muted);font-size:.8125rem;line-height:1.4;max-width:46ch}
.better-text{color:var(--good);font-weight:600}
.worse-text{color:var(--bad);font-weight:600}
.scroll{overflow-x:auto;max-width:100%}
@media(min-width:641px){.scroll>.stack{width:max-content;min-width:100%}.scroll>.stack :is(th,td){overflow-wrap:normal}.scroll>.stack thead th{max-width:11ch}.scroll>.stack tbody th{min-width:8ch;max-width:32ch}.stack tbody th{min-width:8ch}.stack thead th{overflow-wrap:normal}}
.scroll:focus-visible{outline:2px solid var(--series-1);outline-offset:4px;border-radius:6px}
details{border-top:1px solid var(--line)}
details:first-of-type{border-top:0}
.card>details:only-child{margin:-8px 0}
.card>details:last-child>.body{padding-bottom:0}
summary{cursor:pointer;padding:11px 0;font-weight:600;list-style-position:outside;margin-left:18px}
summary .quiet{font-weight:400}
summary:focus-visible{outline:2px solid var(--series-1);border-radius:4px}
details>.body{padding:2px 0 14px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:.8125rem;color:var(--muted);margin:2px 0 12px;padding:0;list-style:none}
.legend i{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:6px;vertical-align:-1px}
.s0{background:var(--series-0)}.s1{background:var(--series-1)}.s2{background:var(--series-2)}.s3{background:var(--series-3)}.s4{background:var(--series-4)}.s5{background:var(--series-5)}.s6{background:var(--series-6)}.s7{background:var(--series-7)}
h4{margin:14px 0 4px;font-weight:600}
figcaption{margin-bottom:4px}
figcaption h3{font-size:1.0625rem}
figcaption p{color:var(--muted);font-size:.875rem;max-width:78ch}
${figureStyle}
.figure{display:block;max-width:100%;height:auto}
.wide{display:block}.narrow{display:none}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:24px;margin-top:14px}
.matrix{border-collapse:separate;border-spacing:3px;font-size:.8125rem}
.matrix th{border:0;padding:4px 8px;font-weight:500;color:var(--muted);text-align:center;font-size:.75rem}
.matrix tbody th{text-align:right;white-space:nowrap}
.matrix td{border:0;padding:13px 8px;text-align:center;border-radius:7px;background:var(--quiet-ground);background:color-mix(in srgb,var(--heat) calc(var(--v)*62%),var(--quiet-ground));min-width:62px}
.matrix td.own{box-shadow:inset 0 0 0 1.5px var(--muted)}
tr:has(.track)>*{vertical-align:middle}
.track{position:relative;height:22px;min-width:150px;display:block}
.track::before{content:"";position:absolute;left:0;right:0;top:50%;border-top:1px solid var(--line)}
.track i{position:absolute;top:50%;transform:translateY(-50%)}
.track .span{height:4px;border-radius:2px;opacity:.38}
.track .dot{width:11px;height:11px;border-radius:50%;margin-left:-5.5px;box-shadow:0 0 0 2px var(--paper)}
.track .bar{height:13px;border-radius:3px}
.track .bar.halved{background:var(--series-6)}
.track .bar.doubled{background:var(--series-2)}
.track .base{height:22px;border-left:1.5px solid var(--ink);margin-left:-.75px}
.finding{display:grid;grid-template-columns:28px minmax(0,1fr);gap:0 10px}
.finding .mark{width:22px;height:22px;border-radius:50%;font-weight:700;font-size:.8125rem;line-height:22px;text-align:center;background:var(--quiet-ground);color:var(--muted);margin-top:1px}
.finding.warning .mark{background:var(--warn-ground);color:var(--warn)}
.finding .rule{margin-top:8px;padding-left:12px;border-left:3px solid var(--line);color:var(--muted);font-size:.9375rem}
.finding .mend{margin-top:12px}
pre{background:var(--code);border:1px solid var(--line);border-radius:9px;padding:13px 15px;overflow-x:auto;line-height:1.5;margin-top:8px;overflow-wrap:normal;tab-size:2}
pre.wrap{white-space:pre-wrap;overflow-wrap:anywhere}
.headroom{display:flex;flex-wrap:wrap;gap:6px 10px;margin-top:9px;padding:0;list-style:none;font-size:.8125rem}
.headroom li{background:var(--quiet-ground);border-radius:7px;padding:3px 9px}
.plain{padding-left:1.15em}
.plain li+li{margin-top:5px}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));gap:14px}
.columns .card{margin:0}
.columns ul{margin-top:7px;font-size:.9375rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:14px 20px;margin:0}
.facts dt{font-size:.8125rem;color:var(--muted)}
.facts dd{margin:0;font-weight:600}
.judged{list-style:none;padding:6px 22px}.judged code{font-size:.875rem;margin-right:10px}
.judged li{display:grid;grid-template-columns:118px 1fr;gap:2px 12px;padding:10px 0;border-bottom:1px solid var(--line);align-items:baseline}
.judged li:last-child{border-bottom:0}
.judged .badge{margin:0;padding:2px 10px 2px 8px;font-size:.8125rem;justify-self:start;white-space:nowrap}
footer{margin-top:52px;color:var(--muted);font-size:.8125rem}
@media(max-width:640px){
.page{padding:0 16px 44px}.hero{padding:20px 0 26px}.brand{margin-bottom:15px}.section{margin-top:34px}
.card{padding:16px}.wide{display:none}.narrow{display:block}
.figures{grid-template-columns:1fr;gap:10px}
.judged li{grid-template-columns:1fr}
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack,.stack caption,.stack tbody,.stack th,.stack td{display:block;text-align:left}
.stack tr{display:grid;grid-template-columns:1fr 1fr;gap:5px 14px}
.stack tr>th,.stack tr>td:not([data-label]){grid-column:1/-1}
.stack tr{padding:11px 0;border-bottom:1px solid var(--line)}
.stack tbody tr:last-child{border-bottom:0}
.stack th,.stack td{border:0;padding:1.5px 0;white-space:normal}
.stack tbody th{font-size:.9375rem;padding-bottom:3px}
.stack td[data-label]::before{content:attr(data-label);display:block;color:var(--muted);font-size:.75rem;font-weight:400;line-height:1.3}
.stack td.empty{display:none}
}
@media print{
:root{color-scheme:light;${light};--ground:#fff;--shadow:none}
body{font-size:11pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.page{max-width:none;padding:0}.card,tr,figure,.finding{break-inside:avoid}
h2,h3,figcaption{break-after:avoid}
pre{white-space:pre-wrap}
details::details-content{content-visibility:visible;block-size:auto}
.scroll{overflow:visible}
}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`;
