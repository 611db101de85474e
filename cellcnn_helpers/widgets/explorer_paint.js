// The picture that the reader changes: strokes of a brush, each of which can be taken back, and a patch that covers.

const MOST_STROKES = 60;

/** A picture {rows, columns, channels, values} and what was done to it. */
function paintable(original) {
  let values = original.values.slice();
  const strokes = [];
  /** The pixels of a square brush around a pixel. */
  function* pixelsUnder(row, column, size) {
    const { rows, columns } = original;
    const [top, left] = [row - Math.floor(size / 2), column - Math.floor(size / 2)];
    for (let r = Math.max(0, top); r < Math.min(rows, top + size); r++)
      for (let c = Math.max(0, left); c < Math.min(columns, left + size); c++) yield r * columns + c;
  }
  return {
    original,
    values: () => values,
    isChanged: () => strokes.length > 0,
    begin() {
      strokes.push(values);
      if (strokes.length > MOST_STROKES) strokes.splice(1, 1); // the first is the original
      values = values.slice();
    },
    /** Paint with a color [one value per channel]; without one, bring the original back. */
    paint({ row, column }, size, color) {
      const { channels } = original;
      for (const pixel of pixelsUnder(row, column, size)) {
        const from = color ?? original.values.subarray(pixel * channels, (pixel + 1) * channels);
        values.set(from, pixel * channels);
      }
    },
    undo: () => (values = strokes.pop() ?? values),
    reset() {
      values = original.values.slice();
      strokes.length = 0;
    },
  };
}

/** A copy of a picture with a square covered: its first row and column, its side, one value per channel. */
function covered({ columns, channels }, values, { top, left, size }, color) {
  const copy = values.slice();
  for (let row = top; row < top + size; row++)
    for (let column = left; column < left + size; column++) copy.set(color, (row * columns + column) * channels);
  return copy;
}

/** The square around a pixel, moved back into the picture where it would leave it. */
function squareAround({ rows, columns }, { row, column }, size) {
  const start = (middle, length) => inside(middle - Math.floor(size / 2), length - size + 1);
  return { top: start(row, rows), left: start(column, columns), size };
}

/** What covers: the same grey everywhere, or the mean color of the picture, which makes no new object. */
function coverColor({ channels }, values, kind) {
  const color = new Float64Array(channels);
  if (kind === "grey") return color.fill(0.5);
  values.forEach((value, at) => (color[at % channels] += (value * channels) / values.length));
  return color;
}

/** Where squares begin so that they reach every pixel: the last one ends at the edge. */
function squareStarts(length, size, step) {
  const starts = Array.from({ length: Math.ceil(length / step) }, (_, n) => Math.min(n * step, length - size));
  return [...new Set(starts)];
}

/** How much the score falls when each place is covered, as cellcnn_helpers.explain.occlusion has it.
 *
 *  At each pixel the mean fall over all squares that cover it. `score(values)` is the score of a picture. The
 *  work pauses so that the page stays alive; `onpart(share)` tells how far it is and answers false to stop it.
 */
async function occlusionMap(picture, values, { size, step, color }, score, onpart) {
  const { rows, columns } = picture;
  const [falls, counts] = [new Float64Array(rows * columns), new Float64Array(rows * columns)];
  const before = score(values);
  const tops = squareStarts(rows, size, step);
  let paused = performance.now();
  for (const [n, top] of tops.entries()) {
    for (const left of squareStarts(columns, size, step)) {
      const fall = before - score(covered(picture, values, { top, left, size }, color));
      for (let row = top; row < top + size; row++)
        for (let column = left; column < left + size; column++) {
          falls[row * columns + column] += fall;
          counts[row * columns + column]++;
        }
    }
    if (performance.now() - paused < 12) continue;
    await new Promise((resume) => setTimeout(resume));
    paused = performance.now();
    if (!onpart((n + 1) / tops.length)) return null;
  }
  return falls.map((sum, pixel) => sum / counts[pixel]);
}
