export { callGraphChart } from "./charts/call-graph.ts";
export { type FigureText, standaloneSvg } from "./charts/figure.ts";
export { type IntervalChartOptions, type IntervalRow, intervalChart } from "./charts/intervals.ts";
export { type LatencyChartOptions, latencyChart } from "./charts/latency.ts";
export { renderHtml } from "./html/page.ts";
export { renderJson } from "./json.ts";
export { renderJUnit } from "./junit.ts";
export { renderMarkdown } from "./markdown.ts";
export { InvalidResult, parseResult } from "./parse-result.ts";
export {
  type Capture,
  type CapturedFrame,
  type CapturedInterface,
  type LinkType,
  renderPcapng,
} from "./pcapng/pcapng.ts";
export type * from "./result.ts";
export { renderText, type TextOptions } from "./text.ts";
export {
  type EstimateWords,
  formatEstimate,
  formatQuantity,
  type QuantityOptions,
  type Unit,
} from "./words/quantity.ts";
