// Changes of a picture and its mask, as cellcnn_helpers.images.augment makes them.

const LARGEST = 255;

/** Where pixels go: {linear: [[xx, xy], [yx, yy]], shift: [x, y]} with x to the right, y down. */
function placement({ mirror, quarter_turns, degrees, shift_px, zoom }, { rows, columns }) {
  const angle = (Math.PI * degrees) / 180;
  let [along, across] = [zoom * Math.cos(angle), zoom * Math.sin(angle)];
  for (let turn = 0; turn < quarter_turns; turn++) [along, across] = [-across, along];
  const mirrorX = mirror === "left-right" || mirror === "both" ? -1 : 1;
  const mirrorY = mirror === "up-down" || mirror === "both" ? -1 : 1;
  const linear = [
    [along * mirrorX, across * mirrorY],
    [-across * mirrorX, along * mirrorY],
  ];
  const middle = [(columns - 1) / 2, (rows - 1) / 2];
  const shift = linear.map((row, i) => middle[i] - row[0] * middle[0] - row[1] * middle[1] + shift_px[1 - i]);
  return { linear, shift };
}

/** Index mirrored at the first and the last pixel, which are not repeated. */
function reflected(index, count) {
  const period = Math.max(1, 2 * count - 2);
  return count - 1 - Math.abs((((index % period) + period) % period) - (count - 1));
}

/** The picture after the change of place. */
function move(picture, change, { interpolation, border } = change) {
  const { rows, columns, values } = picture;
  const { linear, shift } = placement(change, picture);
  const [[xx, xy], [yx, yy]] = linear;
  const area = xx * yy - xy * yx;
  const at = (row, column) => {
    if (border === "reflect") return values[reflected(row, rows) * columns + reflected(column, columns)];
    return row < 0 || row >= rows || column < 0 || column >= columns ? 0 : values[row * columns + column];
  };
  const nearest = (place) => Math.ceil(place - 0.5); // half way goes down, as in OpenCV
  const moved = values.map((_, place) => {
    const [right, down] = [(place % columns) - shift[0], Math.floor(place / columns) - shift[1]];
    const [x, y] = [(yy * right - xy * down) / area, (xx * down - yx * right) / area]; // where it comes from
    if (interpolation === "nearest") return at(nearest(y), nearest(x));
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [toRight, toBottom] = [x - left, y - top];
    const upper = (1 - toRight) * at(top, left) + toRight * at(top, left + 1);
    const lower = (1 - toRight) * at(top + 1, left) + toRight * at(top + 1, left + 1);
    return Math.round((1 - toBottom) * upper + toBottom * lower);
  });
  return { ...picture, values: moved };
}

/** A mask moves as its picture does, but pixel by pixel: between object and ground there is nothing. */
const moveMask = (mask, change, border = change.border) =>
  move(mask, change, { interpolation: "nearest", border });

/** Contrast around the mean, brightness and noise, cut off at 0 and 255. */
function recolor(picture, { brightness, contrast, noise, seed }) {
  const mean = picture.values.reduce((sum, grey) => sum + grey, 0) / picture.values.length;
  const values = picture.values.map((grey, place) => {
    const luck = noise > 0 ? noise * LARGEST * normal(randomStream(seed, place)) : 0;
    const changed = contrast * (grey - mean) + mean + brightness * LARGEST + luck;
    return Math.min(LARGEST, Math.max(0, Math.round(changed)));
  });
  return { ...picture, values };
}

/** How far `augment` may go if the change that is set is the farthest; the words are its own. */
function limitsOf({ mirror, quarter_turns, degrees, shift_px, zoom, brightness, contrast, noise }) {
  return {
    flips: mirror !== "none",
    quarter_turns: quarter_turns > 0,
    rotation_degrees: Math.abs(degrees),
    shift_px: Math.max(...shift_px.map(Math.abs)),
    zoom: Math.max(zoom, 1 / zoom),
    brightness: Math.abs(brightness),
    contrast: Math.max(contrast, 1 / contrast),
    noise,
  };
}

/** A change drawn at random within the limits. */
function drawChange(limits, { interpolation, border, seed }, number) {
  const next = randomStream(seed, number);
  const bothWays = () => 2 * next() - 1;
  const pixels = () => Math.floor((2 * limits.shift_px + 1) * next()) - limits.shift_px;
  const [leftRight, upDown] = [limits.flips && next() < 0.5, limits.flips && next() < 0.5];
  return {
    mirror: leftRight ? (upDown ? "both" : "left-right") : upDown ? "up-down" : "none",
    quarter_turns: limits.quarter_turns ? Math.floor(4 * next()) : 0,
    degrees: limits.rotation_degrees * bothWays(),
    shift_px: [pixels(), pixels()],
    zoom: limits.zoom ** bothWays(),
    brightness: limits.brightness * bothWays(),
    contrast: limits.contrast ** bothWays(),
    noise: limits.noise,
    interpolation,
    border,
    seed: seed + 1000 * (number + 1),
  };
}

/** Area, mean and light over the background in the mask, and the noise beside it; NaN of no pixels. */
function measure({ values }, mask) {
  const inside = values.filter((_, at) => mask.values[at] > 0);
  const outside = values.filter((_, at) => mask.values[at] === 0).sort();
  const meanOf = (greys) => greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
  const [area, mean, ground] = [inside.length, meanOf(inside), meanOf(outside)];
  const middle = (outside.length - 1) / 2;
  const background = (outside[Math.floor(middle)] + outside[Math.ceil(middle)]) / 2;
  return {
    area,
    mean,
    light: area * (mean - background),
    noise: Math.sqrt(meanOf(outside.map((grey) => (grey - ground) ** 2))),
  };
}

/** What a change did that the numbers do not say, as shares of the cell or of all pixels. */
function consequences({ picture, mask, change }, moved, after, movedMask) {
  const count = ({ values }) => values.reduce((sum, inside) => sum + (inside > 0), 0);
  const whole = count(mask) * change.zoom ** 2;
  const kept = count(moveMask(mask, change, "zero"));
  const beside = mask.values.filter((inside, at) => inside > 0 && movedMask.values[at] === 0).length;
  const atEnd = (grey) => grey <= 0 || grey >= LARGEST;
  const clipped = after.values.filter((grey, at) => atEnd(grey) && !atEnd(moved.values[at])).length;
  const same = (one, other) => one.values.every((value, at) => value === other.values[at]);
  return {
    unchanged: same(after, picture) && same(movedMask, mask),
    lost: 1 - kept / whole,
    doubled: (count(movedMask) - kept) / whole,
    beside: beside / count(mask),
    clipped: clipped / after.values.length,
  };
}
