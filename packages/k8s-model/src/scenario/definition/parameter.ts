export type ParameterValue = string | number | boolean;

/** Chooses configurations by the value of one parameter. */
export interface ParameterFilter {
  readonly parameter: string;
  readonly value: ParameterValue;
}
