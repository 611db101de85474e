// The loss widget. State lives in the model: logits, labels, class_weights, loss, cell, logit. The arithmetic is in
// losses.js.

const TRAITS = ["logits", "labels", "class_weights", "loss", "cell", "logit"];
const STEP_SIZE = 1;

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el, first }) {
  const cells = model.get("cells");
  const names = cells.class_names;
  const v = makeView({
    cells,
    on: {
      loss: (loss) => save(model, { loss }),
      cell: (cell) => save(model, { cell }),
      label: (label) => save(model, { labels: replaced(model.get("labels"), model.get("cell"), label) }),
      along: (logit) => save(model, { logit }),
      drag: setLogit,
      point: (event) => setLogit(now.logit, pointedAt(v.plot, event)[0]),
      weigh: (i, weight) => save(model, { class_weights: replaced(model.get("class_weights"), i, weight) }),
      weights: chooseWeights,
      step,
      reset: () => save(model, first),
    },
  });
  el.append(v.root);
  let now = null; // what is shown

  function readState() {
    const state = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const [label, logits] = [state.labels[state.cell], state.logits[state.cell]];
    return {
      ...state,
      kind: state.loss,
      all: state.logits,
      label,
      truth: cells.labels[state.cell],
      logits,
      probabilities: softmax(logits),
      ...LOSSES[state.loss].of(label, logits),
    };
  }

  function update() {
    now = readState();
    [v.label.value, v.along.value] = [String(now.label), String(now.logit)];
    showCells();
    showClasses(v, now);
    showCurve(v, now, names);
    showValue(v.total, now.loss, formatNumber(now.loss, 1));
    showKinds();
    showBatch();
    v.reading.textContent = reading(now, names);
    v.written.replaceChildren(...written(now, names).map((line) => element("p", {}, line)));
    v.live.textContent = `Cell ${now.cell + 1}, label ${names[now.label]}: probability ${percent(now.probabilities[now.label])}, loss ${formatNumber(now.loss, 1)}, push on its logit ${signed(-now.gradient[now.label])}.`;
  }

  function showCells() {
    v.cells.forEach(({ input, text, label }, n) => {
      const isWrong = now.labels[n] !== cells.labels[n];
      input.checked = n === now.cell;
      text.textContent = names[now.labels[n]];
      label.classList.toggle("is-wrong", isWrong);
      label.classList.toggle("is-chosen", n === now.cell);
    });
    const { label, truth } = now;
    v.wrong.textContent = `The label is wrong: this cell is ${names[truth]}, but it was given the name ${names[label]}. The loss cannot know that.`;
    v.wrong.hidden = label === truth;
  }

  function showKinds() {
    for (const { kind, input, value, push, line } of v.kinds.parts) {
      const { loss, gradient } = LOSSES[kind].of(now.label, now.logits);
      input.checked = kind === now.kind;
      showValue(value, loss, formatNumber(loss, 1));
      showArrow(push, -gradient[now.label]);
      line.classList.toggle("is-chosen", kind === now.kind);
    }
  }

  function showBatch() {
    const { loss, gradient } = meanLoss(now.kind, now.labels, now.all, now.class_weights);
    now.labels.forEach((label, n) => {
      const texts = [
        `${n + 1} ${names[label]}`,
        percent(softmax(now.all[n])[label]),
        formatNumber(LOSSES[now.kind].of(label, now.all[n]).loss, 1),
        formatNumber(now.class_weights[label]),
        signed(-gradient[n][label]),
      ];
      texts.forEach((text, i) => (v.batch.rows[n][i].textContent = text));
      v.batch.lines[n].classList.toggle("is-chosen", n === now.cell);
    });
    showValue(v.mean, loss, formatNumber(loss, 1));
    v.weights.forEach(({ slider, value }, i) => {
      if (Number(slider.value) !== now.class_weights[i]) slider.value = String(now.class_weights[i]);
      slider.setAttribute("aria-valuetext", formatNumber(now.class_weights[i]));
      showValue(value, now.class_weights[i], formatNumber(now.class_weights[i]));
    });
  }

  // ---- what the reader does ----
  function setLogit(i, value) {
    const logits = replaced(now.logits, i, withinRange(value));
    save(model, { logits: replaced(now.all, now.cell, logits), logit: i });
  }

  function step(times) {
    let logits = now.logits;
    for (let n = 0; n < times; n++) {
      const { gradient } = LOSSES[now.kind].of(now.label, logits);
      logits = logits.map((logit, i) => withinRange(logit - STEP_SIZE * gradient[i]));
    }
    save(model, { logits: replaced(now.all, now.cell, logits) });
  }

  /** Balanced: every class weighs as much as any other, and the weights of all cells add up to their number. */
  function chooseWeights(choice) {
    const counts = names.map((_, i) => now.labels.filter((label) => label === i).length);
    const present = counts.filter((count) => count).length;
    const balanced = counts.map((count) => (count ? now.labels.length / (present * count) : 1));
    save(model, { class_weights: choice === "balanced" ? balanced : names.map(() => 1) });
  }

  const forget = onChange(model, TRAITS, update);
  update();
  return forget;
}

const replaced = (list, place, value) => list.map((old, i) => (i === place ? value : old));
const withinRange = (value) => Math.max(LOGIT_RANGE[0], Math.min(LOGIT_RANGE[1], value));

const SURE = 0.9; // a network that gives a class more is called sure of it

/** What to see in the present state: of what the network is sure, whether that is so, and what the loss does. */
function reading(state, names) {
  const { label, truth, probabilities } = state;
  const best = probabilities.indexOf(Math.max(...probabilities));
  const [p, most] = [probabilities[label], probabilities[best]];
  const says = `The network gives the label, ${names[label]}, ${percent(p)}.`;
  if (p > SURE && label === truth) return `${says} Sure and right: little is left to push.`;
  if (p > SURE) return `${says} Sure of the wrong label: to the loss that is right, and little is left to push.`;
  if (most <= SURE && p > 1 - SURE) return `${says} Unsure: here every loss pushes ${towards(state)}.`;
  const sure = `It is ${percent(most)} sure of ${names[best]}`;
  const verdict = best === truth ? `${sure}, and the cell is ${names[best]}` : `${sure}: sure and wrong`;
  return `${says} ${most > SURE ? verdict : "It is unsure, yet leaves next to nothing for the label"}. ${strength(state)}`;
}

const towards = ({ label, truth }) => (label === truth ? "towards the label" : "towards the wrong label");

/** How hard the loss pushes where the label has next to no probability, and why. */
function strength(state) {
  const { kind, label, probabilities, gradient } = state;
  const p = probabilities[label];
  return kind === "softmax_cross_entropy"
    ? `Cross-entropy pushes ${towards(state)} with almost full strength, 1 − p = ${formatNumber(1 - p, 1)}.`
    : `Yet the push ${towards(state)} is only ${formatNumber(Math.abs(gradient[label]))}: softmax is flat here, and the squared error’s gradient passes through its slope, p (1 − p) = ${formatNumber(p * (1 - p))}.`;
}

/** Softmax, loss and gradient with their numbers. */
function written({ kind, label, logits, probabilities, loss, gradient }, names) {
  const powers = logits.map((logit) => `exp(${formatNumber(logit)})`);
  const p = formatNumber(probabilities[label], 1);
  const squares = probabilities
    .map((q, i) => `(${formatNumber(q, 1)} − ${i === label ? 1 : 0})²`)
    .join(" + ");
  const lossText = {
    softmax_cross_entropy: `L = −ln p = −ln ${p}`,
    half_mean_squared_error: `L = Σ (p − y)² / 2N = [${squares}] / (2 · 1)`,
    mean_squared_error: `L = Σ (p − y)² / ${logits.length}N = [${squares}] / (${logits.length} · 1)`,
  }[kind];
  const error = (q, i) => `${formatNumber(q, 1)} − ${i === label ? 1 : 0}`;
  const slopes = gradient.map((slope) => formatNumber(slope, 1)).join(", ");
  const gradientText =
    kind === "softmax_cross_entropy"
      ? `Gradient = p − y = ${probabilities.map(error).join(", ")}`
      : `With g = ${kind.startsWith("half") ? "p − y" : `2 (p − y) / ${logits.length}`}: gradient = p · (g − Σ p · g)`;
  return [
    `p of ${names[label]} = ${powers[label]} / [${powers.join(" + ")}] = ${p}`,
    `${lossText} ≈ ${formatNumber(loss, 1)}`,
    `${gradientText} ≈ ${slopes}`,
  ];
}

export { softmax, LOSSES, meanLoss };

export default () => {
  let first = null; // how the widget began, for “Start again”
  return {
    initialize({ model }) {
      first = Object.fromEntries(
        ["logits", "labels", "class_weights"].map((name) => [name, model.get(name)]),
      );
    },
    render: ({ model, el }) => render({ model, el, first }),
  };
};
