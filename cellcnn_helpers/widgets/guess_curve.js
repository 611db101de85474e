// The widget of a guessed curve. State lives in the model: curve, beside, guess, revealed, fitted, target. The
// arithmetic is in curves.js, the look in guess_curve_view.js.

const TRAITS = ["curve", "beside", "guess", "revealed", "fitted", "target"];

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el, first }) {
  const [x, runs, top] = ["x", "runs", "top"].map((name) => model.get(name));
  const words = Object.fromEntries(["xlabel", "ylabel", "source"].map((name) => [name, model.get(name)]));
  const v = makeView({
    ...{ x, top, words, names: Object.keys(runs) },
    on: {
      curve: (curve) => save(model, { curve, revealed: false, fitted: false }),
      beside: (beside) => save(model, { beside }),
      guess: (place, value) => setGuess(place, value),
      reveal: () => save(model, { revealed: !now.revealed, fitted: false }),
      fit: (fitted) => save(model, { fitted }),
      target: (target) => save(model, { target }),
      reset: () => save(model, first),
      point: (event) => drag(event, true),
      drag: (event) => event.buttons === 1 && drag(event, false),
    },
  });
  el.append(v.root);
  let now = null; // what is shown
  let held = null; // the point that the pointer moves

  function summary(name) {
    const places = byPlace(runs[name]);
    const means = places.map(meanOf);
    return { name, rows: runs[name], means, errors: places.map(standardError), law: fitPowerLaw(x, means) };
  }

  function readState() {
    const state = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const measured = summary(state.curve);
    const others = state.beside && state.beside !== state.curve ? [summary(state.beside)] : [];
    const off = measured.means.map((mean, i) => state.guess[i] - mean);
    const needed = measured.law.b > 0 ? whereReached(measured.law, state.target) : NaN;
    return { ...state, x, top, measured, others, off, needed };
  }

  function update() {
    now = readState();
    showControls(v, now);
    showPlot(v, now);
    showTable(v, now);
    v.reading.textContent = reading(now);
    v.live.textContent = reading(now);
  }

  // ---- what the reader does ----
  function setGuess(place, value) {
    const within = Number(Math.max(0, Math.min(top, value)).toPrecision(3));
    save(model, { guess: now.guess.map((old, i) => (i === place ? within : old)) });
  }

  /** A pointer takes the nearest point along the axis, and keeps it until it is lifted. */
  function drag(event, isNew) {
    const [across, value] = pointedAt(v.plot, event);
    const distances = x.map((place) => Math.abs(Math.log(place) - across));
    if (isNew || held === null) held = distances.indexOf(Math.min(...distances));
    setGuess(held, value);
  }

  const forget = onChange(model, TRAITS, update);
  update();
  return forget;
}

/** What to see in the present state. */
function reading({ revealed, fitted, measured, off, needed, target, x }) {
  if (!revealed) return "Move the points to where you expect the measurement. Then uncover it.";
  const { means, errors, law } = measured;
  const distance = meanOf(off.map(Math.abs));
  const steps = [`Your guess is off by ${formatNumber(distance, 1)} on average.`];
  const within = off.filter((value, i) => Math.abs(value) <= 2 * errors[i]).length;
  if (Number.isFinite(errors[0]))
    steps.push(`${within} of ${x.length} points lie within two standard errors of the mean.`);
  if (!fitted) return steps.join(" ");
  if (!(law.b > 0)) return `The fitted line does not fall, so it never reaches ${formatNumber(target)}.`;
  const factor = 2 ** (1 / law.b);
  const last = x.at(-1);
  const far =
    needed > last
      ? `, ${formatNumber(needed / last)} times as far as anything that was measured: a guess, too`
      : ", within what was measured";
  return `Fit: ${formatNumber(law.a)} · n^−${formatNumber(law.b)}. To halve the value takes ${formatNumber(factor)} times as many. It reaches ${formatNumber(target, 1)} at ${wholeNumber(needed)}${far}.`;
}

export { byPlace, fitPowerLaw, meanOf, standardError, whereReached };

export default () => {
  let first = null; // how the widget began, for “Start again”
  return {
    initialize({ model }) {
      first = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    },
    render: ({ model, el }) => render({ model, el, first }),
  };
};
