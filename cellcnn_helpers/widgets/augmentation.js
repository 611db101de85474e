// The augmentation widget. State lives in the model: cells, cell, and the change in CHANGE.
// The arithmetic is in changes.js.

const CHANGE = ["mirror", "quarter_turns", "degrees", "shift_px", "zoom", "interpolation", "border"].concat([
  "brightness",
  "contrast",
  "noise",
  "seed",
]);
const UNCHANGED = "Nothing is changed.";
const CALM = "The label holds: it is still the same cell.";
const LIVE_MS = 400; // a screen reader hears the result when the slider rests

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el, start }) {
  const v = makeView({
    set: (values) => save(model, values),
    setting: onSetting,
    reset,
    draw: () => save(model, { seed: (model.get("seed") + 1) % 2 ** 32 }),
    view: update,
  });
  el.append(v.root);
  let timer = null;

  function reset() {
    v.forget.input.checked = false;
    const last = model.get("cells").names.length - 1; // Python may have brought fewer cells since
    save(model, { ...start, cell: Math.min(start.cell, last) });
    update(); // the tick is no part of the model
  }

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
    const pixelSizes = showSizes(v, state);
    showFacts(v, measure(picture, mask), measure(after, afterMask), pixelSizes);
    const happened = consequences(state, moved, after, rightMask);
    const notes = notesOn({ change, ...happened, forgotten, pixelSizes });
    v.notes.classList.toggle("is-calm", !notes.length);
    if (!notes.length) notes.push(happened.unchanged ? UNCHANGED : CALM);
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

export default () => {
  let start = null; // what Python gave at first, for Reset
  return {
    initialize: ({ model }) => {
      start = Object.fromEntries(["cell", ...CHANGE].map((name) => [name, model.get(name)]));
    },
    render: ({ model, el }) => render({ model, el, start }),
  };
};
