// One seed for all property tests, so that the same commit passes or fails on every machine.
// PROPERTY_SEED=random looks further: what it finds becomes a test of its own.
import fc from "fast-check";

const asked = process.env.PROPERTY_SEED ?? "20261122";
if (asked !== "random") {
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked) });
}
