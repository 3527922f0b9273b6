/** Index of 2^0 in the table of powers. */
export const UNIT = 1074;

/** 2^(i − 1074), exactly: looking a power up is faster than putting its bits together. */
export const POWERS_OF_TWO: Float64Array = powersOfTwo();

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(UNIT + 1024);
  powers[UNIT] = 1;
  for (let i = UNIT + 1; i < powers.length; i++) powers[i] = 2 * (powers[i - 1] as number);
  for (let i = UNIT - 1; i >= 0; i--) powers[i] = (powers[i + 1] as number) / 2;
  return powers;
}
