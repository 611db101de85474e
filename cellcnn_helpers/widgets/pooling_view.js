// The look of the pooling widget: its elements, and how each of its three views is drawn.

const VIEWS = [
  ["window", "one window"],
  ["gradient", "the way back"],
  ["shift", "a small shift"],
];
const MOST_SHIFT = 8;

/** All elements, made once and without content. `on` holds what they call. */
function makeView(on, choice, walk) {
  const pointing = { onclick: on.point, onpointermove: on.drag };
  const result = () => stage("cellcnn-result", { ...pointing, role: "img" });
  const drawn = () => stage("cellcnn-signed", { role: "img" });
  const sum = (name, data) => element("p", { class: "cellcnn-sum" }, element("span", {}, name), data);
  const number = (name) => () => on.setting(name, v[name].value === "" ? null : Number(v[name].value));
  const v = {
    pool_size: element("select", {
      onchange: () =>
        on.setting("pool_size", v.pool_size.value === GLOBAL ? GLOBAL : Number(v.pool_size.value)),
    }),
    strides: element("select", { onchange: number("strides") }),
    padding: element("select", { onchange: () => on.setting("padding", v.padding.value) }),
    view: radios("Look at", VIEWS, (event) => on.setting("view", event.target.value)),
    input: stage("cellcnn-picture", {
      ...pointing,
      onkeydown: walk.onKey,
      tabIndex: 0,
      role: "application",
      "aria-roledescription": "picture with a movable window",
    }),
    winner: element("i", { class: "cellcnn-winner" }),
    largest: result(),
    means: result(),
    fill: checkbox("Fill the results step by step", on.view),
    numbers: element("div", { class: "cellcnn-numbers" }),
    largestHere: element("data"),
    meanHere: element("data"),
    written: element("div"),
    everywhere: checkbox("A gradient of 1 arrives at every pixel of the result", on.view),
    backLargest: drawn(),
    receiver: element("i", { class: "cellcnn-receiver" }),
    backMeans: drawn(),
    backNumbers: element("div", { class: "cellcnn-numbers" }),
    less: element("button", { type: "button", "aria-label": "One pixel less", onclick: () => on.shift(-1) }, "−"),
    more: element("button", { type: "button", "aria-label": "One pixel more", onclick: () => on.shift(1) }, "+"),
    shifted: element("output"),
    changeLargest: drawn(),
    changeMeans: drawn(),
    shifts: element("tbody"),
    told: element("p"),
    formula: element("p", { class: "cellcnn-note" }),
    message: element("p", { class: "cellcnn-message", role: "alert" }),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
  };
  v.input.mark.append(v.winner);
  v.backLargest.field.append(v.receiver);
  v.details = element(
    "details",
    { class: "cellcnn-note" },
    element("summary", {}, "Written out"),
    v.written,
  );
  v.sums = element(
    "div",
    { class: "cellcnn-sums" },
    sum("Largest", v.largestHere),
    sum("Mean", v.meanHere),
  );
  const heads = ["Shift", "Picture", "Max", "Average"];
  const table = element(
    "table",
    { class: "cellcnn-shifts" },
    element("caption", {}, "Mean size of the change, in grey values"),
    element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))),
    v.shifts,
  );
  const stages = (...children) => element("div", { class: "cellcnn-stages is-three" }, ...children);
  v.panels = {
    window: element("div", {}, v.numbers, v.details),
    gradient: element(
      "div",
      {},
      v.everywhere.label,
      stages(v.backLargest.figure, v.backMeans.figure, v.backNumbers),
    ),
    shift: element(
      "div",
      {},
      element(
        "div",
        { class: "cellcnn-row cellcnn-stepper", role: "group", "aria-label": "Shift the picture" },
        v.less,
        v.more,
        v.shifted,
      ),
      stages(v.changeLargest.figure, v.changeMeans.figure, table),
    ),
  };
  v.view.group.append(...Object.values(v.panels), v.told);
  const lead =
    "Tap the picture, or press the arrow keys on it. Max pooling keeps the largest pixel of each window, average pooling their mean. Nothing is learned.";
  v.root = element(
    "section",
    { class: "cellcnn-widget cellcnn-pooling", "aria-label": "Pooling, window by window" },
    element("p", { class: "cellcnn-lead" }, element("strong", {}, "Move the window. "), lead),
    element("div", { class: "cellcnn-choices" }, ...choice.fields, labelled("Pool size", v.pool_size)),
    v.message,
    choice.note,
    stages(v.input.figure, v.largest.figure, v.means.figure),
    element("div", { class: "cellcnn-row" }, ...walk.controls, v.fill.label),
    v.view.group,
    element(
      "fieldset",
      {},
      element("legend", {}, "How the window moves"),
      element(
        "div",
        { class: "cellcnn-moves" },
        labelled("Padding", v.padding),
        labelled("Stride", v.strides),
      ),
      v.formula,
    ),
    v.live,
  );
  v.changeLargest.mark.hidden = v.changeMeans.mark.hidden = true;
  keepKeys(v.root);
  fillOptions(v);
  return v;
}

function fillOptions(v) {
  const upTo = (last, text) => Array.from({ length: last }, (_, i) => [i + 1, text(i + 1)]);
  setOptions(v.pool_size, [...upTo(8, (n) => times(n, n)), [GLOBAL, "whole picture (global)"]], 2);
  setOptions(v.strides, [["", "as pool size"], ...upTo(8, String)], "");
  setOptions(
    v.padding,
    [
      ["valid", "valid: stay inside"],
      ["same", "same: reach over"],
    ],
    "valid",
  );
}

/** The picture from black, its smallest value, to white, its largest; one grey all over keeps its scale. */
function onOwnScale(picture) {
  const black = picture.values.reduce((a, b) => Math.min(a, b));
  const white = picture.values.reduce((a, b) => Math.max(a, b));
  return white > black ? { ...picture, black, white } : picture;
}

/** The two results; both in the greys of the picture. */
function showResults(v, now, isHidden) {
  const scale = { black: now.picture.black, white: now.picture.white };
  showResult(v.largest, now, now.result.largest, scale, "Max", isHidden);
  showResult(v.means, now, now.result.means, scale, "Average", isHidden);
}

/** The winner's frame in the window's. */
function showWinner(v, { picture, result, row, column }) {
  const winner = result.winners[row * result.columns + column];
  const top = Math.floor(winner / picture.columns) - (row * result.down.stride - result.down.before);
  const left = (winner % picture.columns) - (column * result.across.stride - result.across.before);
  const whole = { rows: result.down.span, columns: result.across.span };
  place(v.winner, { top, left, rows: 1, columns: 1 }, whole);
}

/** The winner in the gradient through max, large enough to be seen and in its color there. */
function showReceiver(v, { picture, result, row, column }, gradient) {
  const winner = result.winners[row * result.columns + column];
  const [top, left] = [Math.floor(winner / picture.columns) + 0.5, (winner % picture.columns) + 0.5];
  place(v.receiver, { top, left, rows: 1, columns: 1 }, picture);
  v.receiver.style.backgroundColor = `rgb(${signedColor(gradient[winner], largestSize(gradient))})`;
}

/** A picture of values with a sign, as large as the picture, with the window on it. */
function showSigned(shown, values, { rows, columns }, limit, name, hasNegative) {
  drawSigned(shown.canvas, { rows, columns, values }, limit);
  drawSignedScale(shown.scale, limit, hasNegative);
  place(shown.canvas, { top: 0, left: 0, rows, columns }, { rows, columns });
  shown.field.style.aspectRatio = `${columns} / ${rows}`;
  shown.caption.textContent = name;
  shown.field.setAttribute("aria-label", `${name}, ${times(rows, columns)} pixels.`);
}

/** Frame what lies inside the picture of one window. */
function frameWindow(mark, { picture, result: { down, across }, row, column }) {
  const [top, left] = [row * down.stride - down.before, column * across.stride - across.before];
  const [first, last] = [Math.max(0, top), Math.min(picture.rows, top + down.span)];
  const [start, end] = [Math.max(0, left), Math.min(picture.columns, left + across.span)];
  place(mark, { top: first, left: start, rows: last - first, columns: end - start }, picture);
}
