// Measured curves: what several runs say together, and the power law that goes through them.

function meanOf(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation, with n − 1, over the square root of n: how far a mean may be off. NaN for a single run. */
function standardError(values) {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** Values at one place, for all places, of runs that hold the values of all places. */
function byPlace(runs) {
  return runs[0].map((_, place) => runs.map((run) => run[place]));
}

/** The straight line through logarithms: y ≈ a · x^−b. */
function fitPowerLaw(x, y) {
  const [across, up] = [x.map(Math.log), y.map(Math.log)];
  const [center, height] = [meanOf(across), meanOf(up)];
  const slope =
    across.reduce((sum, value, i) => sum + (value - center) * (up[i] - height), 0) /
    across.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return { a: Math.exp(height - slope * center), b: -slope };
}

/** Where a · x^−b comes down to `target`. */
function whereReached({ a, b }, target) {
  return (a / target) ** (1 / b);
}
