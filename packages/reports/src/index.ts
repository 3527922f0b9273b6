export { renderHtml } from "./html/page.ts";
export { renderJson } from "./json.ts";
export { renderJUnit } from "./junit.ts";
export { renderMarkdown } from "./markdown.ts";
export { InvalidResult, parseResult } from "./parse-result.ts";
export type * from "./result.ts";
export { renderText, type TextOptions } from "./text.ts";
export { formatEstimate, formatQuantity, formatRange, formatRelative } from "./words/quantity.ts";
