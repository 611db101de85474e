// Losses over two weights: three that are written down, and one that real measurements make.

const RATIO = 1.5; // pictures of a surface are wider than high, with one scale for both weights

/**
 * `reach` is how far the picture goes to each side of (0, 0), `start` where the race begins, `noise` how much the
 * gradients of single cells would scatter around their mean.
 */
const FORMULAS = {
  valley: {
    title: "a long valley",
    note: "L = ½ (w₁² + 25 w₂²): 25 times as steep across as along. Plain SGD diverges above the rate 2 / 25 = 0.08, and below it crawls along the floor.",
    reach: 4,
    start: [-3.4, 1.8],
    noise: 4,
    loss: ([a, b]) => (a * a + 25 * b * b) / 2,
    slope: ([a, b]) => [a, 25 * b],
  },
  saddle: {
    title: "a saddle",
    note: "L = ½ w₁² + ¼ (w₂² − 1)²: at (0, 0) the gradient is 0, yet it is no minimum. Who arrives along the ridge waits there; a little noise helps.",
    reach: 2.4,
    start: [-2, 0.01],
    noise: 0.5,
    loss: ([a, b]) => (a * a) / 2 + (b * b - 1) ** 2 / 4,
    slope: ([a, b]) => [a, b * (b * b - 1)],
  },
  "two minima": {
    title: "two minima",
    note: "L = ½ (w₁² − 1)² + ¼ w₁ + w₂² + 0.26: the left minimum is the deeper one. Which one is found depends on the start, the rate and the momentum.",
    reach: 2.4,
    start: [2.1, 1.2],
    noise: 1.5,
    loss: ([a, b]) => (a * a - 1) ** 2 / 2 + a / 4 + b * b + 0.26,
    slope: ([a, b]) => [2 * a * (a * a - 1) + 0.25, 2 * b],
  },
};
const CELL_SURFACES = {
  "cells, as measured": {
    title: "cells, as measured",
    note: "The loss of a logistic regression that tells 32 apoptotic from 32 mitotic nuclei, simulated, by two measurements less their means: area in µm² and unevenness of the stain in grey levels. Their units make a valley.",
  },
  "cells, standardized": {
    title: "cells, standardized",
    note: "The same nuclei, each measurement also divided by its standard deviation. The least loss is the same, but the valley is rounder, and larger rates are safe.",
  },
};
const SURFACES = { ...FORMULAS, ...CELL_SURFACES };

/** {title, note, reach, ranges, start, across, up, loss(w), gradient(w, {batch_size, seed, step})}; batch_size 0: all. */
function makeSurface(name, cells) {
  const surface = name in FORMULAS ? formulaSurface(FORMULAS[name]) : cellSurface(cells, name);
  const [reach, [across, up]] = [surface.reach, surface.center];
  const ranges = [
    [across - reach, across + reach],
    [up - reach / RATIO, up + reach / RATIO],
  ];
  return { ...SURFACES[name], ...surface, ranges };
}

/** A mini-batch is imitated: the mean of `batch_size` cells scatters around the true gradient. */
function formulaSurface({ reach, slope, noise }) {
  const gradient = (w, { batch_size, seed, step }) => {
    if (!batch_size) return slope(w);
    const next = randomStream(seed, step);
    return slope(w).map((part) => part + (noise / Math.sqrt(batch_size)) * normal(next));
  };
  return { reach, center: [0, 0], across: "weight w₁", up: "weight w₂", gradient };
}

/** Mean cross-entropy of sigmoid(w₁ · first + w₂ · second) over the cells. */
function cellSurface({ measurements, labels, names, places }, name) {
  const rows = measurements[name];
  const { center, reach } = places[name];
  const score = ([a, b], row) => a * row[0] + b * row[1];
  const loss = (w) => {
    let sum = 0;
    rows.forEach((row, n) => {
      const s = labels[n] ? -score(w, row) : score(w, row);
      sum += Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s))); // log(1 + exp(s)), without overflow
    });
    return sum / rows.length;
  };
  const gradient = (w, settings) => {
    const chosen = drawBatch(rows.length, settings);
    const sum = [0, 0];
    for (const n of chosen) {
      const error = 1 / (1 + Math.exp(-score(w, rows[n]))) - labels[n];
      sum[0] += error * rows[n][0];
      sum[1] += error * rows[n][1];
    }
    return sum.map((part) => part / chosen.length);
  };
  const [across, up] = names.map((measured) => `weight of ${measured}`);
  const start = [center[0] + 0.85 * reach, center[1] - 0.35 * reach];
  return { center, reach, start, across, up, loss, gradient };
}

/** The cells of one step's mini-batch, drawn without putting back. */
function drawBatch(count, { batch_size, seed, step }) {
  const cells = Array.from({ length: count }, (_, n) => n);
  if (!batch_size) return cells;
  const next = randomStream(seed, step);
  for (let i = 0; i < batch_size; i++) {
    const other = i + Math.floor(next() * (count - i));
    [cells[i], cells[other]] = [cells[other], cells[i]];
  }
  return cells.slice(0, batch_size);
}

/** The loss on a grid of places over the ranges, row by row from the top. */
function sampleSurface({ loss, ranges: [[left, right], [bottom, top]] }, columns, rows) {
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const b = top - ((top - bottom) * i) / (rows - 1);
    for (let j = 0; j < columns; j++)
      values[i * columns + j] = loss([left + ((right - left) * j) / (columns - 1), b]);
  }
  return { rows, columns, values };
}

/** Levels in equal steps of the square root above the lowest: close together where it is flat. */
function levelsOf({ values }, count) {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return (value) => count * Math.sqrt(Math.max(0, value - low) / (high - low));
}

/** Draw the bands between levels in grey that grows with the loss, and a line where one band meets the next. */
function drawContours(canvas, surface, { columns = 540, rows = 360, count = 14, coarse = 4 } = {}) {
  const sampled = sampleSurface(surface, columns / coarse + 1, rows / coarse + 1);
  const level = levelsOf(sampled, count);
  const levels = sampled.values.map(level);
  const at = (i, j) => {
    const [top, left] = [Math.floor(i / coarse), Math.floor(j / coarse)];
    const [down, right] = [i / coarse - top, j / coarse - left];
    const corner = (r, c) => levels[(top + r) * sampled.columns + left + c];
    return (
      (1 - down) * ((1 - right) * corner(0, 0) + right * corner(0, 1)) +
      down * ((1 - right) * corner(1, 0) + right * corner(1, 1))
    );
  };
  const bands = new Uint8Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) bands[i * columns + j] = Math.floor(at(i, j));
  const image = new ImageData(columns, rows);
  for (let place = 0; place < bands.length; place++) {
    const right = (place + 1) % columns ? bands[place + 1] : bands[place];
    const below = place + columns < bands.length ? bands[place + columns] : bands[place];
    const isLine = bands[place] !== right || bands[place] !== below;
    image.data.set([110, 125, 140, isLine ? 190 : Math.round((110 * bands[place]) / count)], 4 * place);
  }
  [canvas.width, canvas.height] = [columns, rows];
  canvas.getContext("2d").putImageData(image, 0, 0);
}
