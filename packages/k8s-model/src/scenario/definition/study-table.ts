import type { NumberUnit } from "../measures/in-words.ts";

/** A number, or words, in a table; `null`: not defined there. */
export type StudyCell = string | number | null;

export interface StudyTable {
  readonly title: string;
  readonly note?: string;
  readonly columns: readonly { readonly label: string; readonly unit?: NumberUnit }[];
  readonly rows: readonly (readonly StudyCell[])[];
}

export interface StudyAssumption {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}
