// The arithmetic of a dense layer on pictures, as cellcnn_helpers.nn does it, and what is done to the pictures.

/** {shape, dtype, data} from Python -> its numbers; bytes become 0 to 1 in float32, as in Python. */
function numbersFromPython({ dtype, data }) {
  const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  if (dtype === "uint8") return Float64Array.from(new Uint8Array(bytes), (value) => Math.fround(value / 255));
  return Float64Array.from(new Float32Array(bytes));
}

/** {count, rows, columns, channels, pixels, labels, names} */
function cellsFromPython({ images, labels, class_names }) {
  const [count, rows, columns, channels] = images.shape;
  return { count, rows, columns, channels, pixels: numbersFromPython(images), labels, names: class_names };
}

/** One fixed permutation of `count` places: the same in every browser. */
function fixedPermutation(count) {
  const places = Int32Array.from({ length: count }, (_, place) => place);
  let state = 1;
  for (let last = count - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [places[last], places[other]] = [places[other], places[last]];
  }
  return places;
}

const inside = (value, size) => Math.max(0, Math.min(size - 1, value));

/** The place in the cell's own picture that is shown at `place` when it is moved, as by np.roll: what leaves on
 *  one side comes in on the other. */
function sourceOf(place, { rows, columns }, { down, right }) {
  const rolled = (value, size) => ((value % size) + size) % size;
  const [row, column] = [Math.floor(place / columns) - down, (place % columns) - right];
  return rolled(row, rows) * columns + rolled(column, columns);
}

/** The values of one cell, moved; `edits` maps places in its own picture to painted values. */
function movedCell(cells, index, shift, edits = new Map()) {
  const { rows, columns, channels, pixels } = cells;
  const start = index * rows * columns * channels;
  const values = new Float64Array(rows * columns * channels);
  for (let place = 0; place < rows * columns; place++) {
    const source = sourceOf(place, cells, shift);
    const painted = edits.get(source);
    for (let channel = 0; channel < channels; channel++)
      values[place * channels + channel] = painted?.[channel] ?? pixels[start + source * channels + channel];
  }
  return values;
}

/** Take the places in the order given: all channels of a pixel stay together. `width` values stand at each place. */
function reordered(values, order, width) {
  const moved = new Float64Array(values.length);
  order.forEach((from, to) => moved.set(values.subarray(from * width, (from + 1) * width), to * width));
  return moved;
}

/** The scores: for each class the sum of value × weight over all features, plus the bias. */
function denseScores(values, weights, bias) {
  const units = bias.length;
  const sums = new Float64Array(units);
  for (let feature = 0; feature < values.length; feature++) {
    const value = values[feature];
    if (value === 0) continue;
    for (let unit = 0; unit < units; unit++) sums[unit] += value * weights[feature * units + unit];
  }
  return sums.map((sum, unit) => sum + bias[unit]);
}

function softmax(scores) {
  const highest = scores.reduce((a, b) => Math.max(a, b));
  const powers = scores.map((score) => Math.exp(score - highest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** The first of the highest. */
const highestPlace = (scores) => scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));

/** How many of all cells get their own class, moved by `shift`, pixels in `order`. */
function countRight(cells, weights, bias, shift, order) {
  let right = 0;
  for (let index = 0; index < cells.count; index++) {
    const values = movedCell(cells, index, shift);
    const shown = order ? reordered(values, order, cells.channels) : values;
    if (highestPlace(denseScores(shown, weights, bias)) === cells.labels[index]) right++;
  }
  return right;
}

/** What one class sees, at each place: the sum over the channels, or one channel of `all`. */
function onePlane(all, { channels }, units, unit, channel) {
  const count = all.length / units / channels;
  const plane = new Float64Array(count);
  const chosen = channel === null ? Array.from({ length: channels }, (_, each) => each) : [channel];
  for (let place = 0; place < count; place++)
    for (const each of chosen) plane[place] += all[(place * channels + each) * units + unit];
  return plane;
}

/** Value × weight, for each feature and class. */
function products(values, weights, units) {
  return weights.map((weight, at) => weight * values[Math.floor(at / units)]);
}

/** Weights and biases to learn: dense for a picture of side `size`, and a convolution with as many filters. */
function parameterCounts(size, channels, units, kernel = 3) {
  return {
    dense: size * size * channels * units + units,
    convolution: kernel * kernel * channels * units + units,
  };
}
