// The look of the loss widget: its elements, and how logits, probabilities and pushes are drawn.

const LOGIT_RANGE = [-10, 10];
const percentOf = (part) => `${100 * part}%`;

/** 0.9972 -> “99.7 %”; never “100 %” for what is less. */
function percent(probability) {
  const text = formatNumber(100 * probability);
  return probability < 1 && text === "100" ? "> 99.9 %" : `${text} %`;
}

/** −0.997, +0.00067: with its sign, three decimals or two digits. */
function signed(value) {
  const size = Math.abs(value);
  const text = size >= 0.01 ? size.toFixed(3) : String(Number(size.toPrecision(2)));
  return (value > 0 ? "+" : value < 0 ? "−" : "") + text;
}

/** All elements, made once and without numbers. `on` holds what they call. */
function makeView({ cells, on }) {
  const names = cells.class_names;
  const button = (text, onclick) => element("button", { type: "button", onclick }, text);
  const group = `cell-${Math.random().toString(36).slice(2)}`; // radio buttons of one view belong together
  const v = {
    label: element("select", { onchange: () => on.label(Number(v.label.value)) }),
    along: element("select", { onchange: () => on.along(Number(v.along.value)) }),
    cells: cells.labels.map((_, n) => makeCell(cells.images, n, group, () => on.cell(n))),
    classes: names.map((name, i) => makeClass(name, (event) => on.drag(i, Number(event.target.value)))),
    weights: names.map((name, i) => makeWeight(name, (event) => on.weigh(i, Number(event.target.value)))),
    wrong: element("p", { class: "cellcnn-message" }),
    reading: element("p", { class: "cellcnn-reading" }),
    total: element("data"),
    mean: element("data"),
    written: element("div"),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
    kinds: makeKinds(names, on.loss),
    pushHead: element("span"),
    batch: factTable(
      "All cells",
      ["Cell", "probability of its label", "loss", "weight", "push in the mean"],
      cells.labels,
    ),
    plot: makePlot("cellcnn-loss-curve", { ratio: 1.5, across: "logit", up: "loss of this cell" }),
  };
  for (const select of [v.label, v.along])
    setOptions(
      select,
      names.map((name, i) => [i, name]),
      0,
    );
  v.plot.area.addEventListener("pointerdown", on.point);
  v.plot.area.addEventListener("pointermove", (event) => event.buttons === 1 && on.point(event));
  const lead =
    "Softmax turns them into probabilities, the loss compares these with the label, and its gradient says which way each logit is pushed.";
  v.root = element(
    "section",
    { class: "cellcnn-widget cellcnn-loss", "aria-label": "A loss and its push" },
    element("p", { class: "cellcnn-lead" }, element("strong", {}, "Drag the logits. "), lead),
    element(
      "fieldset",
      {},
      element("legend", {}, "Cells, under the names they were given"),
      element("div", { class: "cellcnn-cells" }, ...v.cells.map(({ label }) => label)),
    ),
    element(
      "div",
      { class: "cellcnn-row" },
      labelled("Label of the chosen cell", v.label),
    ),
    v.wrong,
    element(
      "div",
      { class: "cellcnn-classes" },
      element(
        "div",
        { class: "cellcnn-heads", "aria-hidden": "true" },
        ...["Class", "Logit", "Probability"].map((text) => element("span", {}, text)),
        v.pushHead,
      ),
      ...v.classes.map(({ row }) => row),
    ),
    v.kinds.table,
    element(
      "div",
      { class: "cellcnn-row" },
      button("One step downhill", () => on.step(1)),
      button("Ten steps", () => on.step(10)),
      button("Start again", on.reset),
    ),
    v.reading,
    element(
      "div",
      { class: "cellcnn-stages" },
      element(
        "div",
        {},
        element("p", { class: "cellcnn-sum" }, element("span", {}, "Loss of this cell"), v.total),
        element(
          "p",
          { class: "cellcnn-note" },
          "N is the number of rows, one for each cell: here 1. The push is minus the gradient, and a step is logit ← logit + 1 · push.",
        ),
        element(
          "details",
          { class: "cellcnn-note" },
          element("summary", {}, "Written with its numbers"),
          v.written,
        ),
      ),
      element("div", {}, labelled("Curve along the logit of", v.along), v.plot.figure),
    ),
    element(
      "fieldset",
      {},
      element("legend", {}, "The mean over all cells, and class weights"),
      element("div", { class: "cellcnn-weights" }, ...v.weights.map(({ node }) => node)),
      element(
        "div",
        { class: "cellcnn-row" },
        button("All weights 1", () => on.weights("equal")),
        button("Balance the classes", () => on.weights("balanced")),
      ),
      v.batch.table,
      element("p", { class: "cellcnn-sum" }, element("span", {}, "Mean loss, 1/N Σ weight · loss"), v.mean),
    ),
    v.live,
  );
  keepKeys(v.root);
  return v;
}

/** One cell as a radio button with its picture. */
function makeCell({ shape, data }, n, group, onchange) {
  const [, rows, columns, channels] = shape;
  const bytes = new Uint8Array(
    data.buffer,
    data.byteOffset + n * rows * columns * channels,
    rows * columns * channels,
  );
  const picture = new ImageData(columns, rows);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    for (let c = 0; c < 3; c++)
      picture.data[4 * pixel + c] = bytes[channels * pixel + (channels === 3 ? c : 0)];
    picture.data[4 * pixel + 3] = 255;
  }
  const canvas = element("canvas", { width: columns, height: rows, "aria-hidden": "true" });
  canvas.getContext("2d").putImageData(picture, 0, 0);
  const input = element("input", { type: "radio", name: group, onchange });
  const text = element("span");
  const number = element("span", { class: "cellcnn-unseen" }, `Cell ${n + 1}, `);
  return { input, text, label: element("label", { class: "cellcnn-cell" }, canvas, input, number, text) };
}

/** One class: its logit's slider, its probability, and the push. */
function makeClass(name, oninput) {
  const slider = element("input", {
    type: "range",
    min: "-10",
    max: "10",
    step: "0.1",
    oninput,
    "aria-label": `Logit of ${name}`,
  });
  const part = (className, words, ...nodes) =>
    element("span", { class: className }, element("span", { class: "cellcnn-unseen" }, words), ...nodes);
  const [logit, probability, chance, push] = [element("data"), element("data"), element("i"), makeArrow()];
  const title = element("span", { class: "cellcnn-class-name" }, name);
  const row = element(
    "div",
    { class: "cellcnn-class", role: "group", "aria-label": name },
    title,
    part("cellcnn-logit", "logit ", slider, logit),
    part("cellcnn-chance", "probability ", element("span", { class: "cellcnn-bar" }, chance), probability),
    part("cellcnn-push", "push ", ...push.nodes),
  );
  return { row, slider, logit, probability, chance, push };
}

/** A push as an arrow from the middle of its bar, with its number. */
function makeArrow() {
  const [arrow, value] = [element("i"), element("data")];
  return { arrow, value, nodes: [element("span", { class: "cellcnn-bar" }, arrow), value] };
}

function showArrow({ arrow, value }, push) {
  showValue(value, push, signed(push));
  arrow.className = push > 0 ? "is-up" : "is-down";
  arrow.style.width = percentOf(Math.min(1, Math.abs(push)) / 2);
}

/** The losses below one another, to choose from and to compare: what each says of the same logits. */
function makeKinds(names, onchoose) {
  const group = `loss-${Math.random().toString(36).slice(2)}`;
  const { table, rows, lines } = factTable(
    "Loss: the chosen one gives the pushes above and makes the steps",
    ["The same logits under each", "its value", "push on the label, −1 to 1"],
    LOSSES,
  );
  const parts = Object.entries(LOSSES).map(([kind, { title, formula }], n) => {
    const input = element("input", { type: "radio", name: group, onchange: () => onchoose(kind) });
    const value = element("data");
    const push = makeArrow();
    const [head, valueCell, pushCell] = rows[n];
    const text = element("span", {}, title, element("small", {}, formula(names.length)));
    head.append(element("label", { class: "cellcnn-check" }, input, text));
    valueCell.append(value);
    pushCell.append(element("span", { class: "cellcnn-push" }, ...push.nodes));
    return { kind, input, value, push, line: lines[n] };
  });
  table.classList.add("cellcnn-kinds");
  return { table, parts };
}

function makeWeight(name, oninput) {
  const slider = element("input", { type: "range", min: "0", max: "8", step: "0.1", oninput });
  const value = element("data");
  const node = element("div", { class: "cellcnn-weight" }, labelled(`Weight of ${name}`, slider), value);
  return { slider, value, node };
}

/** A table with a heading row and one row for each entry of `entries`; `rows` are their cells. */
function factTable(caption, heads, entries) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const rows = Object.keys(entries).map(() =>
    heads.map((_, i) => element(i ? "td" : "th", i ? {} : { scope: "row" })),
  );
  const lines = rows.map((cells) => element("tr", {}, ...cells));
  const table = element(
    "table",
    { class: "cellcnn-facts" },
    element("caption", {}, caption),
    element("thead", {}, head),
    element("tbody", {}, ...lines),
  );
  return { table, rows, lines };
}

/** Shows a value: rounded for the eye, in full for machines. */
function showValue(node, value, text) {
  node.value = String(value);
  node.textContent = text;
}

/** The three bars of every class. */
function showClasses(v, { kind, logits, probabilities, gradient, label, logit }) {
  v.classes.forEach((part, i) => {
    part.row.classList.toggle("is-label", i === label);
    part.row.classList.toggle("is-chosen", i === logit);
    if (Number(part.slider.value) !== logits[i]) part.slider.value = String(logits[i]);
    part.slider.setAttribute("aria-valuetext", formatNumber(logits[i]));
    showValue(part.logit, logits[i], formatNumber(logits[i]));
    showValue(part.probability, probabilities[i], percent(probabilities[i]));
    showArrow(part.push, -gradient[i]);
    part.chance.style.width = percentOf(probabilities[i]);
  });
  v.pushHead.textContent = `Push of ${LOSSES[kind].title}`;
}

/** The loss along one logit, the present point on it, its tangent, and the way down. */
function showCurve(v, { kind, label, logits, logit, loss, gradient }, names) {
  const at = (value) =>
    LOSSES[kind].of(
      label,
      logits.map((old, i) => (i === logit ? value : old)),
    ).loss;
  const [low, high] = LOGIT_RANGE;
  const points = Array.from({ length: 161 }, (_, i) => low + ((high - low) * i) / 160).map((x) => [x, at(x)]);
  const largest = Math.max(...points.map(([, y]) => y));
  const top = [0.25, 0.5, 1, 1.25, 2, 5, 10, 15, 20].find((value) => value >= 1.02 * largest) ?? 25;
  setAxes(v.plot, LOGIT_RANGE, [0, top]);
  const slope = gradient[logit];
  const here = [logits[logit], loss];
  const reach = 3.5 / Math.hypot(1, (slope * 20) / top / v.plot.ratio); // equally long on the screen, however steep
  const along = (x) => [here[0] + x, here[1] + slope * x];
  const [x, y] = [v.plot.toX(here[0]), v.plot.toY(here[1])];
  v.plot.layers.replaceChildren(
    plotLine(v.plot, "", points),
    plotLine(v.plot, "is-tangent", [along(-reach), along(reach)]),
    svgElement("circle", { class: "is-here", cx: x, cy: y, r: 2.6 }),
  );
  v.plot.caption.textContent = `Slope here: ${signed(slope)}, so the push is ${signed(-slope)}`;
  v.plot.acrossTitle.textContent = `logit of ${names[logit]}`;
  v.plot.area.setAttribute(
    "aria-label",
    `Curve of the loss along the logit of ${names[logit]}, from −10 to 10. At ${formatNumber(here[0])} the loss is ${formatNumber(loss)} and the slope ${signed(slope)}.`,
  );
}
