// A window on a picture and its place in the result: drawn, and moved by keys, buttons, pointing and playing.

const PASS_MS = 30000; // one run of the window over the whole picture
/** `size()` tells the result's rows and columns; `update` shows the view anew, `onStart` readies it for playing. */
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

/** Where in a node the pointer is: (0, 0) to (1, 1). */
function shareUnder(event) {
  const box = event.currentTarget.getBoundingClientRect();
  return [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
}

/** The row and column of the result under the pointer. */
function cellUnder(event, { rows, columns }) {
  const [y, x] = shareUnder(event);
  return [Math.floor(y * rows), Math.floor(x * columns)];
}

/** The row and column of the result whose window has its middle under the pointer. */
function windowUnder(event, { down, across }) {
  const [y, x] = shareUnder(event);
  const centered = (share, { size, before, after, span, stride }) =>
    Math.round((Math.floor(share * (size + before + after)) - (span - 1) / 2) / stride);
  return [centered(y, down), centered(x, across)];
}

const times = (rows, columns) => `${rows} × ${columns}`;

/** The picture with its border, and the window on it. */
function showPicture(input, { picture, result, row, column }, name) {
  const { down, across } = result;
  const whole = {
    rows: picture.rows + down.before + down.after,
    columns: picture.columns + across.before + across.after,
  };
  drawGrey(input.canvas, picture, picture);
  drawScale(input.scale, picture);
  place(
    input.canvas,
    { top: down.before, left: across.before, rows: picture.rows, columns: picture.columns },
    whole,
  );
  const ratio = Math.min(1, whole.columns / whole.rows);
  input.figure.closest(".cellcnn-widget").style.setProperty("--ratio", ratio);
  input.field.style.aspectRatio = `${whole.columns} / ${whole.rows}`;
  input.caption.textContent = `${name}, ${times(picture.rows, picture.columns)}`;
  input.field.setAttribute(
    "aria-label",
    `${name}. The arrow keys move the window; it is at row ${row}, column ${column} of the result.`,
  );
  const [top, left] = [row * down.stride, column * across.stride];
  place(input.mark, { top, left, rows: down.span, columns: across.span }, whole);
}

/** The result without its hidden pixels, the one of the window marked. */
function showResult(output, { result, row, column }, values, scale, name, isHidden) {
  const { rows, columns } = result;
  drawGrey(output.canvas, { rows, columns, values }, scale, isHidden);
  drawScale(output.scale, scale);
  place(output.canvas, { top: 0, left: 0, rows, columns }, result);
  place(output.mark, { top: row, left: column, rows: 1, columns: 1 }, result);
  output.field.style.aspectRatio = `${columns} / ${rows}`;
  output.caption.textContent = `${name}, ${times(rows, columns)}`;
  output.field.setAttribute(
    "aria-label",
    `${name}, ${times(rows, columns)} pixels; the pixel at row ${row}, column ${column} is marked.`,
  );
}
