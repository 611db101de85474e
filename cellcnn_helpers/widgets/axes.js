// Where a window stands along one axis of a picture, as in cellcnn_helpers.nn.

/** One axis: the places the window has, the pixels it spans, and what lies before and after the picture. */
function layAxis(size, taps, { strides, padding, dilation_rate }) {
  const span = (taps - 1) * dilation_rate + 1;
  if (padding === "valid") {
    const count = Math.max(0, Math.floor((size - span) / strides) + 1);
    return { size, taps, span, stride: strides, before: 0, after: 0, count };
  }
  const count = Math.ceil(size / strides);
  const zeros = Math.max((count - 1) * strides + span - size, 0);
  const before = Math.floor(zeros / 2); // the odd zero goes to the end, as in Keras
  return { size, taps, span, stride: strides, before, after: zeros - before, count };
}

/** “⌊(48 − 3) / 2⌋ + 1 = 23”: how many places the window has along one axis. */
function countFormula({ size, span, count }, { padding, strides }) {
  if (padding === "same") return `⌈${size} / ${strides}⌉ = ${count}`;
  return `⌊(${size} − ${span}) / ${strides}⌋ + 1 = ${count}`;
}
