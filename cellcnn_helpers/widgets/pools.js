// The arithmetic of pooling, forward and backward, as cellcnn_helpers.nn does it.

const GLOBAL = "global"; // the pool size of one window as large as the picture

/** Both axes. A stride of null is that of windows side by side. */
function layPools({ rows, columns }, { pool_size, strides, padding }) {
  const axis = (size) =>
    pool_size === GLOBAL
      ? layAxis(size, size, { strides: size, padding: "valid", dilation_rate: 1 })
      : layAxis(size, pool_size, { strides: strides ?? pool_size, padding, dilation_rate: 1 });
  return { down: axis(rows), across: axis(columns) };
}

/** The places in the picture under one window, row by row; −1 outside the picture. */
function placesUnder({ down, across }, row, column) {
  const places = [];
  for (let i = 0; i < down.taps; i++) {
    const r = row * down.stride + i - down.before;
    for (let j = 0; j < across.taps; j++) {
      const c = column * across.stride + j - across.before;
      const outside = r < 0 || c < 0 || r >= down.size || c >= across.size;
      places.push(outside ? -1 : r * across.size + c);
    }
  }
  return places;
}

/** Where along an axis stands the window that starts at a pixel, or the nearest one before it. */
function placeFrom({ before, stride, count }, pixel) {
  return Math.max(0, Math.min(Math.floor((pixel + before) / stride), count - 1));
}

/** {rows, columns, largest, means, winners, counts, down, across}; winners are places in the picture. */
function pool({ rows: height, columns: width, values }, settings) {
  const { down, across } = layPools({ rows: height, columns: width }, settings);
  const [rows, columns] = down.count && across.count ? [down.count, across.count] : [0, 0];
  const size = rows * columns;
  const result = { rows, columns, down, across };
  Object.assign(result, { largest: new Float64Array(size), means: new Float64Array(size) });
  Object.assign(result, { winners: new Int32Array(size), counts: new Int32Array(size) });
  for (let at = 0; at < size; at++) {
    const top = Math.floor(at / columns) * down.stride - down.before;
    const left = (at % columns) * across.stride - across.before;
    let [winner, sum, count] = [-1, 0, 0];
    for (let r = Math.max(0, top); r < Math.min(height, top + down.taps); r++) {
      for (let c = Math.max(0, left); c < Math.min(width, left + across.taps); c++) {
        const place = r * width + c;
        if (winner < 0 || values[place] > values[winner]) winner = place; // of equals the first, as in Keras
        sum += values[place];
        count += 1; // only pixels inside the picture
      }
    }
    result.largest[at] = values[winner];
    result.means[at] = sum / count;
    result.winners[at] = winner;
    result.counts[at] = count;
  }
  return result;
}

/** What each pixel of the picture gets back, {largest, means}, when `dy` arrives at the result. */
function poolBackward(result, dy) {
  const size = result.down.size * result.across.size;
  const largest = new Float64Array(size);
  const means = new Float64Array(size);
  dy.forEach((gradient, at) => {
    if (gradient === 0) return;
    largest[result.winners[at]] += gradient;
    for (const place of placesUnder(result, Math.floor(at / result.columns), at % result.columns))
      if (place >= 0) means[place] += gradient / result.counts[at];
  });
  return { largest, means };
}

/** The picture moved `by` pixels to the right; its first column fills what becomes free. */
function shiftRight(picture, by) {
  const values = picture.values.map((_, place) => {
    const column = place % picture.columns;
    return picture.values[place - column + Math.max(0, column - by)];
  });
  return { ...picture, values };
}

/** The mean size of the differences, in the unit of the values. */
function meanChange(before, after) {
  return before.reduce((sum, value, place) => sum + Math.abs(after[place] - value), 0) / before.length;
}
