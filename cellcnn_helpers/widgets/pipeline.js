// The pipeline. State lives in the model; what follows from it is simulated anew at every change.

const TRAITS = [
  ...["load_us", "transfer_us", "image_us", "step_us", "between_us"],
  ...["batch_size", "workers", "prefetch", "steps_per_execution", "faster"],
];

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el }) {
  const v = makeView((name, value) => save(model, { [name]: name === "prefetch" ? value : Number(value) }));
  el.append(v.root);

  function update() {
    const state = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const batches = runLoop(state);
    showChoices(v, state);
    showBars(v, batches, state);
    showTimes(v, settledTimes(batches, state));
  }

  const forget = onChange(model, TRAITS, update);
  update();
  return forget;
}

export { runLoop, settledTimes };

export default { render };
