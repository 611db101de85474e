// The look of the pipeline: its elements, the bars in time, and where the time of a batch goes.

const LANES = { prepare: "prepare", copy: "copy", step: "step", between: "Python" };
const PARTS = {
  computing: "the device computes",
  between: "Python, between executions",
  data: "waiting for the images",
  copy: "waiting for their copy",
};
const SIZES = [8, 16, 32, 64, 128, 256, 512];
const STEP_CHOICES = [1, 2, 4, 8, 16];
const PREFETCH = [
  ["off", "off"],
  ["host", "two batches ahead"],
  ["device", "ahead, and copied ahead"],
];
const DEVICES = [
  [1, "as given"],
  [10, "10 times as fast"],
  [50, "50 times as fast"],
];

/** [value, text] pairs with the one that Python chose, should it be none of them. */
function withValue(pairs, value) {
  return pairs.some(([known]) => known === value) ? pairs : [...pairs, [value, formatNumber(value)]];
}

/** 12345 µs -> “12.3 ms” */
const asMs = (us) => `${formatNumber(Number((us / 1000).toPrecision(3)))} ms`;

/** All elements, made once and without numbers. `on(name, value)` is called with what the reader chose. */
function makeView(on) {
  const choice = (name, label) => {
    const select = element("select", { onchange: () => on(name, select.value) });
    return { name, select, field: labelled(label, select) };
  };
  const message = element("p", { class: "cellcnn-message", "aria-live": "polite" });
  const slider = (name, label, high) => {
    const options = { label, unit: "µs", low: 0, high, max: 1e6, scale: "log0" };
    const handlers = { onvalue: (value) => on(name, value), onproblem: (text) => (message.textContent = text) };
    return { name, ...makeSlider(options, handlers) };
  };
  const v = {
    message,
    choices: [
      choice("batch_size", "Batch size"),
      choice("workers", "Workers"),
      choice("prefetch", "Prefetch"),
      choice("steps_per_execution", "Steps per execution"),
      choice("faster", "Device"),
    ],
    sliders: [
      slider("load_us", "Load and change one image", 5000),
      slider("transfer_us", "Copy one image", 500),
      slider("between_us", "Python, between executions", 50000),
    ],
    plot: makePlot("cellcnn-pipeline-bars", { ratio: 2.4, across: "milliseconds", up: "" }),
    table: numberTableOf(Object.values(PARTS)),
    speed: element("data"),
    reading: element("p", { class: "cellcnn-reading", "aria-live": "polite" }),
  };
  v.plot.svg.setAttribute("preserveAspectRatio", "none");
  v.labels = element("div", { "aria-hidden": "true" });
  v.plot.area.append(v.labels);
  const lead =
    "Each bar is work on one batch: the workers prepare its images, a copy brings it to the device, and the device makes the step. The shade changes from batch to batch. Find out who waits for whom.";
  v.root = element(
    "section",
    { class: "cellcnn-widget cellcnn-pipeline", "aria-label": "A training loop in time" },
    element("p", { class: "cellcnn-lead" }, element("strong", {}, "Who waits? "), lead),
    element("div", { class: "cellcnn-row" }, ...v.choices.map(({ field }) => field)),
    v.plot.figure,
    element(
      "div",
      { class: "cellcnn-pipeline-results" },
      element("p", { class: "cellcnn-sum" }, element("span", {}, "Images per second"), v.speed),
      v.table.table,
    ),
    v.reading,
    element(
      "fieldset",
      {},
      element("legend", {}, "Times"),
      element("div", { class: "cellcnn-pipeline-times" }, ...v.sliders.map(({ node }) => node)),
    ),
    message,
  );
  keepKeys(v.root);
  return v;
}

/** A row for each part of the time: milliseconds per batch, and the share of all. */
function numberTableOf(names) {
  const head = ["Once it has settled", "per batch", "share"];
  const rows = names.map((name) => [element("td"), element("td"), name]);
  const table = element(
    "table",
    { class: "cellcnn-facts" },
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
    element(
      "tbody",
      {},
      ...rows.map(([time, share, name]) =>
        element("tr", {}, element("th", { scope: "row" }, name), time, share),
      ),
    ),
  );
  return { table, rows };
}

function showChoices(v, state) {
  const counts = (numbers) => numbers.map((number) => [number, String(number)]);
  const options = {
    batch_size: withValue(counts(SIZES), state.batch_size),
    workers: counts([1, 2, 3, 4, 5, 6, 7, 8]),
    prefetch: PREFETCH,
    steps_per_execution: counts(STEP_CHOICES),
    faster: withValue(DEVICES, state.faster),
  };
  for (const { name, select } of v.choices) setOptions(select, options[name], state[name]);
  for (const { name, show } of v.sliders) show(state[name]);
}

/** All bars: [lane, row in it of how many, from, to, batch]. */
function barsOf(batches, { workers }) {
  return batches.flatMap((batch, n) => {
    const bars = batch.prepared.map(({ worker, start, end }) => ["prepare", worker, workers, start, end, n]);
    bars.push(["copy", 0, 1, batch.taken, batch.copied, n], ["step", 0, 1, batch.start, batch.end, n]);
    if (batch.isReturn) bars.push(["between", 0, 1, batches[n - 1].end, batch.asked, n]);
    return bars;
  });
}

function showBars(v, batches, state) {
  const shown = Math.max(6, state.steps_per_execution + 2); // one return to Python is always in sight
  const last = batches[shown - 1].end;
  setAxes(v.plot, [0, last / 1000], [0, 1]);
  const names = Object.keys(LANES);
  const [high, wide] = [100 / names.length, 100 * v.plot.ratio];
  const place = ([lane, row, rows, from, to]) => {
    const top = names.indexOf(lane) * high + 0.1 * high + (0.8 * high * row) / rows;
    return { x: (wide * from) / last, y: top, width: (wide * (to - from)) / last, height: (0.8 * high) / rows };
  };
  const inSight = barsOf(batches, state)
    .filter(([, , , from, to]) => from < last && to > from)
    .map(([lane, row, rows, from, to, n]) => [lane, row, rows, from, Math.min(to, last), n]);
  v.plot.layers.replaceChildren(
    ...names.slice(1).map((_, n) =>
      svgElement("path", { class: "is-rule", d: `M0 ${(n + 1) * high}H${wide}` }),
    ),
    ...inSight.map((bar) =>
      svgElement("rect", { class: `is-${bar[0]} ${bar.at(-1) % 2 ? "is-odd" : "is-even"}`, ...place(bar) }),
    ),
  );
  v.plot.rows.replaceChildren(
    ...names.map((name, n) => element("span", { style: `top: ${(n + 0.5) * high}%` }, LANES[name])),
  );
  const labels = inSight.filter(([lane, , , from, to]) => lane === "step" && (to - from) / last > 0.05);
  v.labels.replaceChildren(
    ...labels.map(([lane, , , from, to, n]) => {
      const style = `left: ${(50 * (from + to)) / last}%; top: ${(names.indexOf(lane) + 0.5) * high}%`;
      return element("span", { style }, String(n + 1));
    }),
  );
  v.plot.caption.textContent = `Until the end of step ${shown}; the numbers are those of the batches`;
  v.plot.area.setAttribute(
    "aria-label",
    `Bars in time until the end of step ${shown}, ${asMs(last)} in all; the numbers are in the table.`,
  );
}

/** The whole number of percent; a share below half a percent is not 0. */
function percent(share) {
  const rounded = Math.round(100 * share);
  return share > 0 && rounded === 0 ? "< 1 %" : `${rounded} %`;
}

function showTimes(v, times) {
  v.speed.value = String(times.perSecond);
  v.speed.textContent = Math.round(times.perSecond).toLocaleString("en");
  Object.keys(PARTS).forEach((part, n) => {
    const [time, share] = v.table.rows[n];
    time.dataset.value = String(times[part]);
    time.textContent = asMs(times[part]);
    share.textContent = percent(times[part] / times.whole);
  });
  v.reading.textContent = reading(times);
}

/** How busy the device is, and what it waits for most. */
function reading(times) {
  const busy = `The device computes ${percent(times.computing / times.whole)} of the time.`;
  const waits = { between: "for Python", data: "for the images", copy: "for the copy" };
  const longest = Object.keys(waits).reduce((most, part) => (times[part] > times[most] ? part : most));
  if (times[longest] < 0.005 * times.whole) return `${busy} It never waits: only a faster device helps.`;
  return `${busy} It waits longest ${waits[longest]}.`;
}
