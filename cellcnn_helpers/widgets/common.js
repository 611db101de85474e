// What all widgets share. Python puts this text before the widget's own; together they are one ES module.

/** element("button", {type: "button", onclick: step}, "Next"): functions and booleans are set as properties. */
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "string") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

/** A control under its visible label. */
function labelled(text, control) {
  return element("label", { class: "cellcnn-field" }, element("span", {}, text), control);
}

function checkbox(text, onchange) {
  const input = element("input", { type: "checkbox", onchange });
  return { input, label: element("label", { class: "cellcnn-check" }, input, text) };
}

/** Choices that exclude one another, all in sight, under a legend. */
function radios(legend, options, onchange) {
  const name = `cellcnn-${Math.random()}`; // buttons of one name belong together in the whole page
  const inputs = options.map(([value]) => element("input", { type: "radio", name, value, onchange }));
  const labels = options.map(([, text], i) => element("label", { class: "cellcnn-check" }, inputs[i], text));
  const row = element("div", { class: "cellcnn-radios" }, ...labels);
  return { inputs, group: element("fieldset", {}, element("legend", {}, legend), row) };
}

/** Fill a <select> with [value, text] pairs and choose one; untouched if nothing changed, so that it stays open. */
function setOptions(select, options, chosen) {
  const text = JSON.stringify(options);
  if (select.dataset.options !== text) {
    select.dataset.options = text;
    select.replaceChildren(...options.map(([value, label]) => element("option", { value }, label)));
  }
  select.value = chosen;
}

/** Whole numbers in full, others rounded to what fits a table cell, or `finer`; a true minus sign. */
function formatNumber(value, finer = 0) {
  const size = Math.abs(value);
  let text = String(value);
  if (!Number.isInteger(value)) {
    const decimals = size >= 10 ? 1 : size >= 1 ? 2 : 3;
    text = String(
      size >= 0.1 ? Number(value.toFixed(decimals + finer)) : Number(value.toPrecision(2 + finer)),
    );
  }
  return text.replace(/-/g, "−");
}

/** True if formatNumber shows the value itself, not a rounded one. */
function isShownExactly(value, finer = 0) {
  return parseNumber(formatNumber(value, finer)) === value;
}

/** The number in "−1", "0.5", "0,5" or "1/9"; NaN for anything else. */
function parseNumber(text) {
  const parts = text.trim().replace(/[−–]/g, "-").replace(",", ".").split("/");
  const numbers = parts.map((part) =>
    /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(part) ? Number(part) : NaN,
  );
  const value = numbers.length === 1 ? numbers[0] : numbers.length === 2 ? numbers[0] / numbers[1] : NaN;
  return Number.isFinite(value) ? value : NaN;
}

/** {shape, dtype, data} from Python -> {rows, columns, values, black, white}: the last two are how it is drawn. */
function pictureFromPython({ shape, dtype, data }) {
  const bytes = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  const values = Float64Array.from(new { uint8: Uint8Array, float32: Float32Array }[dtype](bytes));
  const white = dtype === "uint8" ? 255 : values.reduce((a, b) => Math.max(a, b), 1);
  const black = values.reduce((a, b) => Math.min(a, b), 0);
  return { rows: shape[0], columns: shape[1], values, black, white };
}

/** Grey level 0–255 of `value` on a scale from `black` to `white`. */
function greyLevel(value, { black, white }) {
  return Math.round(255 * Math.min(1, Math.max(0, (value - black) / (white - black))));
}

/** Draw values one canvas pixel each (the style sheet enlarges them); places where `hidden` answers true stay clear. */
function drawGrey(canvas, { rows, columns, values }, scale, hidden = () => false) {
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  values.forEach((value, place) => {
    if (hidden(place)) return;
    image.data.fill(greyLevel(value, scale), 4 * place, 4 * place + 3);
    image.data[4 * place + 3] = 255;
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** A table of numbers, refilled rather than rebuilt. `cells` are its data cells, row by row. */
function numberTable(caption, rows, columns, content = () => []) {
  const cells = [];
  const body = element("tbody");
  for (let i = 0; i < rows; i++) {
    const line = element("tr");
    for (let j = 0; j < columns; j++) {
      cells.push(element("td", {}, ...content(i, j)));
      cells.at(-1).dataset.place = String(cells.length - 1);
      line.append(cells.at(-1));
    }
    body.append(line);
  }
  return { cells, table: element("table", {}, element("caption", {}, caption), body) };
}

/** A framed picture: a canvas, marks laid over it in percent, a caption and a scale. */
function stage(className, attributes) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const mark = element("div", { class: "cellcnn-mark" });
  const field = element("div", { class: "cellcnn-field-of-view", ...attributes }, canvas, mark);
  const caption = element("figcaption");
  const scale = element("div", { class: "cellcnn-scale" });
  return {
    canvas,
    mark,
    field,
    caption,
    scale,
    figure: element("figure", { class: className }, caption, field, scale),
  };
}

/** Lay a node over part of a grid of `all` rows and columns. */
function place(node, { top, left, rows, columns }, { rows: allRows, columns: allColumns }) {
  const percent = (part, all) => `${(100 * part) / all}%`;
  node.style.top = percent(top, allRows);
  node.style.left = percent(left, allColumns);
  node.style.height = percent(rows, allRows);
  node.style.width = percent(columns, allColumns);
}

/** The grey bar under a picture, with the numbers that black and white stand for. */
function drawScale(node, { black, white }) {
  const numbers = black < 0 && white > 0 ? [black, 0, white] : [black, white];
  node.replaceChildren(element("i"), ...numbers.map((number) => element("span", {}, formatNumber(number))));
}

/** What the arrow keys, Home, End, Page Up and Page Down move: [rows, columns]. */
const ARROWS = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [0, -1e3],
  End: [0, 1e3],
  PageUp: [-1e3, 0],
  PageDown: [1e3, 0],
};

/** Keep plain keys from the page around: in JupyterLab a “b” on a button would insert a cell. */
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
}

/** Run `update` once after any number of changes to the model's `names`; returns a function that stops it. */
function onChange(model, names, update) {
  let waiting = false;
  let stopped = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (!stopped) update();
    });
  };
  for (const name of names) model.on(`change:${name}`, later);
  return () => {
    stopped = true;
    for (const name of names) model.off(`change:${name}`, later);
  };
}

/** Set several values at once, here and, where there is one, in the kernel. */
function save(model, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  model.save_changes();
}
