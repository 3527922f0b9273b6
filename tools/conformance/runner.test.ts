import { describe, expect, it } from "vitest";
import { runConformance } from "./runner.ts";
import { judge, notComparable, refused, type Suite } from "./suite.ts";

/** Judges a record by what its output says. */
const obedient: Suite<unknown, { readonly verdict: string; readonly lines?: number }> = {
  name: "obedient",
  about: "does what the record says",
  fields: ["output.verdict"],
  allowance: 0.05,
  refusable: 0.03,
  run(_, { verdict, lines = 1 }) {
    if (verdict === "throw") throw new TypeError("out of order");
    if (verdict === "refuse") return refused("a quirk");
    if (verdict === "skip") return notComparable("not simulated");
    return judge(verdict === "fail" ? Array.from({ length: lines }, (_, i) => `line ${i}`) : []);
  },
};

function records(...verdicts: readonly string[]): string {
  return verdicts
    .map((verdict, i) => JSON.stringify({ id: `r${i}`, input: {}, output: { verdict } }))
    .join("\n");
}

async function run(
  text: string,
  args: readonly string[] = ["obedient", "file.jsonl"],
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runConformance(args, [obedient], {
    read(file) {
      if (file === "missing.jsonl") throw new Error("no such file");
      return text;
    },
    out: (more) => out.push(more),
    err: (more) => err.push(more),
  });
  return { code, out: out.join(""), err: err.join("") };
}

const many = (count: number, verdict: string): readonly string[] =>
  Array.from({ length: count }, () => verdict);

describe("the verdict on a run", () => {
  it("is 0 while the failed stay within the allowance, and counts the compared alone", async () => {
    const { code, out } = await run(records(...many(19, "pass"), "fail", ...many(5, "skip")));
    expect(code).toBe(0);
    expect(out).toBe("r19: line 0\n19 passed, 1 failed, 0 refused, 5 not comparable\n");
  });

  it("is 1 beyond the allowance", async () => {
    expect((await run(records(...many(18, "pass"), "fail"))).code).toBe(1);
  });

  it("is 1 when more is refused than a suite may refuse", async () => {
    const { code, out } = await run(records(...many(30, "pass"), "refuse"));
    expect(code).toBe(1);
    expect(out).toContain("refused: more than 3 % of the records");
    expect((await run(records(...many(40, "pass"), "refuse"))).code).toBe(0);
  });

  it("counts a crash of ours on one record as failed and goes on", async () => {
    const { out } = await run(records("throw", "pass"));
    expect(out).toMatch(/^r0: threw TypeError: out of order/);
    expect(out).toContain("1 passed, 1 failed, 0 refused, 0 not comparable");
  });

  it("shows twenty differences and the number of the rest", async () => {
    const text = JSON.stringify({
      id: "long",
      input: {},
      output: { verdict: "fail", lines: 25 },
    });
    const lines = (await run(text)).out.trimEnd().split("\n");
    expect(lines).toHaveLength(22);
    expect(lines[19]).toBe("long: line 19");
    expect(lines[20]).toBe("… and 5 more differences");
  });
});

describe("what cannot be judged ends with 2 and one line", () => {
  it("names the known suites when asked for another", async () => {
    expect(await run("", ["other", "file.jsonl"])).toEqual({
      code: 2,
      out: "",
      err: 'Unknown suite "other". Known: obedient.\n',
    });
  });

  it("names the file that cannot be read", async () => {
    const { code, err } = await run("", ["obedient", "missing.jsonl"]);
    expect(code).toBe(2);
    expect(err).toBe("missing.jsonl: cannot be read: no such file\n");
  });

  it("names file, line and column of what is not JSON", async () => {
    const { code, err } = await run(`${records("pass")}\n{"input": 1, "output": }`);
    expect(code).toBe(2);
    expect(err).toBe('file.jsonl:2:24: not JSON: expected a value, found "}".\n');
  });

  it("asks for records with input and output", async () => {
    const { code, err } = await run('{"id": "x"}');
    expect(code).toBe(2);
    expect(err).toBe('file.jsonl:1: not a record with "input" and "output".\n');
  });

  it("says when a file holds no record", async () => {
    expect(await run("\n")).toEqual({ code: 2, out: "", err: "file.jsonl: holds no record.\n" });
  });

  it("names the line and the field that tell another suite's record", async () => {
    const other = JSON.stringify({ id: "x", input: {}, output: { text: "10m" } });
    const { code, err } = await run(`${records("pass")}\n${other}`);
    expect(code).toBe(2);
    expect(err).toBe("file.jsonl:2: not a record of obedient: it has no output.verdict.\n");
  });

  it("asks for a file", async () => {
    expect((await run("", ["obedient"])).code).toBe(2);
  });
});

describe("--help", () => {
  it("lists the suites and the rules", async () => {
    const { code, out } = await run("", ["--help"]);
    expect(code).toBe(0);
    expect(out).toContain(
      "obedient  does what the record says (up to 5 % of the compared may differ)",
    );
    expect(out).toContain("No record is skipped by its id.");
  });
});

describe("a file that a suite takes apart itself", () => {
  const split: Suite = {
    name: "split",
    about: "words",
    wholeRecord: true,
    split: (file) =>
      file.includes("{") ? undefined : file.split(" ").map((id) => ({ id, input: { id } })),
    run: ({ id }) => judge(id === "bad" ? ["it is bad"] : []),
  };
  const tell = async (text: string): Promise<string> => {
    const out: string[] = [];
    await runConformance(["split", "file"], [split], {
      read: () => text,
      out: (more) => out.push(more),
      err: (more) => out.push(more),
    });
    return out.join("");
  };

  it("is told record by record", async () => {
    expect(await tell("good bad")).toBe(
      "passed  good\nfailed  bad: it is bad\nbad: it is bad\n1 passed, 1 failed, 0 refused, 0 not comparable\n",
    );
  });

  it("is read line by line where the suite does not know its shape", async () => {
    expect(await tell('{"id":"bad"}')).toBe(
      "bad: it is bad\n0 passed, 1 failed, 0 refused, 0 not comparable\n",
    );
  });
});
