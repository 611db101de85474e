// Losses of one row of logits and their gradients, as cellcnn_helpers.nn has them.

function softmax(logits) {
  const largest = Math.max(...logits); // taken off first: that changes nothing but keeps exp from overflowing
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** The gradient with respect to the logits, from the one with respect to the probabilities. */
function softmaxBackward(dy, probabilities) {
  const mean = dy.reduce((sum, slope, i) => sum + slope * probabilities[i], 0);
  return dy.map((slope, i) => probabilities[i] * (slope - mean));
}

/** Each takes the true class and the logits of one cell: {loss, gradient}. `formula` says by what it divides. */
const LOSSES = {
  half_mean_squared_error: {
    title: "half mean squared error",
    formula: () => "Σ (p − y)² / 2N",
    of(label, logits) {
      const { error, probabilities } = squaredError(label, logits);
      const loss = error.reduce((sum, e) => sum + e * e, 0) / 2;
      return { loss, gradient: softmaxBackward(error, probabilities) };
    },
  },
  mean_squared_error: {
    title: "mean squared error",
    formula: (classes) => `Σ (p − y)² / ${classes}N: all values`,
    of(label, logits) {
      const { error, probabilities } = squaredError(label, logits);
      const loss = error.reduce((sum, e) => sum + e * e, 0) / error.length;
      const slopes = error.map((e) => (2 * e) / error.length);
      return { loss, gradient: softmaxBackward(slopes, probabilities) };
    },
  },
  softmax_cross_entropy: {
    title: "cross-entropy",
    formula: () => "Σ −ln p / N",
    of(label, logits) {
      const largest = Math.max(...logits);
      const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
      const loss = Math.log(sum) - (logits[label] - largest);
      return { loss, gradient: squaredError(label, logits).error }; // probability − one-hot label
    },
  },
};

/** Probabilities of the logits, and how far each is from the one-hot label. */
function squaredError(label, logits) {
  const probabilities = softmax(logits);
  return { probabilities, error: probabilities.map((p, i) => p - (i === label ? 1 : 0)) };
}

/** The weighted mean of the cells' losses, 1/N Σ weight of its class · loss, and its gradient on every logit. */
function meanLoss(kind, labels, logits, weights) {
  const cells = labels.map((label, n) => LOSSES[kind].of(label, logits[n]));
  const shares = labels.map((label) => weights[label] / labels.length);
  return {
    loss: cells.reduce((sum, cell, n) => sum + shares[n] * cell.loss, 0),
    gradient: cells.map((cell, n) => cell.gradient.map((slope) => shares[n] * slope)),
  };
}
