// Kernels and the arithmetic of a convolution, as cellcnn_helpers.nn.conv2d does it.

const ones = (size) => Array(size).fill(1);
const binomial = (size) => {
  let row = [1];
  while (row.length < size) row = [...row, 0].map((value, i) => value + (row[i - 1] ?? 0));
  return row;
};
const ramp = (size) => ones(size).map((_, i) => (size - 1) / 2 - i); // 1, 0, −1
const smoothRamp = (size) =>
  binomial(size - 1)
    .map((value, i, row) => value - (row[i - 1] ?? 0))
    .concat(-1);
const outer = (column, row) => column.map((a) => row.map((b) => a * b));
const ALL = [1, 2, 3, 4, 5, 6, 7];
const ODD = [3, 5, 7];

/** name, sizes it exists in, whole-number weights, and what they are divided by. */
const PRESETS = [
  [
    "identity: copies the picture",
    [1, ...ODD],
    (n) => outer(ones(n), ones(n)).map((row, i) => row.map((_, j) => +(2 * i + 1 === n && i === j))),
  ],
  ["mean: blurs", ALL.slice(1), (n) => outer(ones(n), ones(n)), (n) => n * n],
  ["Gaussian: blurs softly", ALL.slice(1), (n) => outer(binomial(n), binomial(n)), (n) => 4 ** (n - 1)],
  ["left − right (Prewitt)", ODD, (n) => outer(ones(n), ramp(n))],
  ["top − bottom (Prewitt)", ODD, (n) => outer(ramp(n), ones(n))],
  ["left − right (Sobel)", ODD, (n) => outer(binomial(n), smoothRamp(n))],
  ["top − bottom (Sobel)", ODD, (n) => outer(smoothRamp(n), binomial(n))],
  [
    "Laplacian: edges on all sides",
    [3],
    () => [
      [0, 1, 0],
      [1, -4, 1],
      [0, 1, 0],
    ],
  ],
  [
    "sharpen",
    [3],
    () => [
      [0, -1, 0],
      [-1, 5, -1],
      [0, -1, 0],
    ],
  ],
  [
    "emboss: light from one corner",
    [3],
    () => [
      [-2, -1, 0],
      [-1, 1, 1],
      [0, 1, 2],
    ],
  ],
].map(([name, sizes, whole, over = () => 1]) => ({
  name,
  sizes,
  over,
  kernel: (n) => whole(n).map((row) => row.map((weight) => weight / over(n) + 0)), // + 0 makes −0 a plain 0
}));

/** The preset with exactly these weights, if there is one. */
function findPreset(kernel) {
  const size = kernel.length;
  const text = JSON.stringify(kernel);
  return PRESETS.find(
    ({ sizes, kernel: make }) => sizes.includes(size) && JSON.stringify(make(size)) === text,
  );
}

/** The same weights in the middle of a size × size kernel: zeros around them, or what stands outside cut off. */
function resizeKernel(kernel, size) {
  const top = Math.floor((size - kernel.length) / 2);
  const left = Math.floor((size - kernel[0].length) / 2);
  return outer(ones(size), ones(size)).map((row, i) => row.map((_, j) => kernel[i - top]?.[j - left] ?? 0));
}

/** The pixels under the window, row by row: {weight, pixel, product, outside}. Outside the picture all is 0. */
function termsAt(picture, kernel, { strides, dilation_rate }, { down, across }, row, column) {
  return kernel.flatMap((weights, i) =>
    weights.map((weight, j) => {
      const r = row * strides + i * dilation_rate - down.before;
      const c = column * strides + j * dilation_rate - across.before;
      const outside = r < 0 || c < 0 || r >= picture.rows || c >= picture.columns;
      const pixel = outside ? 0 : picture.values[r * picture.columns + c];
      return { weight, pixel, product: pixel * weight + 0, outside }; // + 0 makes −0 a plain 0
    }),
  );
}

/** The whole result: {rows, columns, values, down, across}. As in CNNs, the kernel is not mirrored. */
function convolve(picture, kernel, settings) {
  const { strides, dilation_rate } = settings;
  const down = layAxis(picture.rows, kernel.length, settings);
  const across = layAxis(picture.columns, kernel[0].length, settings);
  const [rows, columns] = down.count && across.count ? [down.count, across.count] : [0, 0];
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let i = 0; i < down.taps; i++) {
        const r = row * strides + i * dilation_rate - down.before;
        if (r < 0 || r >= picture.rows) continue;
        for (let j = 0; j < across.taps; j++) {
          const c = column * strides + j * dilation_rate - across.before;
          if (c >= 0 && c < picture.columns) sum += picture.values[r * picture.columns + c] * kernel[i][j];
        }
      }
      values[row * columns + column] = sum;
    }
  }
  return { rows, columns, values, down, across };
}

/** A weight as a reader would write it: −1, 0.5, 1/9. `over` is the divisor of the preset it belongs to. */
function formatWeight(weight, over) {
  if (Number.isInteger(weight)) return formatNumber(weight);
  const inFull = String(Math.abs(weight)).length <= 5 && over === 1;
  for (const divisor of inFull ? [] : [over, 3, 6, 7, 9, 11, 12]) {
    const whole = Math.round(weight * divisor);
    if (divisor > 1 && whole / divisor === weight) return `${whole}/${divisor}`.replace("-", "−");
  }
  return formatNumber(weight);
}

function sizeText(result, settings) {
  const { down, across } = result;
  const parts = [];
  if (settings.dilation_rate > 1) {
    const span = ({ taps, span }) => `${settings.dilation_rate} · (${taps} − 1) + 1 = ${span}`;
    parts.push(
      `Span of the window: ${span(down)}${down.span === across.span ? "" : ` by ${span(across)}`} pixels.`,
    );
  }
  const rows = countFormula(down, settings);
  const columns = countFormula(across, settings);
  parts.push(
    rows === columns
      ? `Rows and columns of the result: ${rows}.`
      : `Rows of the result: ${rows}. Columns: ${columns}.`,
  );
  if (settings.padding === "same") {
    parts.push(
      `Zeros around the picture: ${down.before} above, ${down.after} below, ${across.before} left, ${across.after} right.`,
    );
  }
  return parts.join(" ");
}
