// Values with a sign as a picture: orange below zero, near white at zero, blue above, as in cellcnn_helpers.plots.

const SIGNED = [
  [184, 80, 15],
  [247, 247, 245],
  [31, 102, 176],
];

/** The color [red, green, blue] of a value on a scale from −limit to limit. */
function signedColor(value, limit) {
  const share = Math.max(-1, Math.min(1, value / limit));
  const [, zero] = SIGNED;
  return SIGNED[share < 0 ? 0 : 2].map((end, i) => Math.round(zero[i] + Math.abs(share) * (end - zero[i])));
}

/** Draw values one canvas pixel each. */
function drawSigned(canvas, { rows, columns, values }, limit) {
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  values.forEach((value, place) => image.data.set([...signedColor(value, limit), 255], 4 * place));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** The largest size without sign: what full color stands for. */
function largestSize(values) {
  return values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
}

/** The colored bar under a picture; without negative values only its upper half. */
function drawSignedScale(node, limit, hasNegative = true) {
  const numbers = hasNegative ? [-limit, 0, limit] : [0, limit];
  node.classList.add(hasNegative ? "is-signed" : "is-rising");
  node.classList.remove(hasNegative ? "is-rising" : "is-signed");
  node.replaceChildren(element("i"), ...numbers.map((number) => element("span", {}, formatNumber(number))));
}
