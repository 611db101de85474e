// The look of the convolution widget: its elements without their content, and how a result is drawn.

/** Black and white of the result: as the picture if no weight is negative, else mid-grey for 0. */
function resultScale(picture, kernel, values) {
  const weights = kernel.flat();
  if (picture.black === 0 && weights.every((weight) => weight >= 0)) {
    return { black: 0, white: picture.white * (weights.reduce((a, b) => a + b, 0) || 1) };
  }
  const white = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  return { black: -white, white };
}

const signClass = (value) => (value > 0 ? "is-positive" : value < 0 ? "is-negative" : "is-zero");
const times = (rows, columns) => `${rows} × ${columns}`;

/** All elements, made once and without content. `on` holds what they call. */
function makeView(on) {
  const select = (onchange) => element("select", { onchange });
  const button = (text, attributes) => element("button", { type: "button", ...attributes }, text);
  const step = (text, name, rows, columns) =>
    button(text, { "aria-label": name, title: name, onclick: () => on.step(rows, columns) });
  const pointing = { onclick: on.point, onpointermove: on.drag };
  const v = {
    picture: select(on.picture),
    file: element("input", { type: "file", accept: "image/*", onchange: on.file }),
    preset: select(on.preset),
    size: select(on.size),
    padding: select(() => on.setting("padding", v.padding.value)),
    strides: select(() => on.setting("strides", Number(v.strides.value))),
    dilation: select(() => on.setting("dilation_rate", Number(v.dilation.value))),
    input: stage("cellcnn-picture", {
      ...pointing,
      onkeydown: on.key,
      tabIndex: 0,
      role: "application",
      "aria-roledescription": "picture with a movable window",
    }),
    output: stage("cellcnn-result", { ...pointing, role: "img" }),
    play: button("Play", { onclick: on.play }),
    still: element(
      "span",
      { class: "cellcnn-note" },
      "Your system asks for less motion, so there is no Play: step instead.",
    ),
    fill: checkbox("Fill the result step by step", on.view),
    predict: checkbox("Let me predict the sum", on.view),
    numbers: element("div", {
      class: "cellcnn-numbers",
      onpointerover: on.hot,
      onpointerleave: on.hot,
      onfocusin: on.hot,
    }),
    total: element("data"),
    totalPlace: element("span"),
    written: element("p"),
    guess: element("input", { type: "text", autocomplete: "off" }),
    verdict: element("p", { class: "cellcnn-verdict", role: "status" }),
    formula: element("p", { class: "cellcnn-note" }),
    note: element("p", { class: "cellcnn-note" }),
    message: element("p", { class: "cellcnn-message", role: "alert" }),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
  };
  v.sum = element("p", { class: "cellcnn-sum" }, v.totalPlace, v.total);
  v.details = element(
    "details",
    { class: "cellcnn-note" },
    element("summary", {}, "Written as one sum"),
    v.written,
  );
  v.guessing = element(
    "form",
    { class: "cellcnn-row", onsubmit: on.guess },
    labelled("Your sum", v.guess),
    element("button", { type: "submit" }, "Check"),
  );
  const lead =
    "Tap the picture, or press the arrow keys on it. Each pixel in the window, times the weight that lies on it, all added up: that is one pixel of the result.";
  v.root = element(
    "section",
    { class: "cellcnn-widget", "aria-label": "Convolution, step by step" },
    element("p", { class: "cellcnn-lead" }, element("strong", {}, "Move the window. "), lead),
    element(
      "div",
      { class: "cellcnn-choices" },
      labelled("Picture", v.picture),
      element("label", { class: "cellcnn-file" }, "My own picture…", v.file),
      labelled("Kernel", v.preset),
      labelled("Size", v.size),
    ),
    v.message,
    v.note,
    element("div", { class: "cellcnn-stages" }, v.input.figure, v.output.figure),
    element(
      "div",
      { class: "cellcnn-row" },
      element(
        "span",
        { class: "cellcnn-arrows", role: "group", "aria-label": "Move the window" },
        step("←", "Left", 0, -1),
        step("↑", "Up", -1, 0),
        step("↓", "Down", 1, 0),
        step("→", "Right", 0, 1),
      ),
      v.play,
      v.still,
      v.fill.label,
      v.predict.label,
    ),
    v.numbers,
    v.guessing,
    v.verdict,
    v.details,
    element(
      "fieldset",
      {},
      element("legend", {}, "How the window moves"),
      element(
        "div",
        { class: "cellcnn-moves" },
        labelled("Padding", v.padding),
        labelled("Stride", v.strides),
        labelled("Dilation", v.dilation),
      ),
      v.formula,
    ),
    v.live,
  );
  keepKeys(v.root);
  const upTo = (last) => Array.from({ length: last }, (_, i) => [i + 1, `${i + 1}`]);
  setOptions(
    v.padding,
    [
      ["valid", "valid: stay inside"],
      ["same", "same: zeros around"],
    ],
    "valid",
  );
  setOptions(v.strides, upTo(4), 1);
  setOptions(v.dilation, upTo(3), 1);
  return v;
}
