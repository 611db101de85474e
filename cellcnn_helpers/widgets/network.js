// A network in the page: every layer that cellcnn_helpers.models.page_weights writes, computed as Keras does.
// Maps are {shape: [rows, columns, channels] or [units], values}; the channels of a pixel stand side by side.

/** What Python gave -> {inputShape, names, layers}, each layer with its settings, its weights and its place. */
function networkFromPython({ input_shape, class_names, layers, weights }) {
  const bytes = weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength);
  const numbers = Float64Array.from(new Float32Array(bytes));
  let [at, shape] = [0, input_shape];
  const take = (count) => numbers.subarray(at, (at += count));
  const built = layers.map((settings, index) => {
    const layer = { ...settings, index, inShape: shape, ...LAYERS[settings.type].build(settings, shape, take) };
    shape = layer.shape ??= shape;
    return layer;
  });
  return { inputShape: input_shape, names: class_names, layers: built };
}

/** The output of every layer for one picture, values from 0 to 1; the last are the scores. */
function runNetwork({ layers, inputShape }, picture) {
  let maps = { shape: inputShape, values: picture };
  return layers.map((layer) => {
    maps = { shape: layer.shape, values: LAYERS[layer.type].run(layer, maps.values) };
    return maps;
  });
}

const countOf = (shape) => shape.reduce((a, b) => a * b, 1);
const rectified = (layer, values) => (layer.activation === "relu" ? values.map((v) => (v > 0 ? v : 0)) : values);

/** Where windows lie along one side: zeros before it, steps, and how many fit; as Keras pads, more at the end. */
function axisOf(length, window, stride, padding) {
  const same = padding === "same";
  const count = same ? Math.ceil(length / stride) : Math.floor((length - window) / stride) + 1;
  const zeros = same ? Math.max(0, (count - 1) * stride + window - length) : 0;
  return { length, window, stride, count, before: Math.floor(zeros / 2) };
}

/** Both sides of a layer with windows. */
function axesOf({ kernel_size, pool_size, strides, padding, inShape }) {
  const window = kernel_size ?? pool_size;
  return [0, 1].map((side) => axisOf(inShape[side], window[side], strides[side], padding));
}

/** The part of a window that lies in the picture: its first row or column, and the one after its last. */
function inPicture({ length, window, stride, before }, place) {
  const start = place * stride - before;
  return { start, from: Math.max(0, start), to: Math.min(length, start + window) };
}

/** A fixed step for each channel: value × factor + term. */
function perChannel(layer, values) {
  const channels = layer.factor.length;
  return values.map((value, at) => value * layer.factor[at % channels] + layer.term[at % channels]);
}

const spread = (given, channels) =>
  Float64Array.from({ length: channels }, (_, channel) =>
    Array.isArray(given) ? given[given.length === 1 ? 0 : channel] : given,
  );

function convolveMaps(layer, values) {
  const [down, across] = layer.axes;
  const [, columns, channels] = layer.inShape;
  const filters = layer.filters;
  const result = new Float64Array(countOf(layer.shape));
  for (let row = 0, to = 0; row < down.count; row++) {
    const v = inPicture(down, row);
    for (let column = 0; column < across.count; column++, to += filters) {
      const h = inPicture(across, column);
      for (let unit = 0; unit < filters; unit++) result[to + unit] = layer.bias[unit];
      for (let r = v.from; r < v.to; r++) {
        let from = (r * columns + h.from) * channels;
        let weight = ((r - v.start) * across.window + h.from - h.start) * channels * filters;
        for (const end = from + (h.to - h.from) * channels; from < end; from++, weight += filters) {
          const value = values[from];
          if (value === 0) continue; // after a ReLU that is half of them
          for (let unit = 0; unit < filters; unit++) result[to + unit] += value * layer.kernel[weight + unit];
        }
      }
    }
  }
  return rectified(layer, result);
}

function poolMaps(layer, values) {
  const [down, across] = layer.axes;
  const [, columns, channels] = layer.inShape;
  const result = new Float64Array(countOf(layer.shape)).fill(-Infinity);
  for (let row = 0, to = 0; row < down.count; row++) {
    const v = inPicture(down, row);
    for (let column = 0; column < across.count; column++, to += channels) {
      const h = inPicture(across, column);
      for (let r = v.from; r < v.to; r++)
        for (let c = h.from; c < h.to; c++)
          for (let channel = 0; channel < channels; channel++)
            result[to + channel] = Math.max(result[to + channel], values[(r * columns + c) * channels + channel]);
    }
  }
  return result;
}

function averageMaps({ inShape }, values) {
  const [rows, columns, channels] = inShape;
  const sums = new Float64Array(channels);
  values.forEach((value, at) => (sums[at % channels] += value));
  return sums.map((sum) => sum / (rows * columns));
}

const unchanged = { build: () => ({}), run: (layer, values) => values };

/** For each type: `build` takes its weights, in the order of Keras, and `run` computes its output. */
const LAYERS = {
  Rescaling: {
    build: ({ scale, offset }, shape) => ({ factor: spread(scale, shape.at(-1)), term: spread(offset, shape.at(-1)) }),
    run: perChannel,
  },
  Normalization: {
    build({ mean, variance }, shape) {
      const factor = spread(variance, shape.at(-1)).map((each) => 1 / Math.max(Math.sqrt(each), 1e-7));
      return { factor, term: spread(mean, shape.at(-1)).map((each, i) => -each * factor[i]) };
    },
    run: perChannel,
  },
  BatchNormalization: {
    build({ epsilon, scale, center }, shape, take) {
      const channels = shape.at(-1);
      const gamma = scale ? take(channels) : new Float64Array(channels).fill(1);
      const beta = center ? take(channels) : new Float64Array(channels);
      const [mean, variance] = [take(channels), take(channels)];
      const factor = gamma.map((each, i) => each / Math.sqrt(variance[i] + epsilon));
      return { factor, term: beta.map((each, i) => each - mean[i] * factor[i]) };
    },
    run: perChannel,
  },
  Conv2D: {
    build(settings, inShape, take) {
      const { filters, kernel_size, use_bias } = settings;
      const kernel = take(countOf(kernel_size) * inShape[2] * filters);
      const bias = use_bias ? take(filters) : new Float64Array(filters);
      const axes = axesOf({ ...settings, inShape });
      return { kernel, bias, axes, shape: [axes[0].count, axes[1].count, filters] };
    },
    run: convolveMaps,
  },
  MaxPooling2D: {
    build(settings, inShape) {
      const axes = axesOf({ ...settings, inShape });
      return { axes, shape: [axes[0].count, axes[1].count, inShape[2]] };
    },
    run: poolMaps,
  },
  Dense: {
    build({ units, use_bias }, [features], take) {
      return { kernel: take(features * units), bias: use_bias ? take(units) : new Float64Array(units), shape: [units] };
    },
    run: (layer, values) => rectified(layer, denseScores(values, layer.kernel, layer.bias)),
  },
  ReLU: { build: () => ({}), run: (layer, values) => values.map((value) => (value > 0 ? value : 0)) },
  GlobalAveragePooling2D: { build: (settings, shape) => ({ shape: [shape[2]] }), run: averageMaps },
  Flatten: { build: (settings, shape) => ({ shape: [countOf(shape)] }), run: (layer, values) => values },
  Dropout: unchanged, // it drops in training alone
};
