// Optimizers, as cellcnn_helpers.nn has them, and the race: all of them from one start, over the same batches.

const EPSILON = 1e-7;
const RHO = 0.9;
const [BETA_1, BETA_2] = [0.9, 0.999];

/** Each makes a function (w, gradient) -> new w that remembers what it needs, for one start. */
const OPTIMIZERS = {
  SGD: (rate) => (w, g) => w.map((value, i) => value - rate * g[i]),
  momentum(rate, momentum) {
    let v = [0, 0];
    return (w, g) => {
      v = v.map((value, i) => momentum * value - rate * g[i]);
      return w.map((value, i) => value + v[i]);
    };
  },
  Nesterov(rate, momentum) {
    let v = [0, 0];
    return (w, g) => {
      v = v.map((value, i) => momentum * value - rate * g[i]);
      return w.map((value, i) => value + momentum * v[i] - rate * g[i]);
    };
  },
  RMSprop(rate) {
    let squares = [0, 0];
    return (w, g) => {
      squares = squares.map((value, i) => RHO * value + (1 - RHO) * g[i] ** 2);
      return w.map((value, i) => value - (rate * g[i]) / Math.sqrt(squares[i] + EPSILON));
    };
  },
  Adam(rate) {
    let [means, squares, steps] = [[0, 0], [0, 0], 0];
    return (w, g) => {
      steps += 1;
      means = means.map((value, i) => BETA_1 * value + (1 - BETA_1) * g[i]);
      squares = squares.map((value, i) => BETA_2 * value + (1 - BETA_2) * g[i] ** 2);
      const start = Math.sqrt(1 - BETA_2 ** steps) / (1 - BETA_1 ** steps);
      return w.map((value, i) => value - (rate * start * means[i]) / (Math.sqrt(squares[i]) + EPSILON));
    };
  },
};

/** The way of one optimizer: {points, losses, diverged}, the last the step at which it is lost, or Infinity. */
function run(name, surface, { start, rate, momentum, batch_size, seed }, numSteps) {
  const move = OPTIMIZERS[name](rate, momentum);
  const points = [start];
  const losses = [surface.loss(start)];
  const far = 100 * surface.reach;
  for (let step = 0; step < numSteps; step++) {
    const w = move(points[step], surface.gradient(points[step], { batch_size, seed, step }));
    const loss = surface.loss(w);
    points.push(w);
    losses.push(loss);
    if (!(Math.hypot(...w) < far) || !Number.isFinite(loss)) return { points, losses, diverged: step + 1 };
  }
  return { points, losses, diverged: Infinity };
}
