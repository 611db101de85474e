// Every map of every layer, small and side by side; the keys and the pointer choose a value in them.

const MAPS_IN_A_ROW = 8;
const LONGEST_ROW = 48; // numbers of a flat layer
const LAYER_NAMES = {
  Rescaling: "Scaled pixels",
  Normalization: "Standardized pixels",
  Conv2D: "Convolution",
  BatchNormalization: "Batch normalization",
  MaxPooling2D: "Max pooling",
  GlobalAveragePooling2D: "Global average pooling",
  Dense: "Dense layer",
};

/** What the reader calls each layer: layers of one type are counted, the last one gives the scores. */
function namesOfLayers(layers) {
  const total = {};
  const counted = {};
  for (const { type } of layers) total[type] = (total[type] ?? 0) + 1;
  return layers.map(({ type, activation }, index) => {
    counted[type] = (counted[type] ?? 0) + 1;
    if (index === layers.length - 1) return "Scores";
    const name = LAYER_NAMES[type] ?? type;
    const number = total[type] > 1 ? ` ${counted[type]}` : "";
    return `${name}${number}${activation === "relu" ? " and ReLU" : ""}`;
  });
}

/** “map 5, row 3, column 2” or “number 7” of a flat layer; a score has the name of its class. */
function placeInWords({ shape, index }, { channel, row, column }, { layers, names }) {
  if (index === layers.length - 1) return names[channel];
  return shape.length === 3 ? `map ${channel}, row ${row}, column ${column}` : `number ${channel}`;
}

const scaleOf = (values) => ({
  black: values.reduce((a, b) => Math.min(a, b), 0),
  white: values.reduce((a, b) => Math.max(a, b), 0) || 1,
});

/** Where the pointer is in a node: (0, 0) to (1, 1), down and across. */
function shareOf(event, node) {
  const box = node.getBoundingClientRect();
  return [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
}

/** One channel of maps as a picture: grey where no value is below 0, else orange, white and blue. */
function drawMap(canvas, { shape, values }, channel, scale) {
  const [rows, columns, channels] = asMaps(shape);
  drawNumbers(canvas, rows, columns, (at) => values[at * channels + channel], scale);
}

/** The signed colors once, so that no map computes its own: red, green and blue of −500 to 500. */
const SIGNED_STEPS = 500;
const SIGNED_TABLE = Uint8Array.from(
  Array.from({ length: 2 * SIGNED_STEPS + 1 }, (_, n) => signedColor(n - SIGNED_STEPS, SIGNED_STEPS)).flat(),
);

/** Numbers one canvas pixel each; places without a number stay clear. */
function drawNumbers(canvas, rows, columns, numberAt, { black, white }) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const { data } = image;
  const limit = Math.max(-black, white);
  for (let pixel = 0, to = 0; pixel < rows * columns; pixel++, to += 4) {
    const value = numberAt(pixel);
    if (value === undefined) continue;
    const color = 3 * Math.round(SIGNED_STEPS * (1 + value / limit));
    for (let i = 0; i < 3; i++) data[to + i] = black < 0 ? SIGNED_TABLE[color + i] : (255 * value) / white;
    data[to + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

const sizeInWords = ({ shape }) => {
  if (shape.length === 1) return `${shape[0]} numbers`;
  return `${shape[2]} ${shape[2] === 1 ? "map" : "maps"}, ${shape[0]}\u00a0×\u00a0${shape[1]}`;
};

/** The row of one layer. `onchoose(place)` is called with what the reader chose. */
function makeLayerRow(layer, name, network, onchoose) {
  const [rows, columns, channels] = asMaps(layer.shape);
  const isFlat = layer.shape.length === 1;
  const across = isFlat ? Math.min(channels, LONGEST_ROW) : MAPS_IN_A_ROW;
  const canvases = Array.from({ length: isFlat ? 1 : channels }, () => element("canvas"));
  const field = element(
    "div",
    {
      class: `cellcnn-maps ${isFlat ? "is-flat" : ""}`,
      tabIndex: 0,
      role: "application",
      "aria-roledescription": isFlat ? "row of numbers" : "maps of a layer",
      onclick: onPoint,
      onkeydown: onKey,
    },
    ...canvases,
  );
  const title = element("p", { class: "cellcnn-layer-name" }, element("strong", {}, name), ` ${sizeInWords(layer)}`);
  const node = element("div", { class: "cellcnn-layer" }, title, field);
  const mark = element("div", { class: "cellcnn-mark" });
  if (isFlat) field.append(mark);
  let chosen = { layer: layer.index, channel: 0, row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
  let unfolded = { rows: Math.ceil(channels / across), columns: across };

  function onPoint(event) {
    const canvas = isFlat ? canvases[0] : event.target;
    if (!canvases.includes(canvas)) return;
    const [y, x] = shareOf(event, canvas);
    const within = (share, size) => inside(Math.floor(share * size), size);
    if (isFlat) {
      const channel = within(y, unfolded.rows) * across + within(x, across);
      if (channel < channels) onchoose({ ...chosen, channel });
    } else {
      onchoose({ ...chosen, channel: canvases.indexOf(canvas), row: within(y, rows), column: within(x, columns) });
    }
  }

  function onKey(event) {
    const by = ARROWS[event.key];
    const isChoice = event.key === "Enter" || event.key === " ";
    if ((!by && !isChoice) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault(); // the page must not scroll
    const channel = by ? chosen.channel + Math.max(-channels, by[0]) * across + by[1] : chosen.channel;
    if (Math.abs(by?.[0]) === 1 && (channel < 0 || channel >= channels)) return;
    onchoose({ ...chosen, channel: inside(channel, channels) });
  }

  /** Draw the maps; `at` is the place that is followed, in this layer or in another. */
  function show(output, at) {
    const scale = scaleOf(output.values);
    const isHere = at.layer === layer.index;
    if (isHere) chosen = at;
    if (isFlat) {
      drawNumbers(canvases[0], unfolded.rows, across, (n) => output.values[n], scale);
      place(mark, { top: Math.floor(at.channel / across), left: at.channel % across, rows: 1, columns: 1 }, unfolded);
      mark.hidden = !isHere;
      field.style.setProperty("--numbers", unfolded.rows);
    } else {
      canvases.forEach((canvas, channel) => {
        drawMap(canvas, output, channel, scale);
        canvas.classList.toggle("is-chosen", isHere && channel === at.channel);
      });
    }
    node.classList.toggle("is-chosen", isHere);
    const words = placeInWords(layer, chosen, network);
    const value = formatNumber(valueAt(output, chosen));
    field.setAttribute("aria-label", `${name}, ${sizeInWords(layer)}. The arrow keys choose; now ${words}: ${value}.`);
  }

  return { node, index: layer.index, show };
}
