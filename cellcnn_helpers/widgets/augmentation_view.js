// The look of the augmentation widget: its elements, and how pictures, outlines, numbers and notes are shown.

const EXAMPLES = 8;
const SHIFT = { low: -24, high: 24, min: -128, max: 128, step: 1, whole: true, unit: "px" };
const SLIDERS = {
  degrees: { label: "Angle", unit: "°", low: -180, high: 180, step: 1 },
  down: { label: "Down", ...SHIFT },
  right: { label: "Right", ...SHIFT },
  zoom: { label: "Zoom", unit: "×", low: 0.5, high: 2, min: 0.25, max: 4, scale: "log" },
  brightness: { label: "Brightness", unit: "× 255", low: -0.5, high: 0.5, min: -1, max: 1, step: 0.02 },
  contrast: { label: "Contrast", unit: "×", low: 0.5, high: 2, min: 0.1, max: 10, scale: "log" },
  noise: { label: "Noise", unit: "× 255", hint: "Standard deviation", low: 0, high: 0.2, max: 1, step: 0.01 },
};
const MIRRORS = [
  ["none", "no"],
  ["left-right", "left–right"],
  ["up-down", "up–down"],
  ["both", "both"],
];
const QUARTERS = [0, 1, 2, 3].map((turns) => [turns, `${90 * turns}°`]);
const INTERPOLATIONS = [
  ["linear", "linear: mean of four"],
  ["nearest", "nearest: one pixel"],
];
const LIGHT = "Sum over the mask of: grey value minus background, the median of all pixels outside the mask";
const NOISE = "Standard deviation of the grey values outside the mask";
const BORDERS = [
  ["reflect", "mirror the picture"],
  ["zero", "black"],
];

/** A picture with a mask's outline over it. */
function outlined(className) {
  const shown = stage(className, { role: "img" });
  const outline = svgElement("path", { class: "cellcnn-outline" });
  const svg = svgElement("svg", { "aria-hidden": "true", preserveAspectRatio: "none" }, outline);
  shown.mark.replaceWith(svg);
  return { ...shown, svg, outline };
}

/** All elements, made once and without content. `on` holds what they call. */
function makeView(on) {
  const button = (text, onclick) => element("button", { type: "button", onclick }, text);
  const choice = (name, options, isNumber = false) => {
    const select = element("select", {
      onchange: () => on.set({ [name]: isNumber ? Number(select.value) : select.value }),
    });
    return { select, options };
  };
  const v = {
    selects: {
      mirror: choice("mirror", MIRRORS),
      quarter_turns: choice("quarter_turns", QUARTERS, true),
      interpolation: choice("interpolation", INTERPOLATIONS),
      border: choice("border", BORDERS),
    },
    cell: element("select", { onchange: () => on.set({ cell: Number(v.cell.value) }) }),
    before: outlined("cellcnn-picture"),
    after: outlined("cellcnn-picture"),
    forget: checkbox("Forget the mask: leave it where it was", on.view),
    facts: element("tbody"),
    notes: element("ul", { class: "cellcnn-notes" }),
    examples: Array.from({ length: EXAMPLES }, () => outlined("cellcnn-picture")),
    call: element("code"),
    message: element("p", { class: "cellcnn-message", role: "alert" }),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
    sliders: {},
  };
  const onproblem = (text) => {
    v.message.textContent = text;
  };
  for (const [name, options] of Object.entries(SLIDERS)) {
    v.sliders[name] = makeSlider(options, { onvalue: (value) => on.setting(name, value), onproblem });
  }
  v.before.caption.textContent = "Before";
  v.after.caption.textContent = "After";
  for (const { scale } of [v.before, v.after]) drawScale(scale, { black: 0, white: LARGEST });
  const nodes = (...names) => names.map((name) => v.sliders[name].node);
  const { mirror, quarter_turns, interpolation, border } = Object.fromEntries(
    Object.entries(v.selects).map(([name, { select }]) => [name, select]),
  );
  const pair = element(
    "div",
    { class: "cellcnn-pair" },
    labelled("Mirror", mirror),
    labelled("Quarters", quarter_turns),
  );
  const groups = [
    group("Turn", pair, ...nodes("degrees"), labelled("Between pixels", interpolation)),
    group("Move", ...nodes("down", "right", "zoom"), labelled("Beyond the edge", border)),
    group("Grey values", ...nodes("brightness", "contrast", "noise")),
  ];
  v.root = element(
    "section",
    { class: "cellcnn-widget cellcnn-augmentation", "aria-label": "Augmentation of a cell and its mask" },
    element(
      "p",
      { class: "cellcnn-lead" },
      element("strong", {}, "Change a cell. "),
      "The picture and its mask move together. Which measurements stay, and would you still give the cell the same name?",
    ),
    element(
      "div",
      { class: "cellcnn-row" },
      labelled("Cell", v.cell),
      button("Reset", on.reset),
      v.forget.label,
    ),
    v.message,
    makeBench([v.before, v.after], ["In the mask", "before", "after", "change"], v.facts, groups),
    v.notes,
    element(
      "div",
      { class: "cellcnn-row" },
      element(
        "p",
        { class: "cellcnn-drawn" },
        "Eight drawn at random, between no change and this one, in both directions:",
      ),
      button("Draw others", on.draw),
    ),
    element("div", { class: "cellcnn-examples" }, ...v.examples.map(({ field }) => field)),
    element("p", { class: "cellcnn-note" }, "In Python: ", v.call),
    v.live,
  );
  keepKeys(v.root);
  return v;
}

/** One picture of a batch (batch, H, W) from Python. */
function pictureNumber({ shape: [, rows, columns], data }, number) {
  const bytes = new Uint8Array(data.buffer, data.byteOffset + number * rows * columns, rows * columns);
  return { rows, columns, values: Float64Array.from(bytes) };
}

/** Draw a picture in 256 greys and the outline of its mask. */
function showOutlined({ canvas, svg, outline, field }, picture, mask, label) {
  drawGrey(canvas, picture, { black: 0, white: LARGEST });
  field.style.aspectRatio = `${picture.columns} / ${picture.rows}`;
  place(canvas, { top: 0, left: 0, ...picture }, picture);
  svg.setAttribute("viewBox", `0 0 ${picture.columns} ${picture.rows}`);
  outline.setAttribute("d", outlineOf(mask));
  field.setAttribute("aria-label", label);
}

/** SVG path along the borders between pixels inside the mask and pixels outside. */
function outlineOf({ rows, columns, values }) {
  const inside = (row, column) =>
    row >= 0 && row < rows && column >= 0 && column < columns && values[row * columns + column] > 0;
  let path = "";
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      if (inside(row, column) !== inside(row - 1, column)) path += `M${column} ${row}h1`;
      if (inside(row, column) !== inside(row, column - 1)) path += `M${column} ${row}v1`;
    }
  }
  return path;
}

/** The bar of 5 µm on both pictures, where it fits; returns the size of a pixel before and after, or null. */
function showSizes(v, { picture: { columns }, change: { zoom }, pixel_size_um: size }) {
  const sizes = size ? [size, size / zoom] : null;
  [v.before, v.after].forEach((shown, i) => {
    const fits = size && SCALE_BAR_UM < 0.9 * columns * sizes[i];
    showScaleBars([shown], fits ? sizes[i] : null, columns);
  });
  return sizes;
}

/** Area, mean, light and noise before and after; what cannot be measured stays empty. */
function showFacts(v, before, after, pixelSizes) {
  const cell = (value, shown) => (Number.isFinite(value) ? { value, shown } : {});
  const row = (name, was, is, title = "") => {
    const change = was === is ? 0 : is / was - 1;
    const line = factRow(name, cell(was), cell(is), cell(change, percent(change, true)));
    line.title = title;
    return line;
  };
  const areas = pixelSizes && [before, after].map(({ area }, i) => area * pixelSizes[i] ** 2);
  v.facts.replaceChildren(
    row("Area, pixels", before.area, after.area),
    ...(areas ? [row("Area, µm²", ...areas)] : []),
    row("Mean grey", before.mean, after.mean),
    row("Light over background", before.light, after.light, LIGHT),
    row("Noise outside, SD", before.noise, after.noise, NOISE),
  );
}

/** What to think of before this becomes a training picture; the first is read out. */
function notesOn({ change, lost, doubled, clipped, forgotten, beside, pixelSizes }) {
  const [was, is] = (pixelSizes ?? []).map((size) => formatNumber(size));
  const notes = [
    forgotten &&
      beside > 0 &&
      `The mask stayed behind: ${percent(beside)} of it now lies beside the cell. Every number in the table is about the wrong pixels.`,
    change.zoom !== 1 &&
      `Area in pixels and light change by the square of the zoom. ${
        pixelSizes
          ? `In µm² the cell keeps its area if you carry the pixel size along: it was ${was} µm, now it is ${is} µm.`
          : "For the area in µm² you need the pixel size, divided by the zoom."
      } A network sees only pixels: leave zoom out where size tells the classes apart.`,
    change.brightness !== 0 &&
      "Brightness adds the same to cell and background. Subtracting the background takes it away again, unless pixels are cut off. A network sees it: leave brightness out where it tells the classes apart.",
    change.contrast !== 1 &&
      "Contrast multiplies the light over the background: it no longer tells how much stain there is. Leave contrast out where the amount of DNA tells the classes apart.",
    lost > 0.01 &&
      `${percent(lost)} of the cell lies outside the picture. If that part gave the cell its name, the label is now wrong.`,
    doubled > 0 && "The mirrored edge shows a part of the cell a second time, in the mask too: area and light count it twice.",
    clipped > 0.001 &&
      `${percent(clipped)} of the pixels are newly cut off at 0 or 255: their differences are lost.`,
  ];
  return notes.filter(Boolean);
}

/** The call of cellcnn_helpers.images.augment that draws such changes; what is at its default is left out. */
function callOf(
  { flips, quarter_turns, rotation_degrees, shift_px, zoom, brightness, contrast, noise },
  { border, interpolation },
) {
  const three = (factor) => Number(factor.toPrecision(3));
  const words = [
    !flips && "flips=False",
    quarter_turns && "quarter_turns=True",
    rotation_degrees && `rotation_degrees=${rotation_degrees}`,
    shift_px && `shift_px=${shift_px}`,
    zoom !== 1 && `zoom=${three(zoom)}`,
    brightness && `brightness=${brightness}`,
    contrast !== 1 && `contrast=${three(contrast)}`,
    noise && `noise=${noise}`,
    border !== "reflect" && `border="${border}"`,
  ];
  const around = (factor) => `between 1/${three(factor)} and ${three(factor)}`;
  const remarks = [
    rotation_degrees && `±${rotation_degrees}°`,
    shift_px && `±${shift_px} px`,
    zoom !== 1 && `zoom ${around(zoom)}`,
    brightness && `brightness ±${brightness}`,
    contrast !== 1 && `contrast ${around(contrast)}`,
    interpolation !== "linear" && "always linear",
  ].filter(Boolean);
  const call = `images.augment(${["cells", "rng=0", ...words.filter(Boolean)].join(", ")})`;
  return remarks.length ? `${call}  # ${remarks.join(", ")}` : call;
}
