// The optimizer race. State lives in the model: surface, learning_rates, momentum, start, batch_size, seed, step.
// What concerns only one view (playing, who is shown) stays in it. The arithmetic is in optimizers.js, surfaces.js.

const LAST_STEP = 200;
const STILL = "Your system asks for less motion, so there is no Play: move the step by hand.";
const TRAITS = ["surface", "learning_rates", "momentum", "start", "batch_size", "seed", "step"];
const START_KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el }) {
  const v = makeView({
    surface: (surface) => save(model, { surface, start: null }),
    batch: (batch_size) => save(model, { batch_size }),
    redraw: () => save(model, { seed: (model.get("seed") + 1) % 1000 }),
    play: () => (timer ? pause() : play()),
    speed: () => timer && play(),
    advance,
    step: (step) => {
      pause();
      save(model, { step });
    },
    together: () => {
      if (v.together.input.checked) setRate(model.get("learning_rates").SGD);
      update();
    },
    rate: setRate,
    momentum: (momentum) => save(model, { momentum }),
    shown: update,
    point: (event) => moveStart(pointedAt(v.map, event)),
    drag: (event) => {
      const isDrag = event.buttons === 1 && event.pointerType !== "touch"; // a finger that moves scrolls the page
      if (isDrag) moveStart(pointedAt(v.map, event));
    },
    key: onKey,
  });
  el.append(v.root);
  const rates = Object.values(model.get("learning_rates"));
  v.together.input.checked = rates.every((rate) => rate === rates[0]);
  const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");
  const surfaces = new Map();
  const ways = new Map(); // name -> {key, ...run}: run again only when what it depends on changes
  let now = null;
  let timer = null;

  function surfaceNamed(name) {
    if (!surfaces.has(name)) surfaces.set(name, makeSurface(name, model.get("cells")));
    return surfaces.get(name);
  }

  function way(name, surface, settings) {
    const key = JSON.stringify([model.get("surface"), settings]);
    if (ways.get(name)?.key !== key)
      ways.set(name, { key, name, ...run(name, surface, settings, LAST_STEP) });
    return ways.get(name);
  }

  function readState() {
    const state = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const surface = surfaceNamed(state.surface);
    const start = state.start ?? surface.start;
    const { momentum, batch_size, seed } = state;
    const settings = (name) => ({ start, rate: state.learning_rates[name], momentum, batch_size, seed });
    const all = Object.fromEntries(NAMES.map((name) => [name, way(name, surface, settings(name))]));
    const isShown = (name) => v.shown.find((runner) => runner.name === name).box.checked;
    const runs = NAMES.filter(isShown).map((name) => all[name]);
    return { ...state, surfaceName: state.surface, surface, start, all, runs, isShown };
  }

  function update() {
    now = readState();
    showControls();
    showMap(v, now);
    showCurve(v, now);
    showResults(v, now);
    v.reading.textContent = reading(now);
    v.live.textContent = timer ? "" : reading(now);
  }

  function showControls() {
    [v.surface.value, v.batch.value] = [now.surfaceName, String(now.batch_size)];
    const sizes = BATCHES.some(([size]) => size === now.batch_size)
      ? BATCHES
      : [...BATCHES, [now.batch_size, `${now.batch_size} cells`]];
    setOptions(v.batch, sizes, now.batch_size);
    v.note.textContent = now.surface.note;
    v.redraw.hidden = !now.batch_size;
    v.step.show(now.step);
    v.momentum.show(now.momentum);
    const together = v.together.input.checked;
    v.rate.node.hidden = !together;
    v.rate.show(now.learning_rates.SGD);
    v.rates.forEach(({ node, show }, i) => {
      node.hidden = together;
      show(now.learning_rates[NAMES[i]]);
    });
    v.play.hidden = lessMotion.matches;
    v.still.hidden = !lessMotion.matches;
  }

  // ---- what the reader does ----
  function setRate(rate, only = null) {
    const rates = Object.entries(model.get("learning_rates"));
    save(model, {
      learning_rates: Object.fromEntries(
        rates.map(([name, old]) => [name, only && only !== name ? old : rate]),
      ),
    });
  }

  function moveStart(place) {
    const start = place.map((w, i) =>
      Math.max(now.surface.ranges[i][0], Math.min(now.surface.ranges[i][1], w)),
    );
    save(model, { start: start.map((w) => Number(w.toPrecision(3))) });
  }

  function onKey(event) {
    const by = START_KEYS[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault(); // the page must not scroll
    moveStart(now.start.map((w, i) => w + (by[i] * now.surface.reach) / 40));
  }

  // ---- playing ----
  function advance(steps) {
    pause();
    save(model, { step: Math.min(LAST_STEP, now.step + steps) });
  }

  function play() {
    clearInterval(timer);
    const perSecond = Number(v.speed.value);
    const ticks = Math.min(20, perSecond);
    if (now.step >= LAST_STEP) save(model, { step: 0 });
    timer = setInterval(() => {
      save(model, { step: Math.min(LAST_STEP, model.get("step") + perSecond / ticks) });
      if (model.get("step") >= LAST_STEP) pause();
    }, 1000 / ticks);
    v.play.textContent = "Pause";
  }

  function pause() {
    if (!timer) return;
    clearInterval(timer);
    timer = null;
    v.play.textContent = "Play";
    update();
  }

  function onMotion() {
    if (lessMotion.matches) pause();
    update();
  }

  lessMotion.addEventListener("change", onMotion);
  const forget = onChange(model, TRAITS, update);
  update();
  return () => {
    clearInterval(timer);
    forget();
    lessMotion.removeEventListener("change", onMotion);
  };
}

export { drawBatch, makeSurface, run };

export default { render };
