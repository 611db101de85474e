// Moving a window over a picture: arrow keys, buttons, pointing, and playing on its own.

const PASS_MS = 30000; // one run of the window over the whole picture
const ARROWS = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [0, -1e3],
  End: [0, 1e3],
  PageUp: [-1e3, 0],
  PageDown: [1e3, 0],
};

/** `size()` tells the rows and columns of the result; `update` shows the view anew, `onStart` readies it for playing. */
function makeWalk({ model, size, update, onStart = () => {} }) {
  const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = null;
  const button = (text, attributes) => element("button", { type: "button", ...attributes }, text);
  const arrow = (text, name, rows, columns) =>
    button(text, { "aria-label": name, title: name, onclick: () => step(rows, columns) });
  const play = button("Play", { onclick: () => (timer ? pause() : start()) });
  const still = element(
    "span",
    { class: "cellcnn-note" },
    "Your system asks for less motion, so there is no Play: step instead.",
  );
  const arrows = element(
    "span",
    { class: "cellcnn-arrows", role: "group", "aria-label": "Move the window" },
    arrow("←", "Left", 0, -1),
    arrow("↑", "Up", -1, 0),
    arrow("↓", "Down", 1, 0),
    arrow("→", "Right", 0, 1),
  );

  function moveTo(row, column) {
    const { rows, columns } = size();
    if (rows)
      save(model, {
        row: Math.max(0, Math.min(row, rows - 1)),
        column: Math.max(0, Math.min(column, columns - 1)),
      });
  }

  function step(rows, columns) {
    pause();
    moveTo(model.get("row") + rows, model.get("column") + columns);
  }

  function onKey(event) {
    const by = ARROWS[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault(); // the page must not scroll
    step(...by);
  }

  function start() {
    const { rows, columns } = size();
    const places = rows * columns;
    if (!places) return;
    const at = () => model.get("row") * columns + model.get("column");
    const wait = Math.max(60, Math.min(400, PASS_MS / places));
    const jump = Math.ceil((places * wait) / PASS_MS);
    onStart();
    timer = setInterval(() => {
      if (at() >= places - 1) return pause();
      const next = Math.min(places - 1, at() + jump);
      moveTo(Math.floor(next / columns), next % columns);
    }, wait);
    play.textContent = "Pause";
    if (at() === places - 1) moveTo(0, 0);
    else update();
  }

  function pause() {
    if (!timer) return;
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    update();
  }

  function onMotion() {
    play.hidden = lessMotion.matches;
    still.hidden = !lessMotion.matches;
    if (lessMotion.matches) pause();
  }

  onMotion();
  lessMotion.addEventListener("change", onMotion);
  return {
    controls: [arrows, play, still],
    isPlaying: () => timer !== null,
    moveTo,
    pause,
    onKey,
    stop() {
      clearInterval(timer);
      lessMotion.removeEventListener("change", onMotion);
    },
  };
}
