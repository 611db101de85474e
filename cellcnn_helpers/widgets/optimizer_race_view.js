// The look of the optimizer race: its elements, and how surface, ways, losses and results are drawn.

/** Markers, told apart by shape where colors are not: SVG paths around (x, y), `r` wide to each side. */
const MARKERS = {
  SGD: (x, y, r) => `M${x - r} ${y}A${r} ${r} 0 1 0 ${x + r} ${y}A${r} ${r} 0 1 0 ${x - r} ${y}Z`,
  momentum: (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`,
  Nesterov: (x, y, r) => `M${x} ${y - 1.2 * r}L${x + 1.2 * r} ${y + r}H${x - 1.2 * r}Z`,
  RMSprop: (x, y, r) => `M${x} ${y - 1.4 * r}L${x + 1.4 * r} ${y}L${x} ${y + 1.4 * r}L${x - 1.4 * r} ${y}Z`,
  Adam: (x, y, r) => `M${x - 1.2 * r} ${y - r}H${x + 1.2 * r}L${x} ${y + 1.2 * r}Z`,
};
const NAMES = Object.keys(OPTIMIZERS);
const BATCHES = [
  [0, "all cells"],
  [16, "16 cells"],
  [4, "4 cells"],
  [1, "1 cell"],
];
const SPEEDS = [
  [4, "slow"],
  [15, "medium"],
  [60, "fast"],
];
const RATE = { low: 1e-4, high: 10, scale: "log" };

/** All elements, made once and without numbers. `on` holds what they call. */
function makeView(on) {
  const button = (text, onclick) => element("button", { type: "button", onclick }, text);
  const number = (label, options, onvalue) => makeSlider({ label, ...options }, { onvalue, onproblem: say });
  const v = {
    surface: element("select", { onchange: () => on.surface(v.surface.value) }),
    batch: element("select", { onchange: () => on.batch(Number(v.batch.value)) }),
    redraw: button("Draw other batches", on.redraw),
    play: button("Play", on.play),
    still: element("span", { class: "cellcnn-note" }, STILL),
    speed: element("select", { onchange: on.speed }),
    step: number("Step", { low: 0, high: LAST_STEP, step: 1, whole: true }, on.step),
    together: checkbox("One rate for all", on.together),
    rate: number("Rate", RATE, on.rate),
    rates: NAMES.map((name) => number(`Rate of ${name}`, RATE, (rate) => on.rate(rate, name))),
    momentum: number(
      "Momentum",
      { hint: "Share of the velocity that momentum and Nesterov keep", low: 0, high: 0.99, step: 0.01 },
      on.momentum,
    ),
    map: makePlot("cellcnn-race-map", { ratio: RATIO, across: "", up: "" }),
    canvas: element("canvas", { "aria-hidden": "true" }),
    curve: makePlot("cellcnn-race-curve", { ratio: RATIO, across: "step", up: "loss" }),
    note: element("p", { class: "cellcnn-note" }),
    reading: element("p", { class: "cellcnn-reading" }),
    message: element("p", { class: "cellcnn-message", role: "alert" }),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
    shown: NAMES.map((name) => makeRunner(name, on.shown)),
  };
  function say(text) {
    v.message.textContent = text;
  }
  setOptions(
    v.surface,
    Object.entries(SURFACES).map(([name, { title }]) => [name, title]),
    "valley",
  );
  setOptions(v.batch, BATCHES, 0);
  setOptions(v.speed, SPEEDS, SPEEDS[1][0]);
  v.results = makeResults(v.shown);
  v.map.area.prepend(v.canvas);
  Object.assign(v.map.area, {
    tabIndex: 0,
    onpointerdown: on.point,
    onpointermove: on.drag,
    onkeydown: on.key,
  });
  v.map.area.setAttribute("role", "application");
  v.map.area.setAttribute("aria-roledescription", "map of a loss with a movable start");
  const lead =
    "Lines on the map join places of equal loss; it is lowest where the map is clear. Tap it, or press the arrow keys on it, to choose where all of them start; then play, and change a learning rate.";
  v.root = element(
    "section",
    { class: "cellcnn-widget cellcnn-race", "aria-label": "A race of optimizers" },
    element("p", { class: "cellcnn-lead" }, element("strong", {}, "Five ways down. "), lead),
    element(
      "div",
      { class: "cellcnn-row" },
      labelled("Loss surface", v.surface),
      labelled("Each gradient from", v.batch),
      v.redraw,
    ),
    v.note,
    element(
      "div",
      { class: "cellcnn-stages" },
      v.map.figure,
      v.curve.figure,
      element(
        "div",
        { class: "cellcnn-playing" },
        element(
          "div",
          { class: "cellcnn-row" },
          v.play,
          v.still,
          button("One step", () => on.advance(1)),
          button("Back to the start", () => on.step(0)),
          labelled("Speed", v.speed),
        ),
        v.step.node,
      ),
    ),
    v.results,
    v.reading,
    v.message,
    element(
      "fieldset",
      {},
      element("legend", {}, "Learning rates and momentum"),
      v.together.label,
      element(
        "div",
        { class: "cellcnn-rates" },
        v.rate.node,
        ...v.rates.map(({ node }) => node),
        v.momentum.node,
      ),
    ),
    v.live,
  );
  keepKeys(v.root);
  return v;
}

/** One optimizer's row of the table: a check box with a sample of its line, and its numbers. */
function makeRunner(name, onchange) {
  const box = checkbox("", onchange);
  box.input.checked = true;
  const sample = svgElement("svg", { class: "cellcnn-sample", viewBox: "0 0 40 12", "aria-hidden": "true" });
  sample.append(
    svgElement("path", { class: `is-way is-${name}`, d: "M0 6H40" }),
    svgElement("path", { class: `is-marker is-${name}`, d: MARKERS[name](20, 6, 4) }),
  );
  box.label.append(sample, name);
  const cells = ["w1", "w2", "loss", "length"].map(() => element("td"));
  const row = element("tr", {}, element("th", { scope: "row" }, box.label), ...cells);
  return { name, box: box.input, row, cells };
}

function makeResults(runners) {
  const heads = ["Optimizer", "w₁", "w₂", "loss", "length of step"];
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const body = element("tbody", {}, ...runners.map(({ row }) => row));
  return element(
    "table",
    { class: "cellcnn-facts" },
    element("caption", {}, "Where they are"),
    element("thead", {}, head),
    body,
  );
}

/** The map: the contours are drawn only when the surface is new. */
function showMap(v, { surface, surfaceName, runs, step, start }) {
  const { map } = v;
  if (map.area.dataset.surface !== surfaceName) {
    map.area.dataset.surface = surfaceName;
    drawContours(v.canvas, surface);
    setAxes(map, ...surface.ranges);
    [map.acrossTitle.textContent, map.upTitle.textContent] = [surface.across, surface.up];
  }
  const [x, y] = [map.toX(start[0]), map.toY(start[1])];
  map.layers.replaceChildren(
    ...runs
      .filter(({ diverged }) => diverged > step)
      .map(({ points }) => plotLine(map, "is-halo", points.slice(0, step + 1))),
    ...runs.map(({ name, points, diverged }) => {
      const way = plotLine(map, `is-way is-${name}`, points.slice(0, step + 1));
      way.classList.toggle("is-lost", diverged <= step);
      return way;
    }),
    svgElement("circle", { class: "is-start", cx: x, cy: y, r: 3.2 }),
    ...runs
      .filter(({ diverged }) => diverged > step)
      .map(({ name, points }) => marker(map, name, points[step])),
  );
  map.caption.textContent = `Map of the loss; the ring is the start, (${start.map((w) => formatNumber(w)).join(", ")})`;
  map.area.setAttribute(
    "aria-label",
    `Map of the loss. The arrow keys move the start; it is at ${start.map((w) => formatNumber(w)).join(" and ")}.`,
  );
}

function marker(plot, name, [across, up]) {
  const [x, y] = [plot.toX(across), plot.toY(up)];
  return svgElement("path", { class: `is-marker is-${name}`, d: MARKERS[name](x, y, 2.1) });
}

/** The first round number from `high` on. */
function roundTop(high) {
  const step = roundTicks(0, high)[1];
  return step * Math.ceil(high / step);
}

/** Loss against step, in powers of ten where it spans more than one. */
function showCurve(v, { runs, step, surface, start }) {
  const first = surface.loss(start);
  const seen = runs.flatMap(({ losses, diverged }) => losses.slice(0, Math.min(step + 1, diverged)));
  const low = Math.max(1e-6, Math.min(first, ...seen));
  const highest = Math.min(20 * first + 1e-3, Math.max(first, ...seen)); // what diverges leaves the picture
  const high = Math.max(highest, 2 * low);
  const log = high / low > 20;
  const range = log
    ? [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high * 1.05))]
    : [0, roundTop(high)];
  const last = [25, 50, 100, LAST_STEP].find((count) => count >= step);
  setAxes(v.curve, [0, last], range, { log });
  const curve = ({ losses }) => losses.slice(0, step + 1).map((loss, at) => [at, Math.max(loss, range[0])]);
  v.curve.layers.replaceChildren(
    ...runs.map((run) => plotLine(v.curve, `is-way is-${run.name}`, curve(run))),
    ...runs
      .filter(({ diverged }) => diverged > step)
      .map((run) => marker(v.curve, run.name, curve(run)[step])),
  );
  v.curve.caption.textContent = `Loss at every step, to step ${step}`;
  v.curve.area.setAttribute(
    "aria-label",
    `Loss against step, to step ${step}; the numbers are in the table.`,
  );
}

function showResults(v, { all, step, isShown }) {
  v.shown.forEach(({ name, row, cells }) => {
    const { points, losses, diverged } = all[name];
    row.classList.toggle("is-hidden", !isShown(name));
    const at = Math.min(step, diverged);
    const before = points[Math.max(0, at - 1)];
    const length = Math.hypot(...points[at].map((w, i) => w - before[i]));
    const numbers = [...points[at], losses[at], length];
    const isLost = diverged <= step;
    cells.forEach((cell, i) => {
      cell.dataset.value = String(numbers[i]);
      cell.hidden = isLost && i > 0;
      cell.textContent = i < 2 ? fixed(numbers[i]) : tinyNumber(numbers[i], 1);
    });
    cells[0].colSpan = isLost ? cells.length : 1;
    if (isLost) cells[0].textContent = `diverged at step ${diverged}`;
  });
}

const fixed = (value) =>
  value
    .toFixed(3)
    .replace(/^-(?!0\.000$)/, "−")
    .replace("-", "");

/** Who is lowest, and who is lost. */
function reading({ runs, step }) {
  const alive = runs.filter(({ diverged }) => diverged > step);
  const lost = runs.filter(({ diverged }) => diverged <= step);
  const lowest = alive.reduce(
    (best, run) => (best && best.losses[step] <= run.losses[step] ? best : run),
    null,
  );
  const parts = [];
  if (lowest && step)
    parts.push(
      `After ${step} ${step === 1 ? "step" : "steps"} ${lowest.name} is lowest, with a loss of ${tinyNumber(lowest.losses[step], 1)}.`,
    );
  if (!step) parts.push("All stand at the start.");
  if (lost.length) {
    const named = lost.map(({ name, diverged }) => `${name} (at step ${diverged})`).join(" and ");
    parts.push(
      `Diverged: ${named}. Each step overshoots further than the last; the learning rate is too large here.`,
    );
  }
  return parts.join(" ");
}
