// The look of the guessed curve: its elements, the plot with the guess, the runs and their means, and the table.

const FARTHEST = 100; // times the last place: a fit is not drawn beyond

/** 1,640 or 58: a number of cells, to three digits. */
function wholeNumber(value) {
  if (!Number.isFinite(value) || value > 1e7) return "more than 10,000,000";
  return Number(Math.round(Number(value.toPrecision(3)))).toLocaleString("en-US");
}

/** All elements, made once and without numbers. `on` holds what they call. */
function makeView({ x, top, words, names, on }) {
  const choice = (options, onchoose) => {
    const select = element("select", { onchange: () => onchoose(select.value) });
    setOptions(select, options, options[0][0]);
    return select;
  };
  const listed = names.map((name) => [name, name]);
  const v = {
    curve: choice(listed, on.curve),
    beside: choice([["", "nothing"], ...listed], on.beside),
    reveal: element("button", { type: "button", onclick: on.reveal }),
    fit: checkbox("Power law through the means", (event) => on.fit(event.target.checked)),
    message: element("p", { class: "cellcnn-message" }),
    reading: element("p", { class: "cellcnn-reading" }),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
    plot: makePlot("cellcnn-guess-plot", { ratio: 1.7, across: words.xlabel, up: words.ylabel }),
    sliders: x.map((place, i) => makeGuess(place, top, words.xlabel, (value) => on.guess(i, value))),
    table: makeTable(x, words.xlabel),
  };
  v.target = makeSlider(
    {
      ...{ label: "How many for", low: top / 500, high: top, scale: "log" },
      ...{ min: Number.MIN_VALUE, max: Infinity, hint: words.ylabel },
    },
    { onvalue: on.target, onproblem: (text) => (v.message.textContent = text) },
  );
  v.plot.area.addEventListener("pointerdown", on.point);
  v.plot.area.addEventListener("pointermove", on.drag);
  const lead = "Drag the points, or use the sliders below. Nothing is measured for you before you have guessed.";
  v.root = element(
    "section",
    { class: "cellcnn-widget cellcnn-guess", "aria-label": "Guess a measured curve" },
    element("p", { class: "cellcnn-lead" }, element("strong", {}, "Draw what you expect. "), lead),
    element("div", { class: "cellcnn-row" }, labelled("Curve", v.curve), labelled("Beside it", v.beside)),
    v.plot.figure,
    element(
      "fieldset",
      {},
      element("legend", {}, "Your guess"),
      element("div", { class: "cellcnn-guesses" }, ...v.sliders.map(({ node }) => node)),
    ),
    element(
      "div",
      { class: "cellcnn-row" },
      v.reveal,
      element("button", { type: "button", onclick: on.reset }, "Start again"),
      v.fit.label,
    ),
    v.target.node,
    v.reading,
    v.message,
    v.table.table,
    element("p", { class: "cellcnn-note" }, words.source),
    v.live,
  );
  keepKeys(v.root);
  return v;
}

/** The slider of one point, under its place. */
function makeGuess(place, top, xlabel, onvalue) {
  const slider = element("input", {
    ...{ type: "range", min: "0", max: String(top), step: String(top / 200) },
    "aria-label": `Guess at ${formatNumber(place)} ${xlabel}`,
    oninput: () => onvalue(Number(slider.value)),
  });
  const value = element("data");
  const title = element("span", { "aria-hidden": "true" }, formatNumber(place));
  return { slider, value, node: element("div", { class: "cellcnn-guess-point" }, title, slider, value) };
}

function makeTable(x, xlabel) {
  const heads = [xlabel, "your guess", "mean", "standard error", "off by"];
  const rows = x.map(() => heads.map((_, i) => element(i ? "td" : "th", i ? {} : { scope: "row" })));
  x.forEach((place, i) => (rows[i][0].textContent = formatNumber(place)));
  for (const cells of rows) for (const cell of cells.slice(1)) cell.append(element("data"));
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const table = element(
    "table",
    { class: "cellcnn-facts" },
    element("caption", {}, "In numbers"),
    element("thead", {}, head),
    element("tbody", {}, ...rows.map((cells) => element("tr", {}, ...cells))),
  );
  return { table, rows };
}

function showControls(v, { curve, beside, guess, revealed, fitted, target }) {
  [v.curve.value, v.beside.value] = [curve, beside];
  v.reveal.textContent = revealed ? "Cover it again" : "Show what was measured";
  v.fit.label.hidden = v.target.node.hidden = !revealed;
  v.fit.input.checked = fitted;
  v.target.node.hidden = !(revealed && fitted);
  v.target.show(target);
  v.sliders.forEach(({ slider, value }, i) => {
    if (Number(slider.value) !== guess[i]) slider.value = String(guess[i]);
    slider.setAttribute("aria-valuetext", formatNumber(guess[i]));
    showValue(value, guess[i], formatNumber(guess[i]));
  });
}

/** Shows a value: rounded for the eye, in full for machines. */
function showValue(node, value, text) {
  node.value = String(value);
  node.textContent = text;
}

function showTable(v, { guess, revealed, measured, off }) {
  v.table.rows.forEach((cells, i) => {
    const numbers = [guess[i], measured.means[i], measured.errors[i], off[i]];
    numbers.forEach((number, column) => {
      const isShown = (column === 0 || revealed) && Number.isFinite(number);
      const node = cells[column + 1].firstChild;
      if (isShown) showValue(node, number, formatNumber(number));
      else showValue(node, "", revealed ? "–" : "?");
    });
  });
}

/** The plot: along its axis each place counts by its logarithm, so that doubling is one step. */
function showPlot(v, state) {
  const { plot } = v;
  const { x, top, guess, revealed, fitted, measured, others, needed } = state;
  const last = x.at(-1);
  const end = revealed && fitted && needed > last ? Math.min(needed * 1.3, FARTHEST * last) : last;
  const [from, to] = [Math.log(x[0]), Math.log(end)];
  const room = 0.06 * (to - from);
  setAxes(plot, [from - room, to + room], [0, top]);
  const places = end > last ? [...x, Math.min(needed, end)] : x;
  plot.columns.replaceChildren(
    ...places.map((place) =>
      element(
        "span",
        { style: `left: ${plot.toX(Math.log(place)) / plot.ratio}%` },
        wholeNumber(place),
      ),
    ),
  );
  const points = (values) => values.map((value, i) => [Math.log(x[i]), value]);
  const layers = [];
  if (revealed) {
    for (const other of others) layers.push(...drawMeasured(plot, other, points, "is-beside"));
    layers.push(...drawMeasured(plot, measured, points, "is-measured"));
  }
  if (revealed && fitted) layers.push(...drawFit(plot, state, end));
  layers.push(plotLine(plot, "is-guess", points(guess)));
  for (const point of points(guess)) layers.push(dot(plot, "is-guess", point, 1.7));
  plot.layers.replaceChildren(...layers);
  plot.caption.textContent = revealed
    ? `${measured.name}: every run, and their mean with one standard error${others.length ? `; beside it ${others[0].name}` : ""}`
    : `${measured.name}: your guess`;
  const said = (values) => values.map((value) => formatNumber(value)).join(", ");
  plot.area.setAttribute(
    "aria-label",
    `${plot.caption.textContent}. Guess: ${said(guess)}. ${revealed ? `Means: ${said(measured.means)}.` : ""}`,
  );
}

function dot(plot, className, [x, y], r) {
  return svgElement("circle", { class: className, cx: plot.toX(x), cy: plot.toY(y), r });
}

/** Every run as a dot, the means as a line, and one standard error to each side. */
function drawMeasured(plot, { rows, means, errors }, points, className) {
  const bars = points(means).flatMap(([x, mean], i) =>
    Number.isFinite(errors[i])
      ? [
          plotLine(plot, `${className} is-bar`, [
            [x, mean - errors[i]],
            [x, mean + errors[i]],
          ]),
        ]
      : [],
  );
  const dots = rows.flatMap((row) =>
    points(row).map((point) => dot(plot, `${className} is-run`, point, 1.1)),
  );
  return [...dots, plotLine(plot, className, points(means)), ...bars];
}

/** The power law, and the place where it reaches the target. */
function drawFit(plot, { x, target, measured, needed }, end) {
  const at = (place) => [Math.log(place), measured.law.a * place ** -measured.law.b];
  const steps = Array.from({ length: 41 }, (_, i) => x[0] * (end / x[0]) ** (i / 40));
  const line = plotLine(plot, "is-fit", steps.map(at));
  const isReached = needed >= x[0] && needed <= end;
  return isReached ? [line, dot(plot, "is-fit", [Math.log(needed), target], 2)] : [line];
}
