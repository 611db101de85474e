// The look of the explorer: its elements, and how the picture and the scores are shown.

const TOOLS = ["look", "draw", "erase", "cover"].map((tool) => [tool, tool]);
const FIRST_COLOR = "#5b2c83"; // of a stained nucleus
const ANY_PICTURE =
  "The network knows only its own classes and gives one of their names to every picture, to a cat as well. A high share does not mean that it has seen such a cell.";

/** All elements, made once and without content. `on` holds what they call. */
function makeView(on) {
  const button = (text, onclick) => element("button", { type: "button", onclick }, text);
  const range = (min, max, value) =>
    Object.assign(element("input", { type: "range", oninput: on.view }), { min, max, value });
  const v = {
    thumbs: element("fieldset", { class: "cellcnn-thumbs" }),
    file: element("input", { type: "file", accept: "image/*", onchange: () => on.file(v.file) }),
    note: element("p", { class: "cellcnn-note" }),
    message: element("p", { class: "cellcnn-message", role: "alert" }),
    picture: stage("cellcnn-picture", {
      tabIndex: 0,
      role: "application",
      "aria-roledescription": "picture with a movable mark",
      ...{ onpointerdown: on.press, onpointermove: on.drag, onpointerup: on.release, onclick: on.click },
      ...{ onpointerleave: on.leave, onkeydown: on.key },
    }),
    seen: element("div", { class: "cellcnn-seen" }),
    tool: radios("What the pointer or the space bar does", TOOLS, on.view),
    color: element("input", { type: "color", value: FIRST_COLOR, onchange: on.view }),
    brush: range(1, 9, 3),
    patch: range(3, 15, 9),
    fill: element("select", { onchange: on.view }),
    pick: button("Take the color under the mark", on.pick),
    undo: button("Undo", on.undo),
    reset: button("As it was", on.reset),
    scores: element("div", { class: "cellcnn-scores", role: "list", "aria-label": "Scores of the classes" }),
    told: element("p", { class: "cellcnn-told" }),
    everywhere: button("Cover every place in turn", on.everywhere),
    progress: element("output"),
    falls: stage("cellcnn-signed", { role: "img" }),
    layers: element("div", { class: "cellcnn-layers" }),
    about: element("dl", { class: "cellcnn-total" }),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
  };
  v.picture.field.append(v.seen);
  v.falls.figure.hidden = true;
  setOptions(v.fill, [["mean", "its mean color"], ["grey", "grey"]], "mean");
  v.tool.inputs[0].checked = true;
  v.brushField = labelled("Size of the brush", v.brush);
  v.brushSize = sizeBeside(v.brushField);
  v.colorField = labelled("Color", v.color);
  v.patchField = labelled("Size of the patch", v.patch);
  v.patchSize = sizeBeside(v.patchField);
  v.fillField = labelled("Cover with", v.fill);
  v.tool.group.append(
    element(
      "div",
      { class: "cellcnn-row" },
      ...[v.colorField, v.brushField, v.pick, v.patchField, v.fillField, v.everywhere, v.progress],
    ),
  );
  return v;
}

/** The number of a slider after its label, for the eye; a screen reader has it from the slider. */
function sizeBeside(field) {
  const size = element("b", { "aria-hidden": "true" });
  field.firstChild.append(" ", size);
  return size;
}

/** Put all elements together; `follow` is the panel of one value. */
function layOut(v, follow) {
  const lead =
    "The network computes in this page, while you look. Draw into the cell, cover a part of it, or open a picture of your own. Then click any value and follow it back to the pixels.";
  const ticks = element("p", { class: "cellcnn-note" }, "The tick on a bar: the picture as it was. At the end of a line: the score.");
  v.network = element("div", { class: "cellcnn-network" }, v.layers, follow);
  const file = element("label", { class: "cellcnn-file" }, "My own picture…", v.file);
  const root = element(
    "section",
    { class: "cellcnn-widget cellcnn-explorer", "aria-label": "Explorer of a convolutional network" },
    element("p", { class: "cellcnn-lead" }, element("strong", {}, "From the cell to the answer, and back. "), lead),
    element("div", { class: "cellcnn-specimens" }, v.thumbs, file),
    v.message,
    v.note,
    element(
      "div",
      { class: "cellcnn-top" },
      element("div", {}, v.picture.figure, element("div", { class: "cellcnn-row" }, v.undo, v.reset)),
      element("div", { class: "cellcnn-answer" }, v.told, v.scores, ticks, v.tool.group),
      v.falls.figure,
    ),
    v.network,
    element("details", {}, element("summary", {}, "Where the weights come from"), v.about),
    v.live,
  );
  keepKeys(root);
  return root;
}

/** What Python gave -> [{rows, columns, channels, values, white, label, name}]. */
function picturesFromPython(given) {
  const { count, rows, columns, channels, pixels, labels, names } = cellsFromPython(given);
  const length = rows * columns * channels;
  return Array.from({ length: count }, (_, n) => {
    const values = pixels.subarray(n * length, (n + 1) * length);
    const white = channels === 1 ? values.reduce((a, b) => Math.max(a, b), 0) || 1 : 1; // dim cells can be seen
    return { rows, columns, channels, values, white, label: labels[n], name: `cell ${n}, ${names[labels[n]]}` };
  });
}

/** The cells to choose from, each a small picture; the reader's own is the last. */
function showThumbs(v, all, own, onchoose) {
  const name = `cellcnn-${Math.random()}`;
  const pictures = own ? [...all, own.picture] : all;
  v.inputs = pictures.map((picture, index) =>
    element("input", { type: "radio", name, "aria-label": picture.name, onchange: () => onchoose(index) }),
  );
  const thumbs = pictures.map((picture, index) => {
    const canvas = element("canvas", { "aria-hidden": "true" });
    drawCell(canvas, picture, picture.values);
    return element("label", { class: "cellcnn-thumb", title: picture.name }, v.inputs[index], canvas);
  });
  v.thumbs.replaceChildren(element("legend", {}, "A cell to look at"), ...thumbs);
}

/** A picture in its own colors, or in grey. */
function drawCell(canvas, { rows, columns, channels, white }, values) {
  [canvas.width, canvas.height] = [columns, rows];
  const image = new ImageData(columns, rows);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    for (let i = 0; i < 3; i++)
      image.data[4 * pixel + i] = Math.round((255 * values[pixel * channels + (channels === 3 ? i : 0)]) / white);
    image.data[4 * pixel + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** The picture as the network gets it; the mark of the tool, and what the followed value has seen of it. */
function showPicture(v, { picture, values, mark, tool, seen, square, isCovering }) {
  const { rows, columns } = picture;
  drawCell(v.picture.canvas, picture, values);
  place(v.picture.canvas, { top: 0, left: 0, rows, columns }, picture);
  const patch = { top: square.top, left: square.left, rows: square.size, columns: square.size };
  place(v.picture.mark, isCovering ? patch : { top: mark.row, left: mark.column, rows: 1, columns: 1 }, picture);
  place(v.seen, seen, picture);
  v.seen.hidden = seen.rows === rows && seen.columns === columns;
  v.picture.field.style.aspectRatio = `${columns} / ${rows}`;
  v.picture.field.dataset.tool = tool;
  v.picture.caption.textContent = v.seen.hidden
    ? "What the network gets"
    : `What the network gets. Dashed: the ${seen.rows} × ${seen.columns} pixels behind the followed value`;
  const does = { look: "", draw: "; the space bar draws", erase: "; the space bar erases", cover: " and the patch" }[tool];
  v.picture.field.setAttribute(
    "aria-label",
    `The cell. The arrow keys move the mark${does}; it is at row ${mark.row}, column ${mark.column}.`,
  );
  v.colorField.hidden = tool !== "draw";
  v.brushSize.textContent = v.brush.value;
  v.patchSize.textContent = v.patch.value;
  v.brushField.hidden = tool !== "draw" && tool !== "erase";
  v.pick.hidden = tool !== "look" && tool !== "draw";
  v.patchField.hidden = v.fillField.hidden = v.everywhere.hidden = v.progress.hidden = tool !== "cover";
}

/** Where there is room, the followed value stands beside the layers; on a phone, below the layer it is of. */
function keepFollowNear(v, follow, row) {
  const isNarrow = getComputedStyle(v.network).gridTemplateColumns.split(" ").length === 1;
  const isThere = isNarrow ? follow.previousSibling === row : follow.parentNode === v.network;
  if (isThere) return;
  const focused = follow.contains(document.activeElement) ? document.activeElement : null;
  const under = focused ?? row; // stays where it is on the screen
  const before = under.getBoundingClientRect().top;
  if (isNarrow) row.after(follow);
  else v.network.append(follow);
  focused?.focus({ preventScroll: true });
  if (follow.isConnected && isNarrow) window.scrollBy(0, under.getBoundingClientRect().top - before);
}

/** Where covering took from the score, blue, and where it added to it, orange. */
function showFalls(shown, { rows, columns }, falls, name) {
  const limit = largestSize(falls);
  drawSigned(shown.canvas, { rows, columns, values: falls }, limit);
  place(shown.canvas, { top: 0, left: 0, rows, columns }, { rows, columns });
  shown.mark.hidden = true;
  shown.field.style.aspectRatio = `${columns} / ${rows}`;
  shown.caption.textContent = `What the score of ${name} loses when a place is covered`;
  shown.field.setAttribute("aria-label", `${shown.caption.textContent}: at most ${formatNumber(limit)}.`);
  drawSignedScale(shown.scale, limit);
  shown.figure.hidden = false;
}

/** Who made the weights, of which data: {name: text}. */
function fillAbout(list, about) {
  const words = (name) => name.replace(/_/g, " ");
  const lines = Object.entries(about).map(([name, text]) =>
    element("div", {}, element("dt", {}, words(name)), element("dd", {}, text)),
  );
  list.replaceChildren(...lines);
  list.parentNode.hidden = !lines.length;
}

/** One line for each class, made once: {node, bar, tick, tag, share, score}. */
function makeScores(names) {
  return names.map((name) => {
    const [bar, tick, tag] = ["i", "b", "em"].map((each) => element(each));
    const [share, score] = [element("data", { class: "cellcnn-share" }), element("data", { class: "cellcnn-score" })];
    const node = element(
      "div",
      { role: "listitem" },
      element("span", { class: "cellcnn-class-name" }, name, " ", tag),
      element("span", { class: "cellcnn-score-bar", "aria-hidden": "true" }, bar, tick),
      share,
      score,
    );
    return { node, bar, tick, tag, share, score };
  });
}

const percent = (share) => `${formatNumber(Math.round(1000 * share) / 10)}\u00a0%`;

/** Bars of the shares now; a tick where each was before anything was drawn or covered. */
function showScores(lines, { scores, shares, untouched, label, answer }) {
  lines.forEach(({ node, bar, tick, tag, share, score }, unit) => {
    bar.style.width = `${100 * shares[unit]}%`;
    tick.style.left = `${100 * untouched[unit]}%`;
    share.textContent = percent(shares[unit]);
    share.value = String(shares[unit]);
    score.textContent = formatNumber(Math.round(100 * scores[unit]) / 100);
    score.value = String(scores[unit]);
    tag.textContent = unit === label ? "true" : "";
    node.classList.toggle("is-answer", unit === answer);
  });
}
