// The look of the convolution widget: its elements, and how the picture, the window and the result are drawn.

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

/** All elements, made once and without content. `on` holds what they call. */
function makeView(on, choice, walk) {
  const select = (onchange) => element("select", { onchange });
  const pointing = { onclick: on.point, onpointermove: on.drag };
  const v = {
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
      ...choice.fields,
      labelled("Kernel", v.preset),
      labelled("Size", v.size),
    ),
    v.message,
    choice.note,
    element("div", { class: "cellcnn-stages" }, v.input.figure, v.output.figure),
    element(
      "div",
      { class: "cellcnn-row" },
      ...walk.controls,
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

/** Draws the picture, the window on it and, where the kernel fits, the result without its hidden pixels. */
function showStages(v, now, fits, isHidden) {
  const { picture, kernel, settings, result } = now;
  showPicture(v.input, now, "Picture");
  v.output.figure.hidden = v.input.mark.hidden = !fits;
  if (!fits) return;
  showTaps(v.input.mark, kernel, settings.dilation_rate, result.down.span, result.across.span);
  showResult(v.output, now, result.values, resultScale(picture, kernel, result.values), "Result", isHidden);
  const whole = result.across.before + picture.columns + result.across.after;
  v.output.field.style.setProperty("--share", result.columns / whole); // its pixels as large as the picture's
}

/** With dilation the window has gaps: each pixel that counts gets its own frame. */
function showTaps(mark, kernel, rate, rows, columns) {
  const taps = rate === 1 ? [] : kernel.flatMap((line, i) => line.map((_, j) => [i * rate, j * rate]));
  mark.classList.toggle("has-gaps", rate > 1);
  mark.replaceChildren(
    ...taps.map(([top, left]) => {
      const tap = element("i");
      place(tap, { top, left, rows: 1, columns: 1 }, { rows, columns });
      return tap;
    }),
  );
}

/** 200 × 1 + 90 × (−1) + … = 395 */
function writtenSum(terms, value, over) {
  const counted = terms.filter(({ weight }) => weight !== 0);
  const factors = counted.map(({ pixel, weight }) => {
    const text = formatWeight(weight, over);
    return `${formatNumber(pixel)} × ${weight < 0 ? `(${text})` : text}`;
  });
  const exact = isShownExactly(value, 1) && counted.every(({ pixel }) => isShownExactly(pixel));
  const rest = terms.length - counted.length;
  return `${factors.join(" + ") || "0"} ${exact ? "=" : "≈"} ${formatNumber(value, 1)}${rest ? ` (${rest} with weight 0 left out)` : ""}`;
}
