// Optics and camera, as cellcnn_helpers.simulate.Microscope has them. Pictures are {rows, columns, values}.

const FINE = 2; // the specimen is drawn on a grid this many times finer than the camera's
const MICROSCOPE_MS = 100; // the photons of a microscope are those of this exposure

const OPTICS = [
  "pixel_size_um",
  "wavelength_um",
  "numerical_aperture",
  "defocus_um",
  "haze",
  "haze_width_um",
];
const NUMBERS = [
  ...OPTICS,
  "nucleus_photons",
  "background_photons",
  "gain",
  "offset",
  "read_noise_photons",
  "bit_depth",
  "exposure_ms",
];
const DRY_LIMIT = 0.95; // an objective in air reaches no larger aperture
const [INDEX_AIR, INDEX_OIL] = [1, 1.515];

const largestGrey = ({ bit_depth }) => 2 ** bit_depth - 1;
const focusSigma = ({ wavelength_um, numerical_aperture }) => (0.21 * wavelength_um) / numerical_aperture;

function defocusSigma({ numerical_aperture, defocus_um }) {
  const index = numerical_aperture <= DRY_LIMIT ? INDEX_AIR : INDEX_OIL;
  return (defocus_um * Math.tan(Math.asin(numerical_aperture / index))) / 2;
}

/** What keeps these settings from giving a picture, or "": a state from elsewhere may lack a number. */
function problemWith(settings) {
  const name = NUMBERS.find((number) => !Number.isFinite(settings[number]));
  if (!name) return "";
  return `No new picture: “${name}” must be a number, got ${settings[name]}. Reload this page, or run the Python cell of this widget again.`;
}

/** Sigma of the spot that a point becomes, in micrometres. */
const psfSigma = (microscope) => Math.hypot(focusSigma(microscope), defocusSigma(microscope));

/** A Gaussian blur along a line of `count` points, periodic: what a point gives to one at each distance. */
function gaussianLine(count, sigma_px) {
  const turn = (2 * Math.PI) / count;
  const wave = Float64Array.from({ length: count }, (_, k) => Math.cos(turn * k));
  const transfer = wave.map((_, k) =>
    Math.exp(-2 * ((Math.PI * sigma_px * Math.min(k, count - k)) / count) ** 2),
  );
  return wave.map((_, distance) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += transfer[k] * wave[(k * distance) % count];
    return sum / count;
  });
}

/** Blur each row and gather it into camera pixels; turned over, so that two calls do rows and columns. */
function gatherRows({ rows, columns, values }, sigma_px) {
  const line = gaussianLine(columns, sigma_px);
  const share = Float64Array.from({ length: 2 * columns }, (_, i) => {
    let sum = 0;
    for (let point = 0; point < FINE; point++) sum += line[(i + point) % columns];
    return sum;
  });
  const pixels = columns / FINE;
  const gathered = new Float64Array(pixels * rows);
  for (let row = 0; row < rows; row++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      let sum = 0;
      const [first, start] = [row * columns, pixel * FINE + columns];
      for (let k = 0; k < columns; k++) sum += values[first + k] * share[start - k];
      gathered[pixel * rows + row] = sum;
    }
  }
  return { rows: pixels, columns: rows, values: gathered };
}

/** The light of a specimen in each camera pixel, blurred by a Gaussian of this width. */
function gatherLight(light, { pixel_size_um }, sigma_um) {
  const sigma_px = (FINE * sigma_um) / pixel_size_um;
  return gatherRows(gatherRows(light, sigma_px), sigma_px);
}

/** The same as the optics show it. */
function blurredLight(light, microscope) {
  const { haze, haze_width_um } = microscope;
  const sharp = gatherLight(light, microscope, psfSigma(microscope));
  const wide = gatherLight(light, microscope, Math.hypot(haze_width_um, defocusSigma(microscope))).values;
  const values = sharp.values.map((value, at) => Math.max(0, (1 - haze) * value + haze * wide[at]));
  return { ...sharp, values };
}

/** Light in each camera pixel -> mean number of photons. */
function expectedPhotons(light, { nucleus_photons, background_photons }, exposure_ms) {
  const longer = exposure_ms / MICROSCOPE_MS;
  const values = light.values.map(
    (sum) => longer * ((sum * nucleus_photons) / FINE ** 2 + background_photons),
  );
  return { ...light, values };
}

const greyOf = (photons, { gain, offset }) => offset + gain * photons;

/** Grey values without chance and without rounding. */
function noiseFree(photons, microscope) {
  const most = largestGrey(microscope);
  return { ...photons, values: photons.values.map((mean) => Math.min(most, greyOf(mean, microscope))) };
}

/** An exposure: the same seed gives each pixel the same luck, whatever the settings. */
function record(photons, microscope, seed) {
  const most = largestGrey(microscope);
  const values = photons.values.map((mean, place) => {
    const next = randomStream(seed, place);
    const counted = microscope.read_noise_photons * normal(next) + poisson(mean, next);
    return Math.min(most, Math.max(0, Math.round(greyOf(counted, microscope))));
  });
  return { ...photons, values };
}

/** A count of mean `mean`: by inversion, or where it is large by W. Hörmann's PTRS (1993), as in NumPy. */
function poisson(mean, next) {
  if (!Number.isFinite(mean)) return NaN; // below, no count would ever be accepted
  if (mean < 30) {
    let [left, probability, count] = [next(), Math.exp(-mean), 0];
    while (left > probability && count < 300) {
      left -= probability;
      probability *= mean / ++count;
    }
    return count;
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = 0.02483 * b - 0.059;
  for (;;) {
    const [u, v] = [next() - 0.5, next()];
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return count;
    if (count < 1 || (edge < 0.013 && v > edge)) continue;
    const height = (v * (1.1239 + 1.1328 / (b - 3.4))) / (a / edge ** 2 + b);
    if (Math.log(height) <= logPoisson(count, mean)) return count;
  }
}

/** Logarithm of the Poisson probability, by Stirling's series; written so that large means lose no digits. */
function logPoisson(count, mean) {
  const x = (mean - count) / count;
  return count * (Math.log1p(x) - x) - 0.5 * Math.log(2 * Math.PI * count) - 1 / (12 * count);
}

/** What one would measure in a picture: grey values, `mask` telling the nucleus. */
function measure(picture, mask, microscope) {
  const most = largestGrey(microscope);
  const [sum, count] = [
    [0, 0],
    [0, 0],
  ];
  let [saturated, cut, brightest] = [0, 0, 0];
  picture.values.forEach((grey, at) => {
    const part = mask.values[at] > 0 ? 1 : 0;
    sum[part] += grey;
    count[part] += 1;
    brightest = Math.max(brightest, grey);
    if (grey >= most) saturated += 1;
    if (grey <= 0) cut += 1;
  });
  const [background, nucleus] = [sum[0] / count[0], sum[1] / count[1]];
  const all = picture.values.length;
  return {
    background,
    nucleus,
    brightest,
    intensity: sum[1] - background * count[1],
    saturated: saturated / all,
    cut: cut / all,
  };
}

/** What a perfect microscope would measure: `sharp` are the photons without any blur. */
function trueValues(sharp, mask, microscope, exposure_ms) {
  const ground = (microscope.background_photons * exposure_ms) / MICROSCOPE_MS;
  const stain = sharp.values.reduce((sum, photons) => sum + photons - ground, 0);
  return {
    background: greyOf(ground, microscope),
    nucleus: greyOf(meanInside(sharp, mask), microscope),
    brightest: greyOf(Math.max(...sharp.values), microscope),
    intensity: stain * microscope.gain,
  };
}

/** Mean signal of a nucleus pixel over its noise: photons, read noise, and rounding to whole grey values. */
function signalToNoise(photons, mask, microscope, exposure_ms) {
  const background = (microscope.background_photons * exposure_ms) / MICROSCOPE_MS;
  const inside = meanInside(photons, mask);
  const rounding = 1 / (12 * microscope.gain ** 2);
  return (inside - background) / Math.sqrt(inside + microscope.read_noise_photons ** 2 + rounding);
}

function meanInside({ values }, mask) {
  let [sum, count] = [0, 0];
  values.forEach((value, at) => {
    if (mask.values[at] === 0) return;
    sum += value;
    count += 1;
  });
  return sum / count;
}
