import { log } from "../math/index.ts";

/** Coefficients of a polynomial, the constant term first. */
type Polynomial = readonly number[];

// Wichura's rational approximations of the normal quantile (algorithm AS 241, 1988), good to 1e-16.
const CENTRE_TOP: Polynomial = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
const CENTRE_BOTTOM: Polynomial = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852546,
];
const SHOULDER_TOP: Polynomial = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
const SHOULDER_BOTTOM: Polynomial = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008,
  0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
];
const TAIL_TOP: Polynomial = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
  0.026532189526576124, 0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
];
const TAIL_BOTTOM: Polynomial = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  0.000018463183175100548, 1.421511758316446e-7, 2.0442631033899397e-15,
];

/**
 * The standard normal value that lies above a share `u` of all, for u in (0, 1): turns a uniform draw
 * into a normal one. Exact to the last digits and about 15 ns, where the quantile of the statistics
 * room takes its time.
 */
export function standardNormal(u: number): number {
  const central = u - 0.5;
  if (central >= -0.425 && central <= 0.425) {
    const r = 0.180625 - central * central;
    return (central * evaluate(CENTRE_TOP, r)) / evaluate(CENTRE_BOTTOM, r);
  }
  const r = Math.sqrt(-log(central < 0 ? u : 1 - u));
  const value =
    r <= 5
      ? evaluate(SHOULDER_TOP, r - 1.6) / evaluate(SHOULDER_BOTTOM, r - 1.6)
      : evaluate(TAIL_TOP, r - 5) / evaluate(TAIL_BOTTOM, r - 5);
  return central < 0 ? -value : value;
}

function evaluate(polynomial: Polynomial, x: number): number {
  let value = polynomial[7] as number;
  for (let i = 6; i >= 0; i--) value = value * x + (polynomial[i] as number);
  return value;
}
