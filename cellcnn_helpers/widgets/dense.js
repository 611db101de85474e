// The dense widget. State lives in the model: cells, weights, bias, cell, shifts, order, row, column.
// What concerns only one view (paint, the tool, the color looked at) stays in it. Arithmetic: dense_layer.js.

const TRAITS = ["cells", "weights", "bias", "cell", "shift_down", "shift_right", "order", "row", "column"];
const LARGEST_SHIFT = 8;
const SHIFTS_SHOWN = 7;
const BRUSH = 1; // pixels on each side of the one pointed at

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el }) {
  const v = makeView({
    setting: (name, value) => save(model, { [name]: value }),
    view: update,
    shift: shiftBy,
    center: () => save(model, { shift_down: 0, shift_right: 0 }),
    clear,
    press: onPress,
    drag: onDrag,
    click: onClick,
    key: onKey,
  });
  el.append(v.root);

  let data = null; // what Python gave: {cells, weights, bias, permutation}
  let classes = []; // the cards
  let now = null; // what is shown
  let counted = { key: "", shares: [] };
  const paint = new Map(); // number of the cell -> its edits

  // ---- reading the model ----
  function readData() {
    const [given, weights, bias] = ["cells", "weights", "bias"].map((name) => model.get(name));
    if (data?.given === given && data.from === weights && data.bias_from === bias) return;
    const cells = cellsFromPython(given);
    data = { given, from: weights, bias_from: bias, cells };
    data.weights = numbersFromPython(weights);
    data.bias = numbersFromPython(bias);
    data.permutation = fixedPermutation(cells.rows * cells.columns);
    counted.key = "";
    classes = makeClasses(cells.names);
    v.classes.replaceChildren(...classes.map(({ node }) => node));
    setOptions(
      v.cell,
      Array.from({ length: cells.count }, (_, i) => [i, `${i}: ${cells.names[cells.labels[i]]}`]),
      0,
    );
    setOptions(v.channel, [["", "all three"], ...CHANNELS.map((name, i) => [i, name])], "");
    v.channelField.hidden = cells.channels === 1;
    showCounts();
  }

  function readState() {
    readData();
    const { cells, permutation, bias } = data;
    const order = model.get("order");
    const shift = { down: model.get("shift_down"), right: model.get("shift_right") };
    const index = Math.min(model.get("cell"), cells.count - 1);
    const pixelOrder = order === "kept" ? null : permutation;
    const moved = movedCell(cells, index, shift, paint.get(index));
    const values = pixelOrder ? reordered(moved, pixelOrder, cells.channels) : moved;
    const width = cells.channels * bias.length;
    const weights = order === "both" ? reordered(data.weights, permutation, width) : data.weights;
    return {
      ...{ cells, bias, weights, values, index, shift, order, pixelOrder },
      scores: denseScores(values, weights, bias),
      channel: v.channel.value === "" ? null : Number(v.channel.value),
      row: Math.min(model.get("row"), cells.rows - 1),
      column: Math.min(model.get("column"), cells.columns - 1),
    };
  }

  // ---- showing it ----
  function update() {
    now = readState();
    const { shift, order, index, row, column } = now;
    if (row !== model.get("row") || column !== model.get("column")) save(model, { row, column });
    v.cell.value = String(index);
    v.order.value = order;
    const words = [];
    if (shift.right) words.push(`${Math.abs(shift.right)} to the ${shift.right > 0 ? "right" : "left"}`);
    if (shift.down) words.push(`${Math.abs(shift.down)} ${shift.down > 0 ? "down" : "up"}`);
    v.shifted.textContent = words.length ? `shifted by ${words.join(", ")}` : "not shifted";
    v.center.disabled = !words.length;
    v.clear.disabled = !paint.size;
    v.picture.field.classList.toggle("is-painting", tool() !== "look");
    showCell(v, now);
    showClasses();
    showShares();
  }

  function showClasses() {
    const { cells, values, weights, bias, scores, index, row, column, channel } = now;
    const units = bias.length;
    const all = products(values, weights, units);
    const planes = (from) => classes.map((_, unit) => onePlane(from, cells, units, unit, channel));
    const [weightPlanes, productPlanes] = [planes(weights), planes(all)];
    const [weightLimit, productLimit] = [weightPlanes, productPlanes].map((each) =>
      Math.max(...each.map((plane) => plane.reduce((a, b) => Math.max(a, Math.abs(b)), 0))) || 1,
    );
    const shares = softmax(scores);
    const chosen = highestPlace(scores);
    const at = row * cells.columns + column;
    classes.forEach(({ name, node, weights: seen, products: adds, values: shown, bar, tag }, unit) => {
      showPlane(seen, weightPlanes[unit], cells, weightLimit, "Weights", row, column);
      showPlane(adds, productPlanes[unit], cells, productLimit, "Products", row, column);
      seen.field.setAttribute("aria-label", `Weights of ${name}`);
      adds.field.setAttribute("aria-label", `Products, pixel × weight, for ${name}`);
      shown.here.textContent = written(at, unit, all, units);
      shown.sum.textContent = formatNumber(scores[unit] - bias[unit]);
      shown.bias.textContent = formatNumber(bias[unit]);
      shown.score.replaceChildren(element("data", { value: String(scores[unit]) }, formatNumber(scores[unit])));
      shown.share.replaceChildren(element("data", { value: String(shares[unit]) }, percent(shares[unit])));
      bar.style.width = `${100 * shares[unit]}%`;
      node.classList.toggle("is-chosen", unit === chosen);
      const words = [unit === chosen && "answer", unit === cells.labels[index] && "true class"];
      tag.textContent = words.filter(Boolean).join(", ");
    });
    drawSignedScale(v.weightScale, weightLimit);
    drawSignedScale(v.productScale, productLimit);
    const isRight = chosen === cells.labels[index];
    now.answer = `${cells.names[chosen]}, ${percent(shares[chosen])}: ${isRight ? "right" : `wrong, it is ${cells.names[cells.labels[index]]}`}.`;
  }

  /** “0.53 × −0.2 = −0.11” for a grey cell; what all three products add for a colored one. */
  function written(at, unit, all, units) {
    const { cells, values, weights } = now;
    const sum = onePlane(all, cells, units, unit, null)[at];
    if (cells.channels > 1) return formatNumber(sum);
    const weight = formatNumber(weights[at * units + unit]);
    return `${formatNumber(values[at])} × ${weight} = ${formatNumber(sum)}`;
  }

  const percent = (share) => `${formatNumber(Math.round(1000 * share) / 10)} %`;

  /** How many of all cells are right, as they are now and for each shift to the right. */
  function showShares() {
    const { cells, weights, bias, shift, order, pixelOrder } = now;
    const key = JSON.stringify([order, shift]);
    if (counted.key !== key) {
      const right = (where) => countRight(cells, weights, bias, where, pixelOrder) / cells.count;
      const sameOrder = counted.order === order && counted.key;
      counted = {
        key,
        order,
        here: right(shift),
        shares: sameOrder
          ? counted.shares
          : Array.from({ length: SHIFTS_SHOWN }, (_, by) => right({ down: 0, right: by })),
      };
    }
    const current = shift.down === 0 && shift.right >= 0 ? shift.right : -1;
    fillTable(
      v.shifts,
      "Right answers when every cell moves to the right",
      ["Pixels", ...counted.shares.map((_, by) => String(by))],
      [["Right", ...counted.shares.map((share) => `${Math.round(100 * share)} %`)]],
      current,
    );
    const [one, all] = [v.told, v.toldOfAll];
    one.textContent = `This cell: ${now.answer}`;
    all.textContent = `Of all ${cells.count} cells, moved alike, ${Math.round(counted.here * cells.count)} are right.`;
    v.live.textContent = v.guess.open ? `${one.textContent} ${all.textContent}` : one.textContent;
  }

  function showCounts() {
    const { cells, bias } = data;
    const sizes = [...new Set([cells.rows === cells.columns ? cells.rows : 28, 64, 224])];
    const count = (number) => number.toLocaleString("en-US");
    const rows = sizes.map((size) => {
      const counts = parameterCounts(size, cells.channels, bias.length);
      return [`${size} × ${size}`, count(counts.dense), count(counts.convolution)];
    });
    const caption = `Weights and biases for ${bias.length} outputs from ${cells.channels === 1 ? "one channel" : "three channels"}`;
    fillTable(v.counts, caption, ["Picture", "Dense", "3 × 3 convolution"], rows);
  }

  // ---- what the reader does ----
  function shiftBy(down, right) {
    const within = (value) => Math.max(-LARGEST_SHIFT, Math.min(LARGEST_SHIFT, value));
    save(model, {
      shift_down: within(model.get("shift_down") + down),
      shift_right: within(model.get("shift_right") + right),
    });
  }

  const tool = () => v.tool.inputs.find((input) => input.checked).value;

  function clear() {
    paint.clear();
    update();
  }

  /** Use the tool at the marked pixel and around it. */
  function usePaint() {
    const { cells, index, shift, pixelOrder, row, column } = now;
    const { rows, columns, channels } = cells;
    const edits = paint.get(index) ?? new Map();
    const own = movedCell(cells, index, { down: 0, right: 0 });
    const pick = tool() === "bright" ? Math.max : Math.min;
    const color = Array.from({ length: channels }, (_, channel) =>
      own.reduce((best, value, at) => (at % channels === channel ? pick(best, value) : best), own[channel]),
    );
    for (let r = Math.max(0, row - BRUSH); r <= Math.min(rows - 1, row + BRUSH); r++) {
      for (let c = Math.max(0, column - BRUSH); c <= Math.min(columns - 1, column + BRUSH); c++) {
        const shownAt = r * columns + c;
        const source = sourceOf(pixelOrder ? pixelOrder[shownAt] : shownAt, cells, shift);
        if (tool() === "restore") edits.delete(source);
        else edits.set(source, color);
      }
    }
    if (edits.size) paint.set(index, edits);
    else paint.delete(index);
    update();
  }

  function point(event) {
    const box = v.picture.field.getBoundingClientRect();
    const { rows, columns } = now.cells;
    const within = (share, size) => Math.max(0, Math.min(size - 1, Math.floor(share * size)));
    const row = within((event.clientY - box.top) / box.height, rows);
    const column = within((event.clientX - box.left) / box.width, columns);
    if (row === now.row && column === now.column && event.type === "pointermove") return;
    save(model, { row, column });
    now = { ...now, row, column };
    if (tool() !== "look") usePaint();
  }

  function onPress(event) {
    if (tool() !== "look") point(event);
  }

  function onDrag(event) {
    if (event.buttons === 1 && (tool() !== "look" || event.pointerType !== "touch")) point(event);
  }

  function onClick(event) {
    if (tool() === "look") point(event); // a tap; a finger that scrolls is none
  }

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const by = ARROWS[event.key];
    if (!by && event.key !== " ") return;
    event.preventDefault(); // the page must not scroll
    if (!by) return tool() === "look" ? undefined : usePaint();
    const { cells, row, column } = now;
    save(model, { row: inside(row + by[0], cells.rows), column: inside(column + by[1], cells.columns) });
  }

  const forget = onChange(model, TRAITS, update);
  update();
  return forget;
}

export { denseScores, softmax, movedCell, reordered, fixedPermutation, numbersFromPython };

export default { render };
