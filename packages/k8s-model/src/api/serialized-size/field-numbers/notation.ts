/**
 * Protobuf field numbers of a struct by JSON name. `"2.1"` is field 1 of a message embedded as field 2
 * that JSON does not show (Go's inlined structs).
 */
export type FieldNumbers = Readonly<Record<string, number | `${number}.${number}`>>;

/** Go's name of a struct to the numbers of its fields. */
export type NumberTable = Readonly<Record<string, FieldNumbers>>;
