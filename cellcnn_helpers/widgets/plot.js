// Axes for curves and paths: the lines are SVG, which takes its colors from the style sheet; the words are text.

function svgElement(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** An empty plot, `ratio` times as wide as high. `setAxes` gives it its ranges; `layers` are its SVG groups. */
function makePlot(name, { ratio = 1.4, across, up }) {
  const layers = svgElement("g");
  const svg = svgElement("svg", { viewBox: `0 0 ${100 * ratio} 100`, "aria-hidden": "true" }, layers);
  const area = element("div", { class: "cellcnn-plot-area", role: "img" }, svg);
  area.style.aspectRatio = String(ratio);
  const [columns, rows] = [element("div", { class: "is-across" }), element("div", { class: "is-up" })];
  const [acrossTitle, upTitle] = [element("span"), element("span")];
  const caption = element("figcaption");
  const frame = element("div", { class: "cellcnn-plot-frame" }, area, columns, rows);
  const figure = element("figure", { class: `cellcnn-plot ${name}` }, caption, upTitle, frame, acrossTitle);
  acrossTitle.className = "cellcnn-plot-across";
  upTitle.className = "cellcnn-plot-up";
  [acrossTitle.textContent, upTitle.textContent] = [across, up];
  return { figure, caption, area, svg, layers, columns, rows, acrossTitle, upTitle, ratio };
}

/** Three to six round numbers from `low` to `high`. */
function roundTicks(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Two to five powers of ten from 10 ** `low` to 10 ** `high`. */
function powerTicks(low, high) {
  const step = Math.ceil((high - low) / 4);
  const first = Math.ceil(low - 1e-9);
  return Array.from(
    { length: Math.floor((high - first) / step + 1e-9) + 1 },
    (_, i) => 10 ** (first + i * step),
  );
}

/** As formatNumber, but 2.1 · 10⁻⁵ where the zeros would be many. */
function tinyNumber(value, finer = 0) {
  if (!value || Math.abs(value) >= 1e-3) return formatNumber(value, finer);
  const [digits, power] = value.toExponential(1).split("e");
  const raised = [...power].map((sign) => "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹"["-+0123456789".indexOf(sign)]).join("");
  return digits === "1.0" ? `10${raised}` : `${digits.replace("-", "−")} · 10${raised}`;
}

/** Ranges [low, high] of both axes; `log` counts the upward one in powers of ten. */
function setAxes(plot, x, y, { log = false } = {}) {
  const height = log ? Math.log10 : (value) => value;
  const [bottom, top] = y.map(height);
  plot.toX = (value) => (100 * plot.ratio * (value - x[0])) / (x[1] - x[0]);
  plot.toY = (value) => 100 - (100 * (height(value) - bottom)) / (top - bottom);
  plot.fromArea = (part, down) => [x[0] + part * (x[1] - x[0]), y[1] - down * (y[1] - y[0])];
  const ticks = log ? powerTicks(bottom, top) : roundTicks(bottom, top);
  const tick = (value, style) => element("span", { style }, tinyNumber(value));
  const [wide, high] = [100 * plot.ratio, 100];
  plot.columns.replaceChildren(
    ...roundTicks(...x).map((value) => tick(value, `left: ${(100 * plot.toX(value)) / wide}%`)),
  );
  plot.rows.replaceChildren(...ticks.map((value) => tick(value, `top: ${(100 * plot.toY(value)) / high}%`)));
}

/** The SVG path through [x, y] pairs in the plot's units; points that are no finite numbers are left out. */
function pathThrough(plot, points) {
  const text = points
    .map(([x, y]) => [plot.toX(x), plot.toY(y)])
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
    .map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`);
  return text.length ? `M${text.join("L")}` : "";
}

/** A line of the plot. */
function plotLine(plot, className, points) {
  return svgElement("path", { class: className, d: pathThrough(plot, points) });
}

/** Where a pointer is in the plot's units. */
function pointedAt(plot, event) {
  const box = plot.area.getBoundingClientRect();
  return plot.fromArea((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
}
