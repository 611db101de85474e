// How one value of a network came about: what it was made of, and which part of the picture it has seen.
// A place is {layer, row, column, channel}; the values of a flat layer are channels of a map of one pixel.

const asMaps = (shape) => (shape.length === 3 ? shape : [1, 1, shape[0]]);

function valueAt({ shape, values }, { row, column, channel }) {
  const [, columns, channels] = asMaps(shape);
  return values[(row * columns + column) * channels + channel];
}

/** The same place, moved to the nearest one that the layer has. */
function placeInside({ shape }, { row, column, channel, ...rest }) {
  const [rows, columns, channels] = asMaps(shape);
  return { ...rest, row: inside(row, rows), column: inside(column, columns), channel: inside(channel, channels) };
}

/** {value, before, source, ...}: how the value at a place was made of the maps before it.
 *
 *  `groups`, for a layer that weighs and adds: for each map before it {channel, terms, sum}.
 *  `back(group)` is the place that counted most, in the maps before.
 */
function traceValue({ layers }, outputs, picture, at) {
  const layer = layers[at.layer];
  const source = at.layer ? outputs[at.layer - 1] : { shape: layer.inShape, values: picture };
  const value = valueAt(outputs[at.layer], at);
  return { layer, source, value, before: value, ...TRACES[layer.type](layer, source, at) };
}

/** The window of a place over one map: a term for each value in it, row by row; zeros outside the picture. */
function windowTerms({ axes, inShape }, source, at, channel, weightOf = () => 1) {
  const [v, h] = [inPicture(axes[0], at.row), inPicture(axes[1], at.column)];
  return Array.from({ length: axes[0].window * axes[1].window }, (_, n) => {
    const [i, j] = [Math.floor(n / axes[1].window), n % axes[1].window];
    const [row, column] = [v.start + i, h.start + j];
    const outside = row < 0 || column < 0 || row >= inShape[0] || column >= inShape[1];
    const value = outside ? 0 : valueAt(source, { row, column, channel });
    const weight = weightOf(i, j);
    return { row, column, channel, outside, value, weight, product: value * weight };
  });
}

const sumOf = (terms) => terms.reduce((sum, { product }) => sum + product, 0);
const largestTerm = (terms) => terms.reduce((a, b) => (Math.abs(b.product) > Math.abs(a.product) ? b : a));

/** A layer that weighs and adds: groups of terms, a bias, and perhaps a ReLU. */
function weighed(layer, groups, unit, columns) {
  const bias = layer.bias[unit];
  const before = groups.reduce((sum, group) => sum + group.sum, bias);
  return { groups, bias, before, columns, back: (group) => largestTerm(group.terms) };
}

/** A layer that turns one value into one. */
const one = (layer, source, at) => ({ input: valueAt(source, at), back: () => at });
const rescaled = (layer, source, at) => ({
  ...one(layer, source, at),
  factor: layer.factor[at.channel],
  term: layer.term[at.channel],
});

/** The place that became number `index` when all maps were written in one row. */
function beforeFlatten({ inShape: [, columns, channels] }, index) {
  const pixel = Math.floor(index / channels);
  return { row: Math.floor(pixel / columns), column: pixel % columns, channel: index % channels };
}

const TRACES = {
  Rescaling: rescaled,
  Normalization: rescaled,
  BatchNormalization: rescaled,
  ReLU: one,
  Dropout: one,
  Conv2D(layer, source, at) {
    const [, , channels] = layer.inShape;
    const { filters } = layer;
    const across = layer.axes[1].window;
    const groups = Array.from({ length: channels }, (_, channel) => {
      const weightOf = (i, j) => layer.kernel[((i * across + j) * channels + channel) * filters + at.channel];
      const terms = windowTerms(layer, source, at, channel, weightOf);
      return { channel, terms, sum: sumOf(terms) };
    });
    return weighed(layer, groups, at.channel, across);
  },
  Dense(layer, source, at) {
    const units = layer.bias.length;
    const groups = Array.from(source.values, (value, channel) => {
      const weight = layer.kernel[channel * units + at.channel];
      const product = value * weight;
      return { channel, sum: product, terms: [{ row: 0, column: 0, channel, value, weight, product }] };
    });
    return weighed(layer, groups, at.channel, 1);
  },
  MaxPooling2D(layer, source, at) {
    const terms = windowTerms(layer, source, at, at.channel);
    const winner = terms.reduce((a, b) => (!b.outside && (a.outside || b.value > a.value) ? b : a));
    return { window: terms, winner, columns: layer.axes[1].window, back: () => winner };
  },
  GlobalAveragePooling2D(layer, source, at) {
    const [rows, columns] = layer.inShape;
    const terms = Array.from({ length: rows * columns }, (_, n) => {
      const place = { row: Math.floor(n / columns), column: n % columns, channel: at.channel };
      return { ...place, product: valueAt(source, place) };
    });
    return { total: sumOf(terms), count: terms.length, back: () => largestTerm(terms) };
  },
  Flatten(layer, source, at) {
    const from = beforeFlatten(layer, at.channel);
    return { input: valueAt(source, from), from, back: () => from };
  },
};

/** The part of the picture that a value has seen: {top, left, rows, columns}. */
function seenBy({ layers, inputShape }, at) {
  const last = layers[at.layer];
  if (last.type === "Flatten") at = { layer: at.layer - 1, ...beforeFlatten(last, at.channel) };
  let [down, across] = [at.row, at.column].map((start) => [start, start + 1]);
  const back = ([from, to], { stride, before, window }) => [from * stride - before, (to - 1) * stride - before + window];
  for (const layer of layers.slice(0, at.layer + 1).reverse()) {
    if (layer.axes) [down, across] = [back(down, layer.axes[0]), back(across, layer.axes[1])];
    else if (layer.inShape.length === 3 && layer.shape.length === 1) {
      [down, across] = [0, 1].map((side) => [0, layer.inShape[side]]); // what is flat has seen all of it
    }
  }
  const within = ([from, to], length) => [Math.max(0, from), Math.min(length, to)];
  const [[top, bottom], [left, right]] = [within(down, inputShape[0]), within(across, inputShape[1])];
  return { top, left, rows: bottom - top, columns: right - left };
}
