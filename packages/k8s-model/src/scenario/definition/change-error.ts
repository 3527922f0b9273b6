/** A change or a fault that cannot be meant as it is written, or that names nothing of the cluster. */
export class ChangeError extends Error {
  readonly code: "bad-change" | "unknown-change-target";
  readonly remedy: string;

  constructor(code: ChangeError["code"], message: string, remedy: string) {
    super(message);
    this.name = "ChangeError";
    this.code = code;
    this.remedy = remedy;
  }
}

/** Holds a time to what can be on a clock that begins at 0. */
export function checkTime(what: string, timeNs: number): void {
  if (Number.isFinite(timeNs) && timeNs >= 0) return;
  throw new ChangeError(
    "bad-change",
    `${what} cannot be at ${timeNs} ns.`,
    "give a time after the end of warm-up, such as seconds(30).",
  );
}

export function checkName(what: string, name: string): void {
  if (name !== "") return;
  throw new ChangeError("bad-change", `${what} names nothing.`, "give a name.");
}
