// The augmentation widget. State lives in the model: cells, cell, and the change in CHANGE.
// The arithmetic is in changes.js.

const CHANGE = ["mirror", "quarter_turns", "degrees", "shift_px", "zoom", "interpolation", "border"].concat([
  "brightness",
  "contrast",
  "noise",
  "seed",
]);
const NO_CHANGE = {
  mirror: "none",
  quarter_turns: 0,
  degrees: 0,
  shift_px: [0, 0],
  zoom: 1,
  brightness: 0,
  contrast: 1,
  noise: 0,
};
const CALM = "The label holds: the same cell, seen from another side.";
const LIVE_MS = 400; // a screen reader hears the result when the slider rests

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el }) {
  const v = makeView({
    set: (values) => save(model, values),
    setting: onSetting,
    reset: () => save(model, NO_CHANGE),
    draw: () => save(model, { seed: (model.get("seed") + 1) % 2 ** 32 }),
    view: update,
  });
  el.append(v.root);
  let timer = null;

  function onSetting(name, value) {
    const [down, right] = model.get("shift_px");
    if (name === "down") save(model, { shift_px: [value, right] });
    else if (name === "right") save(model, { shift_px: [down, value] });
    else save(model, { [name]: value });
  }

  function readState() {
    const { images, masks, names, pixel_size_um } = model.get("cells");
    const number = Math.min(model.get("cell"), names.length - 1);
    const change = Object.fromEntries(CHANGE.map((name) => [name, model.get(name)]));
    const [picture, mask] = [images, masks].map((packed) => pictureNumber(packed, number));
    return { picture, mask, names, number, pixel_size_um, change, forgotten: v.forget.input.checked };
  }

  function update() {
    const state = readState();
    const { picture, mask, change, forgotten } = state;
    const moved = move(picture, change);
    const after = recolor(moved, change);
    const rightMask = moveMask(mask, change);
    const afterMask = forgotten ? mask : rightMask;
    showControls(state);
    v.root.classList.toggle("is-forgotten", forgotten);
    showOutlined(v.before, picture, mask, "The cell before, with the outline of its mask.");
    showOutlined(v.after, after, afterMask, "The cell after the change, with the outline of its mask.");
    showScaleBars([v.before, v.after], state.pixel_size_um, picture.columns);
    showFacts(v, measure(picture, mask), measure(after, afterMask), state.pixel_size_um);
    const notes = notesOn({ change, ...consequences(state, moved, after, rightMask), forgotten });
    v.notes.classList.toggle("is-calm", !notes.length);
    if (!notes.length) notes.push(CALM);
    v.notes.replaceChildren(...notes.map((text) => element("li", {}, text)));
    showExamples(state);
    clearTimeout(timer);
    timer = setTimeout(() => {
      v.live.textContent = notes[0];
    }, LIVE_MS);
  }

  function showControls({ names, number, change }) {
    setOptions(
      v.cell,
      names.map((name, i) => [i, `${i + 1}: ${name}`]),
      number,
    );
    for (const [name, { select, options }] of Object.entries(v.selects))
      setOptions(select, options, change[name]);
    const [down, right] = change.shift_px;
    for (const [name, slider] of Object.entries(v.sliders)) slider.show({ down, right, ...change }[name]);
  }

  function showExamples({ picture, mask, change, forgotten }) {
    const limits = limitsOf(change);
    v.examples.forEach((example, number) => {
      const drawn = drawChange(limits, change, number);
      const changed = recolor(move(picture, drawn), drawn);
      showOutlined(
        example,
        changed,
        forgotten ? mask : moveMask(mask, drawn),
        `Random change ${number + 1}.`,
      );
    });
    v.call.textContent = callOf(limits, change);
  }

  const forget = onChange(model, ["cells", "cell", ...CHANGE], update);
  update();
  return () => {
    clearTimeout(timer);
    forget();
  };
}

export { callOf, drawChange, limitsOf, measure, move, moveMask, recolor };

export default { render };
