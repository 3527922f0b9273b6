// Opens the demo's report in Chromium as a reader would: from disk, at a desk and on a phone, in
// light and dark. It must say nothing in the console, ask the network for nothing, and fit.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { fromSource, mustRun, root, runChecks } from "./workspace.ts";

const programs = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"];
const screens = [
  { name: "desktop, light", width: 1280, height: 900, colorScheme: "light" },
  { name: "desktop, dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "phone, light", width: 360, height: 740, colorScheme: "light" },
  { name: "phone, dark", width: 360, height: 740, colorScheme: "dark" },
] as const;

/** What a reader would complain about on this screen. */
async function complaints(
  browser: Browser,
  file: string,
  screen: (typeof screens)[number],
): Promise<readonly string[]> {
  const { width, height, colorScheme } = screen;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const found: string[] = [];
  page.on("console", (message) => found.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => found.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) found.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  const seen = await page.evaluate(() => ({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: document.querySelectorAll("h1").length,
    figures: document.querySelectorAll("svg").length,
    tables: document.querySelectorAll("table").length,
  }));
  if (seen.overflow > 0) found.push(`wider than the screen by ${seen.overflow} px`);
  if (seen.headings !== 1) found.push(`${seen.headings} first-level headings`);
  if (seen.figures === 0 || seen.tables === 0) found.push("no chart or no table");
  await page.close();
  return found;
}

const executablePath = programs.find(existsSync);
if (executablePath === undefined) {
  console.log("skipped: no Chromium on this machine");
} else {
  const folder = join(root, "out", "check-browser");
  mustRun(process.execPath, [
    ...fromSource(join(root, "tools/demo.ts")),
    "--quick",
    "--out",
    folder,
  ]);
  const page = readdirSync(folder).find((name) => name.endsWith(".html")) ?? "report.html";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const seen = new Map<string, readonly string[]>();
  for (const screen of screens) {
    seen.set(screen.name, await complaints(browser, join(folder, page), screen));
  }
  await browser.close();
  runChecks(
    [...seen].map(([name, found]) => [
      `${page}: ${name}`,
      () => {
        if (found.length > 0) throw new Error(found.join("\n"));
      },
    ]),
  );
}
