// The explorer. State lives in the model: cells, model, cell, and the place that is followed.
// What concerns only one view (paint, the patch, the reader's own picture) stays in it.

const TRAITS = ["cells", "model", "cell", "layer", "channel", "row", "column"];
const SPEAK_MS = 600; // a screen reader is told when the reader rests

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el }) {
  const pointing = { press: onPress, drag: onDrag, release: onRelease, click: onClick, leave: onLeave };
  const v = makeView({ view: later, file: openFile, pick, undo, reset, everywhere, key: onKey, ...pointing });
  const follow = makeFollow({ choose, back, forward });
  el.append(layOut(v, follow.node));

  let data = null; // what Python gave: {given, from, network, all, names, rows, scores}
  let now = null; // what is shown
  let own = null; // {picture, isChosen}: the reader's own
  let mark = { row: 0, column: 0 }; // on the picture
  let isCovering = false;
  let path = []; // the places that were followed back
  let [opening, searching, waiting, speaking] = [0, 0, 0, 0];
  const paints = new WeakMap(); // picture -> what was painted on it

  // ---- reading the model ----
  function readData() {
    const [given, from] = [model.get("cells"), model.get("model")];
    if (data && data.cell !== model.get("cell") && own) own.isChosen = false; // Python chose another
    if (data) data.cell = model.get("cell");
    if (data?.given === given && data.from === from) return;
    const network = networkFromPython(from);
    const names = namesOfLayers(network.layers);
    const working = network.layers.filter(({ type }) => type !== "Dropout"); // it does nothing here
    const rows = working.map((layer) => makeLayerRow(layer, names[layer.index], network, choose));
    data = { given, from, network, names, rows, cell: model.get("cell") };
    [data.all, data.scores] = [picturesFromPython(given), makeScores(network.names)];
    v.layers.replaceChildren(...rows.map(({ node }) => node));
    v.scores.replaceChildren(...data.scores.map(({ node }) => node));
    const [height, width] = network.inputShape;
    mark = { row: Math.floor(height / 2), column: Math.floor(width / 2) };
    v.patch.max = String(Math.min(15, height, width));
    fillAbout(v.about, from.about);
    [own, path] = [null, []];
    showThumbs(v, data.all, own, chooseCell);
  }

  function followed() {
    const [layer, channel, row, column] = TRAITS.slice(3).map((name) => model.get(name));
    const { layers } = data.network;
    const number = layer < 0 || layer >= layers.length ? layers.length - 1 : layer;
    return placeInside(layers[number], { layer: number, channel, row, column });
  }

  const tool = () => v.tool.inputs.find((input) => input.checked).value;
  const original = () => (own?.isChosen ? own.picture : data.all[Math.min(model.get("cell"), data.all.length - 1)]);

  function painting() {
    const picture = original();
    if (!paints.has(picture)) paints.set(picture, paintable(picture));
    return paints.get(picture);
  }

  // ---- showing it ----
  /** Show all anew before the next picture on the screen, once however often it is asked for. */
  function later() {
    if (!waiting) waiting = requestAnimationFrame(update);
  }

  function update() {
    cancelAnimationFrame(waiting);
    waiting = 0;
    readData();
    const [painted, picture, { network, names }] = [painting(), original(), data];
    isCovering &&= tool() === "cover";
    const square = squareAround(picture, mark, Math.min(Number(v.patch.value), picture.rows, picture.columns));
    const color = coverColor(picture, painted.values(), v.fill.value);
    const values = isCovering ? covered(picture, painted.values(), square, color) : painted.values();
    const outputs = runNetwork(network, values);
    const scores = outputs.at(-1).values;
    if (data.untouched?.picture !== picture) {
      data.untouched = { picture, shares: softmax(runNetwork(network, picture.values).at(-1).values) };
    }
    now = { painted, picture, values, outputs, scores, shares: softmax(scores), square, color, isCovering };
    now.answer = highestPlace(scores);
    const at = followed();
    for (const row of data.rows) row.show(outputs[row.index], at);
    const trace = traceValue(network, outputs, values, at);
    follow.show({ trace, at, names, network, outputs, before: before(at.layer), canForward: path.length > 0 });
    keepFollowNear(v, follow.node, data.rows.find(({ index }) => index === at.layer).node);
    showPicture(v, { ...now, mark, tool: tool(), seen: seenBy(network, at) });
    showScores(data.scores, { ...now, untouched: data.untouched.shares, label: picture.label });
    showAnswer();
    if (v.falls.of !== painted.values()) hideFalls();
    v.inputs[own?.isChosen ? data.all.length : data.all.indexOf(picture)].checked = true;
    v.note.textContent = picture.note ?? "";
    [v.undo.disabled, v.reset.disabled] = [!painted.isChanged(), !painted.isChanged()];
  }

  function showAnswer() {
    const { shares, answer, picture, square } = now;
    const { names } = data.network;
    const truth = picture.label === undefined ? "nobody has told what it is" : `it is ${names[picture.label]}`;
    const verdict = answer === picture.label ? "right" : truth;
    const where = now.isCovering ? ` Covered from row ${square.top}, column ${square.left}.` : "";
    v.told.replaceChildren(element("strong", {}, names[answer]), `, ${percent(shares[answer])}: ${verdict}.${where}`);
    clearTimeout(speaking);
    speaking = setTimeout(() => (v.live.textContent = v.told.textContent), SPEAK_MS);
  }

  function hideFalls() {
    if (v.falls.figure.hidden && v.falls.of === null) return;
    searching++;
    v.falls.of = null;
    v.falls.figure.hidden = true;
    v.progress.textContent = "";
  }

  // ---- following a value ----
  const savePlace = (at) => save(model, placeInside(data.network.layers[at.layer], at));

  function choose(at) {
    path = [];
    savePlace(at);
    later();
  }

  /** The number of the layer before, without those that do nothing here; −1 is the picture. */
  function before(layer) {
    const { layers } = data.network;
    return layers.findLastIndex(({ type, index }) => index < layer && type !== "Dropout");
  }

  function back(place) {
    const at = followed();
    path.push(at);
    const { row = 0, column = 0, channel } = place;
    savePlace({ layer: before(at.layer), row, column, channel });
    later();
  }

  function forward() {
    if (path.length) savePlace(path.pop());
    later();
  }

  // ---- the picture ----
  function chooseCell(index) {
    const isOwn = index === data.all.length;
    if (own) own.isChosen = isOwn;
    isCovering = false;
    if (!isOwn) save(model, { cell: index });
    later();
  }

  async function openFile(input) {
    const [chosen, turn] = [input.files[0], ++opening];
    if (!chosen) return;
    try {
      const picture = await openForNetwork(chosen, data.network.inputShape);
      if (turn !== opening) return; // another file was chosen meanwhile
      own = { picture, isChosen: true };
      v.message.textContent = "";
      showThumbs(v, data.all, own, chooseCell);
      later();
    } catch (error) {
      if (turn === opening) v.message.textContent = `${error.message} The picture stays as it was.`;
    } finally {
      input.value = ""; // so that the same file can be chosen again
    }
  }

  function brushColor() {
    const bytes = [1, 3, 5].map((from) => parseInt(v.color.value.slice(from, from + 2), 16));
    if (now.picture.channels === 3) return bytes.map((byte) => byte / 255);
    return [((0.299 * bytes[0] + 0.587 * bytes[1] + 0.114 * bytes[2]) / 255) * now.picture.white];
  }

  /** Use the tool at the mark; `isNew` begins a stroke, which can be undone as a whole. */
  function act(isNew) {
    if (tool() === "cover") isCovering = true;
    if (tool() === "draw" || tool() === "erase") {
      if (isNew) now.painted.begin();
      now.painted.paint(mark, Number(v.brush.value), tool() === "draw" ? brushColor() : null);
    }
    later();
  }

  function pick() {
    const { channels, columns, white } = now.picture;
    const from = (mark.row * columns + mark.column) * channels;
    const byte = (i) => Math.round((255 * now.painted.values()[from + (channels === 3 ? i : 0)]) / white);
    v.color.value = `#${[0, 1, 2].map((i) => byte(i).toString(16).padStart(2, "0")).join("")}`;
    v.tool.inputs.find(({ value }) => value === "draw").checked = true;
    later();
  }

  function undo() {
    now.painted.undo();
    later();
  }

  function reset() {
    now.painted.reset();
    later();
  }

  function pointTo(event) {
    const [y, x] = shareOf(event, v.picture.field);
    const { rows, columns } = now.picture;
    mark = { row: inside(Math.floor(y * rows), rows), column: inside(Math.floor(x * columns), columns) };
  }

  function onPress(event) {
    if (tool() === "look" || event.button > 0) return;
    v.picture.field.setPointerCapture(event.pointerId);
    pointTo(event);
    act(true);
  }

  function onDrag(event) {
    const isHeld = event.buttons === 1;
    if (tool() === "cover" ? isHeld || event.pointerType === "mouse" : isHeld && tool() !== "look") {
      pointTo(event);
      act(false);
    }
  }

  function onRelease(event) {
    if (event.pointerType !== "mouse") onLeave();
  }

  /** The patch goes with the pointer; one that the keys have laid stays. */
  function onLeave() {
    isCovering = false;
    later();
  }

  function onClick(event) {
    if (tool() !== "look") return;
    pointTo(event); // a tap; a finger that scrolls is none
    later();
  }

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const by = ARROWS[event.key];
    if (!by && event.key !== " " && event.key !== "Escape") return;
    event.preventDefault(); // the page must not scroll
    const { rows, columns } = now.picture;
    if (by) mark = { row: inside(mark.row + by[0], rows), column: inside(mark.column + by[1], columns) };
    if (event.key === "Escape") isCovering = false;
    else if (event.key === " " || tool() === "cover") act(true);
    later();
  }

  /** Cover every place in turn and show what the answer loses. */
  async function everywhere() {
    const turn = ++searching;
    isCovering = false;
    update();
    const { picture, values, square, color, answer } = now; // the values as painted, with nothing covered
    const { network } = data;
    const score = (changed) => runNetwork(network, changed).at(-1).values[answer];
    v.falls.of = values;
    const patch = { size: square.size, step: Math.min(2, square.size), color };
    const onpart = (share) => {
      if (turn === searching) v.progress.textContent = percent(share);
      return turn === searching;
    };
    const falls = await occlusionMap(picture, values, patch, score, onpart);
    if (!falls || turn !== searching) return;
    showFalls(v.falls, picture, falls, network.names[answer]);
    v.progress.textContent = "";
  }

  const forget = onChange(model, TRAITS, update);
  window.addEventListener("resize", later);
  update();
  return () => {
    forget();
    window.removeEventListener("resize", later);
    cancelAnimationFrame(waiting);
    clearTimeout(speaking);
    searching++;
  };
}

export { networkFromPython, runNetwork, traceValue, seenBy };

export default { render };
