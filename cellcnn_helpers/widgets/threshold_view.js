// The look of the threshold widget: its elements, and how scores, cells, counts, curves and costs are drawn.

const BARS = 35;
const NEIGHBORS = 5;
const SCORE_TICKS = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999];

/** 0.9972 -> “99.7 %”; never “100 %” or “0 %” for what is not. */
function percent(share) {
  const text = (100 * share).toFixed(1).replace(/\.0$/, "");
  if (text === "100" && share < 1) return "> 99.9 %";
  if (text === "0" && share > 0) return "< 0.1 %";
  return `${text} %`;
}

/** A score, with as many digits as tell it from 0 and 1. */
function scoreText(score) {
  if (score < 0.001) return "< 0.001";
  if (score > 0.999) return "> 0.999";
  return score.toFixed(score < 0.1 || score > 0.9 ? 3 : 2);
}

/** All elements, made once and without numbers. `on` holds what they call. */
function makeView({ name, on }) {
  const number = (options, onvalue) => makeSlider(options, { onvalue, onproblem: say });
  const value = () => element("data");
  const v = {
    name,
    histogram: makePlot("cellcnn-scores", {
      ratio: 3.5,
      across: "score (stretched near 0 and 1)",
      up: "",
    }),
    threshold: element("input", {
      type: "range",
      min: String(-FARTHEST),
      max: String(FARTHEST),
      step: "0.05",
      "aria-label": "Threshold",
      oninput: () => on.threshold(scoreOf(Number(v.threshold.value))),
    }),
    thresholdText: element("output"),
    above: element("div", { class: "cellcnn-neighbors" }),
    below: element("div", { class: "cellcnn-neighbors" }),
    counts: { found: value(), misses: value(), falseAlarms: value(), left: value() },
    facts: Object.fromEntries(
      ["sensitivity", "specificity", "precision", "accuracy", "cost"].map((fact) => [fact, value()]),
    ),
    roc: makePlot("cellcnn-roc", { ratio: 1.3, across: "false alarms, share of the others", up: "found (sensitivity)" }),
    pr: makePlot("cellcnn-pr", { ratio: 1.3, across: "recall (sensitivity)", up: "precision" }),
    costs: makePlot("cellcnn-costs", { ratio: 3.5, across: "threshold", up: "cost of 100 cells" }),
    prevalence: number({ label: "Prevalence", unit: "%", low: 0.1, high: 90, scale: "log" }, (percentage) =>
      on.prevalence(percentage / 100),
    ),
    asHere: element("button", { type: "button", onclick: () => on.prevalence(null) }, "As among these cells"),
    missCost: number(
      { label: "Cost of a miss", unit: "false alarms", low: 0.01, high: 100, scale: "log" },
      on.missCost,
    ),
    cheapest: element("button", { type: "button", onclick: on.cheapest }, "Go to the cheapest threshold"),
    reading: element("p", { class: "cellcnn-reading" }),
    message: element("p", { class: "cellcnn-message", role: "alert" }),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
  };
  function say(text) {
    v.message.textContent = text;
  }
  Object.assign(v.histogram.area, { onpointerdown: on.point, onpointermove: on.drag });
  v.root = element(
    "section",
    { class: "cellcnn-widget cellcnn-threshold", "aria-label": `A threshold for ${name}` },
    element(
      "p",
      { class: "cellcnn-lead" },
      element("strong", {}, "Draw the line. "),
      `Cells that score at least the threshold are called ${name}. Drag the line, or use the slider.`,
    ),
    v.histogram.figure,
    element(
      "label",
      { class: "cellcnn-line" },
      element("span", {}, "Threshold ", v.thresholdText),
      v.threshold,
    ),
    element(
      "div",
      { class: "cellcnn-stages" },
      nearby(`Just above: called ${name}`, v.above),
      nearby("Just below: not called so", v.below),
    ),
    element("div", { class: "cellcnn-stages" }, makeCounts(v, name), makeFacts(v)),
    v.reading,
    element("div", { class: "cellcnn-stages" }, v.roc.figure, v.pr.figure),
    element(
      "fieldset",
      {},
      element("legend", {}, "Where it is used, and at what price"),
      element("div", { class: "cellcnn-stages" }, v.prevalence.node, v.missCost.node),
      element("div", { class: "cellcnn-row" }, v.asHere, v.cheapest),
      v.message,
      v.costs.figure,
    ),
    v.live,
  );
  keepKeys(v.root);
  return v;
}

function nearby(words, row) {
  return element("figure", {}, element("figcaption", {}, words), row);
}

function makeCounts({ counts }, name) {
  const cell = (words, data) => element("td", {}, data, ` ${words}`);
  const head = (text, scope) => element("th", { scope }, text);
  const row = (text, ...cells) => element("tr", {}, head(text, "row"), ...cells);
  return element(
    "table",
    { class: "cellcnn-facts cellcnn-confusion" },
    element("caption", {}, "Of these cells"),
    element("thead", {}, element("tr", {}, element("td"), head("called so", "col"), head("not called so", "col"))),
    element(
      "tbody",
      {},
      row(name, cell("found", counts.found), cell("missed", counts.misses)),
      row("others", cell("false alarms", counts.falseAlarms), cell("left alone", counts.left)),
    ),
  );
}

function makeFacts({ facts }) {
  const rows = [
    ["Sensitivity (recall)", facts.sensitivity],
    ["Specificity", facts.specificity],
    ["Precision, with this prevalence", facts.precision],
    ["Accuracy, with this prevalence", facts.accuracy],
    ["Cost of 100 cells", facts.cost],
  ].map(([words, data]) => element("tr", {}, element("th", { scope: "row" }, words), element("td", {}, data)));
  return element(
    "table",
    { class: "cellcnn-facts" },
    element("caption", {}, "What that means"),
    element("tbody", {}, ...rows),
  );
}

/** The full number for machines, a rounded one for the reader. */
function showValue(node, value, shown) {
  node.value = String(value);
  node.textContent = shown;
}

/** The axis of the scores: even in log-odds, named by scores. */
function setScoreAxis(plot, y) {
  setAxes(plot, [-FARTHEST, FARTHEST], y);
  plot.columns.replaceChildren(
    ...SCORE_TICKS.map((score) =>
      element("span", { style: `left: ${(100 * (oddsOf(score) + FARTHEST)) / (2 * FARTHEST)}%` }, String(score)),
    ),
  );
}

/** Bars up for the class, down for the others; heights grow with the root, so that few cells can be seen. */
function showHistogram(v, { positives, scores, threshold, numPositives }) {
  const { histogram: plot } = v;
  if (!plot.bars) {
    const bars = histogram(positives, scores, BARS);
    const tallest = Math.sqrt(Math.max(...bars.positives, ...bars.others));
    setScoreAxis(plot, [-tallest, tallest]);
    plot.rows.replaceChildren();
    const width = plot.toX(FARTHEST) / BARS;
    const bar = (className, count, place, up) => {
      const height = Math.abs(plot.toY(Math.sqrt(count)) - plot.toY(0));
      const top = up ? plot.toY(0) - height : plot.toY(0);
      return svgElement("rect", { class: className, x: width * place, y: top, width: 0.9 * width, height });
    };
    plot.bars = [
      ...bars.positives.map((count, place) => bar("is-positive", count, place, true)),
      ...bars.others.map((count, place) => bar("is-other", count, place, false)),
    ];
    const kinds = `${numPositives} ${v.name} (up) and ${scores.length - numPositives} others (down)`;
    plot.caption.textContent = `Scores of ${kinds}; heights grow with the root of the number`;
  }
  const x = plot.toX(oddsOf(threshold));
  const line = svgElement("path", { class: "is-threshold", d: `M${x} 0V100` });
  plot.layers.replaceChildren(...plot.bars, line);
  plot.area.setAttribute("aria-label", `Histogram of the scores; the threshold is at ${scoreText(threshold)}.`);
}

/** The pictures next to the threshold, each with its score, and marked where it is called wrongly. */
function showNeighbors(v, { cells, positives, scores, threshold }) {
  const { above, below } = nearThreshold(scores, threshold, NEIGHBORS);
  for (const [row, places, called] of [
    [v.above, above, true],
    [v.below, below, false],
  ])
    row.replaceChildren(
      ...(places.length
        ? places.map((n) => {
            const isRight = positives[n] === called;
            const verdict = isRight ? "right" : called ? "false alarm" : "missed";
            const kind = cells.class_names[cells.labels[n]];
            return element(
              "div",
              { class: isRight ? "cellcnn-neighbor" : "cellcnn-neighbor is-wrong" },
              drawn(cells.images, n),
              element("span", {}, scoreText(scores[n])),
              element("span", { title: kind }, kind),
              element("span", {}, verdict),
            );
          })
        : [element("p", { class: "cellcnn-note" }, "No cell scores so.")]),
    );
}

/** One cell on a canvas, a pixel each. */
function drawn({ shape, data }, n) {
  const [, rows, columns, channels] = shape;
  const size = rows * columns * channels;
  const bytes = new Uint8Array(data.buffer, data.byteOffset + n * size, size);
  const picture = new ImageData(columns, rows);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    for (let i = 0; i < 3; i++) picture.data[4 * pixel + i] = bytes[channels * pixel + (channels === 3 ? i : 0)];
    picture.data[4 * pixel + 3] = 255;
  }
  const canvas = element("canvas", { width: columns, height: rows, "aria-hidden": "true" });
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}

function showNumbers(v, { at, place, cost }) {
  for (const [count, node] of Object.entries(v.counts)) showValue(node, at[count], String(at[count]));
  const shares = { sensitivity: at.sensitivity, specificity: at.specificity, ...place };
  for (const [fact, share] of Object.entries(shares)) showValue(v.facts[fact], share, percent(share));
  showValue(v.facts.cost, 100 * cost, formatNumber(100 * cost));
}

const dot = (plot, x, y) => svgElement("circle", { class: "is-here", cx: plot.toX(x), cy: plot.toY(y), r: 2.4 });

function showCurves(v, { curve, at, place, prevalence }) {
  setAxes(v.roc, [0, 1], [0, 1]);
  v.roc.layers.replaceChildren(
    plotLine(v.roc, "is-guess", [
      [0, 0],
      [1, 1],
    ]),
    plotLine(
      v.roc,
      "",
      curve.points.map(({ falseRate, sensitivity }) => [falseRate, sensitivity]),
    ),
    dot(v.roc, 1 - at.specificity, at.sensitivity),
  );
  v.roc.caption.textContent = `ROC curve, area ${curve.area.toFixed(3)}`;
  setAxes(v.pr, [0, 1], [0, 1]);
  v.pr.layers.replaceChildren(
    plotLine(v.pr, "is-guess", [
      [0, prevalence],
      [1, prevalence],
    ]),
    plotLine(v.pr, "", steps(curve.points)),
    dot(v.pr, at.sensitivity, place.precision),
  );
  v.pr.caption.textContent = `Precision–recall curve, average precision ${curve.averagePrecision.toFixed(3)}`;
  v.roc.area.setAttribute("aria-label", `${v.roc.caption.textContent}; the point is in the table above.`);
  v.pr.area.setAttribute("aria-label", `${v.pr.caption.textContent}; the point is in the table above.`);
}

/** Between two thresholds no recall lies in between, so the curve goes in steps. */
function steps(points) {
  return points.flatMap(({ sensitivity, precision }, n) =>
    n ? [[points[n - 1].sensitivity, precision], [sensitivity, precision]] : [[sensitivity, precision]],
  );
}

/** Cost against threshold: each stays from its own score down to the next one. */
function showCosts(v, { curve, threshold, cost }) {
  const { points, cheapest } = curve;
  const highest = Math.max(...points.map((point) => point.cost));
  setScoreAxis(v.costs, [0, 105 * highest]);
  const line = points.flatMap(({ threshold: from, cost: here }, n) =>
    [from, points[n + 1]?.threshold ?? 0].map((score) => [oddsOf(score), 100 * here]),
  );
  const [x, y] = [v.costs.toX(oddsOf(cheapest.threshold)), v.costs.toY(100 * cheapest.cost)];
  v.costs.layers.replaceChildren(
    plotLine(v.costs, "", line),
    svgElement("path", { class: "is-threshold", d: `M${v.costs.toX(oddsOf(threshold))} 0V100` }),
    dot(v.costs, oddsOf(threshold), 100 * cost),
    svgElement("circle", { class: "is-least", cx: x, cy: y, r: 3.4 }),
  );
  const where =
    cheapest.threshold === Infinity ? "calling none" : `a threshold of ${scoreText(cheapest.threshold)}`;
  const least = formatNumber(100 * cheapest.cost);
  v.costs.caption.textContent = `Cost of 100 cells for every threshold; the ring marks the least, ${least}, at ${where}`;
  v.costs.area.setAttribute("aria-label", `${v.costs.caption.textContent}.`);
}
