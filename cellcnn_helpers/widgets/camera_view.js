// The look of the camera widget: its elements, and how pictures, profile, histogram and numbers are shown.

const SATURATED = "#f07d1e"; // as cameras' own software marks it: a color in a grey picture
const AT_ZERO = "#468ce6";
const MOST_BINS = 64;
const DARK = 5; // a picture that uses less than this part of the range looks black

/** All elements, made once and without content. `on` holds what they call. */
function makeView(on) {
  const button = (text, onclick) => element("button", { type: "button", onclick }, text);
  const pointing = { onclick: on.point, onpointermove: on.drag, role: "img" };
  const onproblem = (text) => {
    v.message.textContent = text;
  };
  const v = {
    specimen: element("select", { onchange: () => on.set({ specimen: v.specimen.value }) }),
    truth: stage("cellcnn-picture", pointing),
    picture: stage("cellcnn-picture", pointing),
    stretch: checkbox("Stretch the grey scale", on.view),
    row: element("input", { type: "range", min: "0", oninput: () => on.set({ row: Number(v.row.value) }) }),
    rowName: element("span"),
    profile: makePlot("cellcnn-profile", { ratio: 2.2, across: "µm", up: "grey value" }),
    histogram: makePlot("cellcnn-histogram", { ratio: 2.2, across: "grey value", up: "number of pixels" }),
    facts: element("tbody"),
    exposureNote: element("p", { class: "cellcnn-note" }),
    spot: element("p", { class: "cellcnn-note" }),
    range: element("p", { class: "cellcnn-note" }),
    verdict: element("p", { class: "cellcnn-verdict" }),
    message: element("p", { class: "cellcnn-message", role: "alert" }),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
  };
  const notes = { Light: v.exposureNote, Optics: v.spot, Camera: v.range };
  v.controls = makeControls({ onsetting: on.setting, onproblem }, notes);
  const key = (name, text) => element("span", { class: `cellcnn-key ${name}` }, text);
  v.profile.caption.append(
    "Profile: ",
    key("is-specimen", "the cell"),
    key("is-expected", "light that arrives"),
    key("is-picture", "picture"),
  );
  v.root = element(
    "section",
    { class: "cellcnn-widget cellcnn-camera", "aria-label": "A microscope and its camera" },
    element(
      "p",
      { class: "cellcnn-lead" },
      element("strong", {}, "Take a picture. "),
      "Move a slider, and the cell is photographed anew. Tap a picture to choose the row that is drawn below.",
    ),
    element(
      "div",
      { class: "cellcnn-row" },
      labelled("Cell", v.specimen),
      button("New exposure", on.expose),
      button("Reset", on.reset),
      v.stretch.label,
    ),
    v.message,
    makeBench([v.truth, v.picture], ["Measured", "picture", "truth"], v.facts, v.controls.groups),
    v.verdict,
    element(
      "div",
      { class: "cellcnn-stages" },
      element("div", {}, v.profile.figure, element("label", { class: "cellcnn-field" }, v.rowName, v.row)),
      v.histogram.figure,
    ),
    v.live,
  );
  keepKeys(v.root);
  return v;
}

/** The specimen and the picture, with the chosen row marked. */
function showPictures(v, { specimen, picture, microscope, row }, stretched) {
  const { light } = specimen;
  const lightest = light.values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const most = largestGrey(microscope);
  const scale = stretched ? rangeOf(picture.values) : { black: 0, white: most };
  drawGrey(v.truth.canvas, light, { black: 0, white: lightest });
  drawGrey(v.picture.canvas, picture, scale);
  markEnds(v.picture.canvas, picture, most);
  drawScale(v.truth.scale, { black: 0, white: lightest });
  drawScale(v.picture.scale, scale);
  v.root.style.setProperty("--ratio", Math.min(1, picture.columns / picture.rows));
  for (const { field, canvas, mark } of [v.truth, v.picture]) {
    field.style.aspectRatio = `${picture.columns} / ${picture.rows}`;
    place(canvas, { top: 0, left: 0, ...picture }, picture);
    place(mark, { top: row, left: 0, rows: 1, columns: picture.columns }, picture);
  }
  showScaleBars([v.truth, v.picture], microscope.pixel_size_um, picture.columns);
  v.truth.caption.textContent = "The cell as it is";
  v.picture.caption.textContent = `Its picture, ${picture.rows} × ${picture.columns}`;
  v.truth.field.setAttribute(
    "aria-label",
    `The stain of the cell, sharp and without noise; row ${row} is marked.`,
  );
  v.picture.field.setAttribute(
    "aria-label",
    `The picture that the camera takes of it; row ${row} is marked.`,
  );
}

function rangeOf(values) {
  const [black, white] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  return { black, white: Math.max(white, black + 1) };
}

/** Color the pixels that stand at an end of the camera's range. */
function markEnds(canvas, { columns, values }, most) {
  const context = canvas.getContext("2d");
  values.forEach((grey, at) => {
    if (grey > 0 && grey < most) return;
    context.fillStyle = grey > 0 ? SATURATED : AT_ZERO;
    context.fillRect(at % columns, Math.floor(at / columns), 1, 1);
  });
}

/** The chosen row: the cell itself, the light that arrives, and the grey values, all in grey values. */
function showProfile(v, { sharp, photons, picture, microscope, row }) {
  const size = microscope.pixel_size_um;
  const line = ({ columns, values }) => [...values.slice(row * columns, (row + 1) * columns)];
  const inGrey = (all) => line(all).map((mean) => greyOf(mean, microscope));
  const [cell, light, grey] = [inGrey(sharp), inGrey(photons), line(picture)];
  const most = largestGrey(microscope);
  const top = Math.max(...cell, ...light, ...grey, 1) * 1.05;
  setAxes(v.profile, [0, picture.columns * size], [0, top]);
  const points = (values) => values.map((value, at) => [(at + 0.5) * size, value]);
  const steps = grey.flatMap((value, at) => [
    [at * size, value],
    [(at + 1) * size, value],
  ]);
  const ceiling = [
    [0, most],
    [picture.columns * size, most],
  ];
  v.profile.layers.replaceChildren(
    ...(most < top ? [plotLine(v.profile, "is-ceiling", ceiling)] : []),
    plotLine(v.profile, "is-specimen", points(cell)),
    plotLine(v.profile, "is-expected", points(light)),
    plotLine(v.profile, "is-picture", steps),
  );
  v.profile.area.setAttribute(
    "aria-label",
    `Row ${row}: grey values from ${Math.min(...grey)} to ${Math.max(...grey)}; without noise up to ${formatNumber(Math.max(...light))}.`,
  );
}

/** How often each grey value occurs; the saturated end stands out. */
function showHistogram(v, { picture, microscope, measured }) {
  const most = largestGrey(microscope);
  const bins = Math.min(MOST_BINS, most + 1);
  const width = (most + 1) / bins;
  const counts = new Array(bins).fill(0);
  for (const grey of picture.values) counts[Math.floor(grey / width)] += 1;
  setAxes(v.histogram, [0, most + 1], [0.7, Math.max(...counts) * 1.3], { log: true });
  const bar = (count, bin) => {
    if (!count) return [];
    const [left, right, low, high] = [
      v.histogram.toX(bin * width),
      v.histogram.toX((bin + 1) * width),
      105,
      Math.min(98, v.histogram.toY(count)),
    ];
    const name = bin === bins - 1 ? "is-bar is-saturated" : "is-bar";
    return [svgElement("path", { class: name, d: `M${left} ${low}V${high}H${right}V${low}Z` })];
  };
  v.histogram.layers.replaceChildren(...counts.flatMap(bar));
  const share = measured.saturated ? `, ${percent(measured.saturated)} of them saturated` : "";
  v.histogram.caption.textContent = `All ${picture.values.length} pixels${share}`;
  v.histogram.area.setAttribute("aria-label", `Histogram of the grey values${share}.`);
}

/** Measurements of the picture beside the truth. */
function showFacts(v, { measured, truth, noise }) {
  const off = measured.intensity / truth.intensity - 1;
  const pair = (name) => [{ value: measured[name] }, { value: truth[name] }];
  v.facts.replaceChildren(
    factRow("Nucleus, mean", ...pair("nucleus")),
    factRow("Background, mean", ...pair("background")),
    factRow("Brightest pixel", ...pair("brightest")),
    factRow("Sum above background", ...pair("intensity")),
    factRow("– off the truth by", { value: off, shown: percent(off, true) }, {}),
    factRow("Signal to noise", { value: noise }, {}),
    factRow("Saturated", { value: measured.saturated, shown: percent(measured.saturated) }, {}),
    factRow("Cut off at 0", { value: measured.cut, shown: percent(measured.cut) }, {}),
  );
}

/** What the sliders of each group make of light, optics and camera. */
function showNotes(v, { measured, microscope }) {
  const sigma = psfSigma(microscope);
  const pixels = formatNumber(sigma / microscope.pixel_size_um);
  const medium = microscope.numerical_aperture > DRY_LIMIT ? "oil" : "air";
  v.spot.textContent = `A point becomes a spot: σ = ${formatNumber(sigma)} µm, ${pixels} pixels. The objective is in ${medium}.`;
  const most = largestGrey(microscope);
  const dark = measured.brightest < most / DARK && !v.stretch.input.checked;
  v.range.textContent = dark
    ? `The screen shows the grey values 0…${most} from black to white; the brightest pixel has only ${measured.brightest}. To see it, tick “Stretch the grey scale”.`
    : `Grey values from 0 to ${most}.`;
  v.exposureNote.textContent =
    "Photons per pixel in 100 ms; of the stain, where an average nucleus is thickest.";
}

/** The one thing to know about this picture. */
function adviceFor({ measured, noise, lost, microscope }) {
  const most = largestGrey(microscope);
  const span = measured.nucleus - measured.background;
  if (measured.saturated > 0) {
    return `${percent(measured.saturated)} of the pixels are saturated (orange). They say “${most} or more”: how much more is lost, whatever one does to the picture afterwards. Expose for less time, or lower the gain.`;
  }
  if (measured.cut > 0.01) {
    return `${percent(measured.cut)} of the pixels are cut off at 0 (blue). Their noise reaches only upward, so the background is measured too bright. Raise the offset.`;
  }
  const outside = `The lens spreads light beyond the outline of the nucleus: this alone takes ${percent(lost)} from the sum.`;
  if (span < 8) {
    return `The nucleus stands only ${formatNumber(span)} grey values above the background. Raise the gain, the exposure or the bit depth. ${outside}`;
  }
  if (noise < 3) {
    return `The signal is only ${formatNumber(noise)} times its noise. More photons help: four times the light, twice the ratio. ${outside}`;
  }
  return `No pixel is cut off at either end. In the nucleus, the signal is ${formatNumber(noise)} times its noise. ${outside}`;
}
