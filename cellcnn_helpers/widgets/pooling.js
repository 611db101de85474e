// The pooling widget. State lives in the model: image, pool_size, strides, padding, view, shift, row, column.
// What concerns only one view (playing, where a gradient arrives) stays in it. The arithmetic is in pools.js.

const SETTINGS = ["pool_size", "strides", "padding"];
const TRAITS = ["images", "image", ...SETTINGS, "view", "shift", "row", "column"];

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el, own }) {
  const choice = makePictureChoice({ model, own, say, update });
  const walk = makeWalk({
    model,
    size: () => now.result,
    update,
    onStart: () => (v.fill.input.checked = true),
  });
  const on = {
    setting: onSetting,
    shift: (by) => save(model, { shift: Math.max(0, Math.min(MOST_SHIFT, model.get("shift") + by)) }),
    view: () => {
      walk.pause();
      update();
    },
    point: onPoint,
    drag: onDrag,
  };
  const v = makeView(on, choice, walk);
  el.append(v.root);

  let tables = {}; // pixels and gradients of one window, for one pool size
  let now = null; // what is shown: {picture, settings, result, view, row, column, still}

  function readState() {
    const settings = Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));
    const still = onOwnScale(choice.current());
    const view = model.get("view");
    const picture = view === "shift" ? shiftRight(still, model.get("shift")) : still;
    const result = pool(picture, settings);
    const row = Math.max(0, Math.min(model.get("row"), result.rows - 1));
    const column = Math.max(0, Math.min(model.get("column"), result.columns - 1));
    return { picture, still, settings, view, result, row, column };
  }

  function update() {
    now = readState();
    const { result, view, row, column } = now;
    const fits = result.rows > 0;
    if (fits && (row !== model.get("row") || column !== model.get("column"))) save(model, { row, column });
    showControls(fits);
    showPicture(v.input, now, view === "shift" ? `Shifted by ${model.get("shift")}` : "Picture");
    for (const node of [v.largest.figure, v.means.figure, v.input.mark]) node.hidden = !fits;
    sayWhetherItFits(fits);
    if (!fits) return;
    const here = row * result.columns + column;
    showResults(v, now, (at) => v.fill.input.checked && at > here);
    showWinner(v, now);
    const show = { window: showWindow, gradient: showGradient, shift: showShift };
    v.told.textContent = show[view](here);
    v.live.textContent = walk.isPlaying() ? "" : v.told.textContent;
  }

  function showControls(fits) {
    const { settings, view, result } = now;
    choice.show();
    v.pool_size.value = settings.pool_size;
    v.strides.value = settings.strides ?? "";
    v.padding.value = settings.padding;
    v.strides.disabled = v.padding.disabled = settings.pool_size === GLOBAL;
    for (const input of v.view.inputs) input.checked = input.value === view;
    for (const [name, panel] of Object.entries(v.panels)) panel.hidden = name !== view || !fits;
    v.told.hidden = !fits;
    v.formula.textContent = fits ? poolSizeText(result, settings) : "";
  }

  function sayWhetherItFits(fits) {
    const { down, across } = now.result;
    if (!fits) {
      say(
        `The window has ${times(down.span, across.span)} pixels and does not fit inside the ${times(down.size, across.size)} picture. Choose padding “same” or a smaller pool size.`,
      );
    } else if (v.message.dataset.about === "fit") say("");
    v.message.dataset.about = fits ? "" : "fit";
  }

  function say(text) {
    v.message.textContent = text;
  }

  // ---- the three views: each answers with a sentence ----
  function showWindow(here) {
    const { picture, result, row, column } = now;
    const places = placesUnder(result, row, column);
    const [largest, mean] = [result.largest[here], result.means[here]];
    for (const [shown, value] of [
      [v.largestHere, largest],
      [v.meanHere, mean],
    ]) {
      shown.value = String(value);
      shown.textContent = formatNumber(value, 1);
    }
    const isSmall = fitTables("pixels", v.numbers, ["Pixels"], v.sums);
    if (isSmall) {
      tables.pixels[0].cells.forEach((cell, at) => {
        showPixel(cell, picture, places[at]);
        cell.classList.toggle("is-winner", places[at] === result.winners[here]);
      });
    }
    const inside = places.filter((place) => place >= 0).map((place) => picture.values[place]);
    v.details.hidden = !isSmall;
    const terms = inside.map((value) => formatNumber(value));
    const exact = isShownExactly(mean, 1) && inside.every((value) => isShownExactly(value));
    v.written.replaceChildren(
      element("p", {}, `max(${terms.join(", ")}) = ${formatNumber(largest)}`),
      element("p", {}, `(${terms.join(" + ")}) / ${inside.length} ${exact ? "=" : "≈"} ${formatNumber(mean, 1)}`),
    );
    const ties = inside.filter((value) => value === largest).length;
    const outside = places.length - inside.length;
    return [
      `Row ${row}, column ${column} of the results: of ${pixels(inside.length)} the largest is ${formatNumber(largest, 1)}, the mean ${formatNumber(mean, 1)}.`,
      ties > 1 ? `${ties} pixels are the largest; the first of them, row by row, is the winner.` : "",
      outside ? `Places outside the picture, which do not count: ${outside}.` : "",
    ]
      .filter(Boolean)
      .join(" ");
  }

  function showGradient(here) {
    const { picture, result, row, column } = now;
    const everywhere = v.everywhere.input.checked;
    const dy = new Float64Array(result.largest.length).fill(everywhere ? 1 : 0);
    dy[here] = 1;
    const back = poolBackward(result, dy);
    for (const [shown, values, name] of [
      [v.backLargest, back.largest, "Max: gradient"],
      [v.backMeans, back.means, "Average: gradient"],
    ]) {
      showSigned(shown, values, picture, largestSize(values), name, false);
      frameWindow(shown.mark, now);
    }
    showReceiver(v, now, back.largest);
    const places = placesUnder(result, row, column);
    if (fitTables("gradients", v.backNumbers, ["Through max", "Through average"])) {
      [back.largest, back.means].forEach((values, i) =>
        tables.gradients[i].cells.forEach((cell, at) => {
          const outside = places[at] < 0;
          cell.textContent = outside ? "" : formatPart(values[places[at]], result.counts[here]);
          cell.className = outside ? "is-outside" : values[places[at]] ? "is-positive" : "";
        }),
      );
    }
    const [winner, count] = [result.winners[here], result.counts[here]];
    const of = picture.values.length;
    if (!everywhere)
      return `1 arrives at row ${row}, column ${column} of each result. Max: the winner, row ${Math.floor(winner / picture.columns)}, column ${winner % picture.columns} of the picture, gets all of it. Average: each of ${pixels(count)} gets 1/${count}.`;
    const reached = (values) => values.filter((value) => value > 0).length;
    const most = back.largest.reduce((a, b) => Math.max(a, b), 0);
    return `1 arrives at each of ${pixels(dy.length)}. Max: it reaches ${reached(back.largest)} of ${pixels(of)}, and the largest gradient is ${most}: what windows that overlap send to one winner adds up. Average: it reaches ${reached(back.means)}.`;
  }

  function showShift() {
    const { still, result, settings, picture } = now;
    const before = pool(still, settings);
    const rows = Array.from({ length: MOST_SHIFT + 1 }, (_, by) => {
      const moved = shiftRight(still, by);
      const after = pool(moved, settings);
      return [
        meanChange(still.values, moved.values),
        meanChange(before.largest, after.largest),
        meanChange(before.means, after.means),
      ];
    });
    const by = model.get("shift");
    v.shifts.replaceChildren(
      ...rows.map((cells, shift) =>
        element(
          "tr",
          { class: shift === by ? "is-current" : "" },
          element("th", { scope: "row" }, String(shift)),
          ...cells.map((change) => element("td", {}, formatNumber(change))),
        ),
      ),
    );
    v.shifted.textContent = `shifted by ${pixels(by)} to the right`;
    v.less.disabled = by === 0;
    v.more.disabled = by === MOST_SHIFT;
    const changes = [result.largest, result.means].map((values, i) =>
      values.map((value, at) => value - [before.largest, before.means][i][at]),
    );
    const limit = Math.max(...changes.map(largestSize));
    showSigned(v.changeLargest, changes[0], result, limit, "Max: change");
    showSigned(v.changeMeans, changes[1], result, limit, "Average: change");
    const [ofPicture, ofMax, ofMean] = rows[by].map((change) => formatNumber(change));
    const steps = by / result.across.stride;
    const whole =
      by && Number.isInteger(steps)
        ? ` ${pixels(by)} ${by === 1 ? "is" : "are"} ${steps === 1 ? "the stride" : `${steps} strides`}: the results themselves moved by ${steps}.`
        : "";
    return `Shifted by ${by}: on average a pixel changes by ${ofPicture} grey values in the picture, by ${ofMax} after max pooling, by ${ofMean} after average pooling.${whole}`;
  }

  // ---- tables of one window ----
  /** Build the tables of a panel if the pool size is new; answers whether the window is small enough for any. */
  function fitTables(kind, holder, names, ...others) {
    const { down, across } = now.result;
    const small = model.get("pool_size") !== GLOBAL;
    const key = small ? `${down.taps} ${across.taps}` : "none";
    if (holder.dataset.key !== key) {
      holder.dataset.key = key;
      tables[kind] = small ? names.map((name) => numberTable(name, down.taps, across.taps)) : [];
      holder.style.setProperty("--columns", across.taps);
      holder.classList.toggle("is-wide", across.taps > 3);
      holder.replaceChildren(...tables[kind].map(({ table }) => table), ...others);
      v.details.open = down.taps * across.taps <= 9;
    }
    return small;
  }

  function showPixel(cell, picture, place) {
    const outside = place < 0;
    const grey = outside ? 0 : greyLevel(picture.values[place], picture);
    cell.textContent = outside ? "" : formatNumber(picture.values[place]);
    cell.className = outside ? "is-outside" : grey < 118 ? "is-dark" : "is-light";
    cell.style.backgroundColor = outside ? "" : `rgb(${grey}, ${grey}, ${grey})`;
  }

  // ---- what the reader does ----
  /** Change the windows, but stay on the pixels where the reader put the last one: `own.corner` remembers them. */
  function onSetting(name, value) {
    const [row, column] = [model.get("row"), model.get("column")];
    const { down, across } = now.result;
    if (own.corner?.row !== row || own.corner.column !== column)
      own.corner = { top: row * down.stride - down.before, left: column * across.stride - across.before };
    const next = layPools(now.picture, { ...now.settings, [name]: value });
    own.corner.row = placeFrom(next.down, own.corner.top);
    own.corner.column = placeFrom(next.across, own.corner.left);
    save(model, { [name]: value, row: own.corner.row, column: own.corner.column });
  }

  function onPoint(event) {
    walk.pause();
    const isPicture = event.currentTarget === v.input.field;
    walk.moveTo(...(isPicture ? windowUnder : cellUnder)(event, now.result));
  }

  function onDrag(event) {
    if (event.buttons === 1 && event.pointerType !== "touch") onPoint(event); // a finger that moves scrolls the page
  }

  const forget = onChange(model, TRAITS, update);
  update();
  return () => {
    walk.stop();
    forget();
  };
}

const pixels = (count) => `${count} ${count === 1 ? "pixel" : "pixels"}`;

/** “1/9” or “4/9” where the value is so many parts of a window of `count` pixels, else a decimal. */
function formatPart(value, count) {
  const parts = Math.round(value * count);
  const isWhole = parts % count === 0;
  return !isWhole && Math.abs(value * count - parts) < 1e-9 ? `${parts}/${count}` : formatNumber(value);
}

/** How many numbers there are before and after, and why. */
function poolSizeText({ rows, columns, down, across }, { padding, pool_size }) {
  const count = `${pixels(down.size * across.size)} become ${rows * columns}.`;
  if (pool_size === GLOBAL)
    return `Global pooling: the window is the whole picture, ${times(down.size, across.size)}. ${count} Only here is the result “the maximum of the picture”.`;
  const [one, two] = [down, across].map((axis) => countFormula(axis, { padding, strides: axis.stride }));
  const size =
    one === two ? `Rows and columns of the result: ${one}.` : `Rows of the result: ${one}. Columns: ${two}.`;
  return `${size} ${count}`;
}

export { pool, poolBackward, shiftRight, meanChange };

export default () => {
  const own = { picture: null, name: "", corner: null }; // shared by all views of one widget
  return { render: ({ model, el }) => render({ model, el, own }) };
};
