// The look of the dense widget: its elements, and how the cell and what each class sees of it are drawn.

const TOOLS = [
  ["look", "look at a pixel"],
  ["bright", "paint bright"],
  ["dark", "paint dark"],
  ["restore", "take paint off"],
];
const ORDERS = [
  ["kept", "all in place"],
  ["pixels", "pixels shuffled"],
  ["both", "pixels and weights shuffled alike"],
];
const CHANNELS = ["red", "green", "blue"];

/** All elements, made once and without content. `on` holds what they call. */
function makeView(on) {
  const pointing = { onpointerdown: on.press, onpointermove: on.drag, onclick: on.click };
  const arrow = (text, name, down, right) =>
    element(
      "button",
      { type: "button", "aria-label": name, title: name, onclick: () => on.shift(down, right) },
      text,
    );
  const v = {
    cell: element("select", { onchange: () => on.setting("cell", Number(v.cell.value)) }),
    order: element("select", { onchange: () => on.setting("order", v.order.value) }),
    channel: element("select", { onchange: on.view }),
    tool: radios("What a click or the space bar does", TOOLS, on.view),
    picture: stage("cellcnn-picture", {
      ...pointing,
      onkeydown: on.key,
      tabIndex: 0,
      role: "application",
      "aria-roledescription": "picture with a movable pixel",
    }),
    center: element("button", { type: "button", onclick: on.center }, "Back"),
    shifted: element("output"),
    clear: element("button", { type: "button", onclick: on.clear }, "Take all paint off"),
    classes: element("div", { class: "cellcnn-classes" }),
    weightScale: element("div", { class: "cellcnn-scale" }),
    productScale: element("div", { class: "cellcnn-scale" }),
    told: element("p"),
    toldOfAll: element("p"),
    shifts: element("table", { class: "cellcnn-shares" }),
    counts: element("table", { class: "cellcnn-shares" }),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
  };
  v.channelField = labelled("Color", v.channel);
  const arrows = element(
    "span",
    { class: "cellcnn-arrows", role: "group", "aria-label": "Shift all cells" },
    arrow("←", "Shift left", 0, -1),
    arrow("↑", "Shift up", -1, 0),
    arrow("↓", "Shift down", 1, 0),
    arrow("→", "Shift right", 0, 1),
  );
  const lead =
    "A dense layer has one weight for every pixel and class. Score = sum of pixel × weight + bias: where the pixels lie on blue weights the score rises, on orange it falls.";
  v.guess = folded("Guess first: how many cells are still right when all of them move?", v.toldOfAll, v.shifts);
  const scale = (name, node) => element("div", {}, element("span", { class: "cellcnn-note" }, name), node);
  v.root = element(
    "section",
    { class: "cellcnn-widget cellcnn-dense", "aria-label": "Dense layer, its weights as pictures" },
    element("p", { class: "cellcnn-lead" }, element("strong", {}, "Move or paint the cell. "), lead),
    element(
      "div",
      { class: "cellcnn-choices" },
      labelled("Cell", v.cell),
      v.channelField,
      labelled("Order of the pixels", v.order),
    ),
    element(
      "div",
      { class: "cellcnn-stages" },
      v.picture.figure,
      element(
        "div",
        {},
        element("div", { class: "cellcnn-row" }, arrows, v.center, v.shifted),
        v.tool.group,
        v.told,
        v.guess,
      ),
    ),
    v.classes,
    element(
      "div",
      { class: "cellcnn-stages" },
      scale("Weights", v.weightScale),
      scale("Products, pixel × weight", v.productScale),
    ),
    folded("Guess first: how many numbers must be learned when pictures grow?", v.counts),
    v.live,
  );
  v.tool.group.append(v.clear);
  keepKeys(v.root);
  setOptions(v.order, ORDERS, "kept");
  v.tool.inputs[0].checked = true;
  return v;
}

/** What would spoil a guess: shown when the reader opens it. */
function folded(summary, ...nodes) {
  return element("details", {}, element("summary", {}, summary), ...nodes);
}

/** One card for each class: its weights, the products, and what they add up to. */
function makeClasses(names) {
  return names.map((name) => {
    const [weights, products] = [0, 1].map(() => stage("cellcnn-signed", { role: "img" }));
    const values = Object.fromEntries(
      ["here", "sum", "bias", "score", "share"].map((key) => [key, element("dd")]),
    );
    const term = (text, value) => [element("dt", {}, text), value];
    const bar = element("i");
    const title = element("strong", {}, name);
    const tag = element("span");
    const node = element(
      "div",
      { class: "cellcnn-class", role: "group", "aria-label": `Class ${name}` },
      element("p", {}, title, " ", tag),
      element("div", { class: "cellcnn-pair" }, weights.figure, products.figure),
      element(
        "dl",
        {},
        ...term("marked pixel", values.here),
        ...term("all pixels", values.sum),
        ...term("+ bias", values.bias),
        ...term("= score", values.score),
        ...term("softmax", values.share),
      ),
      element("div", { class: "cellcnn-bar", "aria-hidden": "true" }, bar),
    );
    return { name, node, weights, products, values, bar, tag };
  });
}

/** The cell in its own colors or grey, or one channel of it. */
function drawCell(canvas, values, { rows, columns, channels }, channel, white) {
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  for (let place = 0; place < rows * columns; place++) {
    for (let i = 0; i < 3; i++) {
      const from = channel ?? (channels === 3 ? i : 0);
      image.data[4 * place + i] = Math.round((255 * values[place * channels + from]) / white);
    }
    image.data[4 * place + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function showCell(v, { cells, values, row, column, channel }) {
  const { rows, columns } = cells;
  const isGrey = cells.channels === 1 || channel !== null;
  const white = cells.channels === 1 ? values.reduce((a, b) => Math.max(a, b), 0) || 1 : 1; // dim cells can be seen
  drawCell(v.picture.canvas, values, cells, channel, white);
  drawScale(v.picture.scale, { black: 0, white });
  v.picture.scale.hidden = !isGrey;
  place(v.picture.canvas, { top: 0, left: 0, rows, columns }, cells);
  place(v.picture.mark, { top: row, left: column, rows: 1, columns: 1 }, cells);
  v.root.style.setProperty("--ratio", Math.min(1, columns / rows));
  v.picture.field.style.aspectRatio = `${columns} / ${rows}`;
  v.picture.caption.textContent = `Cell, ${rows} × ${columns}${cells.channels === 3 ? " × 3" : ""}`;
  v.picture.field.setAttribute(
    "aria-label",
    `Cell. The arrow keys move the mark; it is at row ${row}, column ${column}.`,
  );
}

/** A small picture of values with a sign. */
function showPlane(shown, values, { rows, columns }, limit, name, row, column) {
  drawSigned(shown.canvas, { rows, columns, values }, limit);
  place(shown.canvas, { top: 0, left: 0, rows, columns }, { rows, columns });
  place(shown.mark, { top: row, left: column, rows: 1, columns: 1 }, { rows, columns });
  shown.field.style.aspectRatio = `${columns} / ${rows}`;
  shown.caption.textContent = name;
}

/** A table from rows of text; the first of each row is its head. */
function fillTable(table, caption, heads, rows, current = -1) {
  const head = (text, scope) => element("th", { scope }, text);
  const cell = (text, at) => element("td", { class: at === current ? "is-current" : "" }, text);
  table.replaceChildren(
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...heads.map((text) => head(text, "col")))),
    element(
      "tbody",
      {},
      ...rows.map(([first, ...rest]) => element("tr", {}, head(first, "row"), ...rest.map(cell))),
    ),
  );
}
