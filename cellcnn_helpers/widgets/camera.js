// The camera widget. State lives in the model: specimens, specimen, microscope, exposure_ms, row, seed.
// The optics and the camera are in microscope.js.

const TRAITS = ["specimens", "specimen", "microscope", "exposure_ms", "row", "seed"];
const LIVE_MS = 400; // a screen reader hears the result when the slider rests

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el, start }) {
  const v = makeView({
    set: (values) => save(model, values),
    setting: (name, value) =>
      save(
        model,
        name === "exposure_ms"
          ? { [name]: value }
          : { microscope: { ...model.get("microscope"), [name]: value } },
      ),
    expose: () => save(model, { seed: (model.get("seed") + 1) % 2 ** 32 }),
    reset,
    view: update,
    point: onPoint,
    drag: (event) => event.buttons === 1 && event.pointerType !== "touch" && onPoint(event),
  });
  el.append(v.root);
  let specimen = {}; // the one shown, unpacked
  let blurred = {}; // by these optics: the other sliders need no new one
  let problem = ""; // with the state, as it is told
  let timer = null;

  function reset() {
    const { specimen, ...others } = start; // Python may have brought other specimens since
    save(model, specimen in model.get("specimens") ? start : others);
  }

  function unpack(packed) {
    if (specimen.packed === packed) return;
    specimen = { packed, light: pictureFromPython(packed.light), mask: pictureFromPython(packed.mask) };
  }

  function blurOnce(microscope) {
    const optics = OPTICS.map((name) => microscope[name]).join();
    if (blurred.light !== specimen.light || blurred.optics !== optics) {
      blurred = { light: specimen.light, optics, arrived: blurredLight(specimen.light, microscope) };
    }
    return blurred.arrived;
  }

  function readState() {
    const [specimens, microscope] = [model.get("specimens"), model.get("microscope")];
    const exposure_ms = model.get("exposure_ms");
    unpack(specimens[model.get("specimen")] ?? Object.values(specimens)[0]);
    const { light, mask } = specimen;
    const sharp = expectedPhotons(gatherLight(light, microscope, 0), microscope, exposure_ms);
    const photons = expectedPhotons(blurOnce(microscope), microscope, exposure_ms);
    const picture = record(photons, microscope, model.get("seed"));
    const measured = measure(picture, mask, microscope);
    const truth = trueValues(sharp, mask, microscope, exposure_ms);
    const noise = signalToNoise(photons, mask, microscope, exposure_ms);
    const [kept, all] = [photons, sharp].map((light) => measure(light, mask, microscope).intensity);
    const lost = 1 - kept / all; // what the lens takes from the sum, without noise
    const row = Math.min(model.get("row"), picture.rows - 1);
    return { specimen, microscope, exposure_ms, sharp, photons, picture, measured, truth, noise, lost, row };
  }

  function update() {
    const told = problem;
    problem = problemWith({ ...model.get("microscope"), exposure_ms: model.get("exposure_ms") });
    if (problem !== told) v.message.textContent = problem;
    if (problem) return;
    const state = readState();
    if (state.row !== model.get("row")) save(model, { row: state.row });
    const names = Object.keys(model.get("specimens"));
    const chosen = model.get("specimen");
    setOptions(
      v.specimen,
      names.map((name) => [name, name]),
      names.includes(chosen) ? chosen : names[0],
    );
    v.controls.show({ ...state.microscope, exposure_ms: state.exposure_ms });
    v.row.max = String(state.picture.rows - 1);
    v.row.value = String(state.row);
    v.rowName.textContent = `Row ${state.row}`;
    showPictures(v, state, v.stretch.input.checked);
    showProfile(v, state);
    showHistogram(v, state);
    showFacts(v, state);
    showNotes(v, state);
    v.verdict.textContent = adviceFor(state);
    clearTimeout(timer);
    timer = setTimeout(() => {
      v.live.textContent = v.verdict.textContent;
    }, LIVE_MS);
  }

  function onPoint(event) {
    const box = event.currentTarget.getBoundingClientRect();
    const rows = Number(v.row.max) + 1;
    const row = Math.floor((rows * (event.clientY - box.top)) / box.height);
    save(model, { row: Math.max(0, Math.min(row, rows - 1)) });
  }

  const forget = onChange(model, TRAITS, update);
  update();
  return () => {
    clearTimeout(timer);
    forget();
  };
}

export { blurredLight, expectedPhotons, noiseFree, poisson, psfSigma, randomStream, record };

export default () => {
  let start = null; // what Python gave at first, for Reset
  return {
    initialize: ({ model }) => {
      const kept = ["specimen", "microscope", "exposure_ms", "row"];
      start = Object.fromEntries(kept.map((name) => [name, model.get(name)]));
    },
    render: ({ model, el }) => render({ model, el, start }),
  };
};
