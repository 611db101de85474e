// The convolution widget. State lives in the model: kernel, image, strides, padding, dilation_rate, row, column.
// What concerns only one view (playing, guessing) stays in it. The arithmetic is in kernels.js.

const TRAITS = ["images", "image", "kernel", "strides", "padding", "dilation_rate", "row", "column"];

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el, own }) {
  const choice = makePictureChoice({ model, own, say, update });
  const walk = makeWalk({
    model,
    size: () => now.result,
    update,
    onStart: () => ([v.fill.input.checked, v.predict.input.checked] = [true, false]),
  });
  const on = {
    preset: () => choosePreset(v.preset.value),
    size: () => chooseSize(Number(v.size.value)),
    setting: (name, value) => save(model, { [name]: value }),
    view: () => {
      walk.pause();
      update();
    },
    key: walk.onKey,
    point: onPoint,
    drag: onDrag,
    hot: onHot,
    guess: onGuess,
  };
  const v = makeView(on, choice, walk);
  el.append(v.root);

  // ---- what only this view knows ----
  let tables = null; // {pixels, weights, products} for one kernel shape
  let now = null; // what is shown: {picture, kernel, settings, result, row, column}
  let answered = false;
  let shown = ""; // the state that a guess belongs to

  // ---- reading the model ----
  function readState() {
    const settings = Object.fromEntries(
      ["strides", "padding", "dilation_rate"].map((name) => [name, model.get(name)]),
    );
    const picture = choice.current();
    const kernel = model.get("kernel");
    const result = convolve(picture, kernel, settings);
    const row = Math.max(0, Math.min(model.get("row"), result.rows - 1));
    const column = Math.max(0, Math.min(model.get("column"), result.columns - 1));
    return { picture, kernel, settings, result, row, column };
  }

  // ---- showing it ----
  function update() {
    now = readState();
    const { result, row, column } = now;
    const fits = result.values.length > 0;
    if (fits && (row !== model.get("row") || column !== model.get("column"))) save(model, { row, column });
    const state = JSON.stringify([model.get("image"), now.kernel, now.settings, row, column]);
    if (state !== shown) {
      shown = state;
      answered = false;
      v.guess.value = v.verdict.textContent = "";
    }
    showControls();
    showStages(v, now, fits, (at) => {
      const here = row * result.columns + column;
      return (v.fill.input.checked && at > here) || (at === here && guessing());
    });
    showNumbers(fits);
    v.formula.textContent = fits ? sizeText(result, now.settings) : "";
    if (!fits) {
      const { down, across } = result;
      say(
        `The window spans ${times(down.span, across.span)} pixels and does not fit inside the ${times(down.size, across.size)} picture. Choose padding “same”, a smaller kernel or less dilation.`,
      );
    } else if (v.message.dataset.about === "fit") say("");
    v.message.dataset.about = fits ? "" : "fit";
  }

  function showControls() {
    const { kernel, settings } = now;
    choice.show();
    const preset = findPreset(kernel)?.name ?? "";
    setOptions(
      v.preset,
      [...(preset ? [] : [["", "your own weights"]]), ...PRESETS.map(({ name }) => [name, name])],
      preset,
    );
    const square = kernel.length === kernel[0].length ? kernel.length : 0;
    const other = square ? [] : [[0, times(kernel.length, kernel[0].length)]];
    setOptions(v.size, [...other, ...ALL.map((n) => [n, times(n, n)])], square);
    [v.padding.value, v.strides.value, v.dilation.value] = [
      settings.padding,
      settings.strides,
      settings.dilation_rate,
    ];
  }

  function buildTables(rows, columns) {
    const editor = (i, j) => [
      element("input", {
        type: "text",
        autocomplete: "off",
        "aria-label": `Weight, row ${i}, column ${j}`,
        oninput: (event) => editWeight(event.target, i, j),
        onchange: (event) => leaveWeight(event.target, i, j),
        onfocus: (event) => event.target.select(),
      }),
    ];
    tables = {
      rows,
      columns,
      pixels: numberTable("Pixels", rows, columns),
      weights: numberTable("Kernel: edit it", rows, columns, editor),
      products: numberTable("Products", rows, columns),
    };
    const sign = (text) => element("span", { class: "cellcnn-sign", "aria-hidden": "true" }, text);
    v.numbers.style.setProperty("--columns", columns);
    v.numbers.classList.toggle("is-wide", columns > 3);
    v.numbers.replaceChildren(
      tables.pixels.table,
      sign("×"),
      tables.weights.table,
      sign("="),
      tables.products.table,
      sign("→"),
      v.sum,
    );
    v.details.open = rows * columns <= 12; // longer sums only when asked for
  }

  function showNumbers(fits) {
    const { picture, kernel, settings, result, row, column } = now;
    if (tables?.rows !== kernel.length || tables?.columns !== kernel[0].length)
      buildTables(kernel.length, kernel[0].length);
    const over = findPreset(kernel)?.over(kernel.length) ?? 1;
    const weights = kernel.flat();
    tables.weights.cells.forEach((cell, at) => {
      const box = cell.firstChild;
      cell.className = signClass(weights[at]);
      if (parseNumber(box.value) !== weights[at] || document.activeElement !== box)
        box.value = formatWeight(weights[at], over);
      box.removeAttribute("aria-invalid");
    });
    for (const node of [tables.pixels.table, tables.products.table, v.sum, v.details])
      node.classList.toggle("is-absent", !fits);
    v.guessing.hidden = !v.predict.input.checked || !fits;
    if (!fits) return;
    const terms = termsAt(picture, kernel, settings, result, row, column);
    const value = result.values[row * result.columns + column];
    const secret = guessing();
    terms.forEach(({ pixel, product, outside }, at) => {
      const pixelCell = tables.pixels.cells[at];
      const grey = greyLevel(pixel, picture);
      pixelCell.textContent = formatNumber(pixel);
      pixelCell.className = outside ? "is-outside" : grey < 118 ? "is-dark" : "is-light";
      pixelCell.style.backgroundColor = outside ? "" : `rgb(${grey}, ${grey}, ${grey})`;
      pixelCell.title = outside ? "outside the picture: zero" : "";
      const productCell = tables.products.cells[at];
      productCell.textContent = secret ? "?" : formatNumber(product);
      productCell.className = secret ? "" : signClass(product);
    });
    v.totalPlace.textContent = `Sum, row ${row}, column ${column}`;
    v.total.value = secret ? "" : String(value);
    v.total.textContent = secret ? "?" : formatNumber(value, 1);
    v.details.hidden = secret;
    v.written.textContent = secret ? "" : writtenSum(terms, value, over);
    v.live.textContent = walk.isPlaying()
      ? ""
      : `Row ${row}, column ${column}: the sum is ${secret ? "yours to predict" : formatNumber(value, 1)}.`;
  }

  function say(text) {
    v.message.textContent = text;
  }

  // ---- what the reader does ----
  function choosePreset(name) {
    const preset = PRESETS.find((each) => each.name === name);
    if (preset)
      save(model, {
        kernel: preset.kernel(preset.sizes.includes(now.kernel.length) ? now.kernel.length : 3),
      });
  }

  function chooseSize(size) {
    if (!size) return;
    const preset = findPreset(now.kernel);
    save(model, {
      kernel: preset?.sizes.includes(size) ? preset.kernel(size) : resizeKernel(now.kernel, size),
    });
  }

  function editWeight(box, i, j) {
    const weight = parseNumber(box.value);
    if (Number.isNaN(weight)) return; // half-typed, such as “−”
    save(model, {
      kernel: now.kernel.map((row, r) => row.map((old, c) => (r === i && c === j ? weight : old))),
    });
  }

  function leaveWeight(box, i, j) {
    if (Number.isNaN(parseNumber(box.value))) {
      say(
        `The weight in row ${i}, column ${j} must be a number: got “${box.value}”. Write for example −1, 0.5 or 1/9. It stays ${formatNumber(now.kernel[i][j])}.`,
      );
      box.setAttribute("aria-invalid", "true");
    } else {
      say("");
      update();
    }
  }

  function onPoint(event) {
    walk.pause();
    const field = event.currentTarget;
    walk.moveTo(...(field === v.output.field ? cellUnder : windowUnder)(event, now.result));
  }

  function onDrag(event) {
    if (event.buttons === 1 && event.pointerType !== "touch") onPoint(event); // a finger that moves scrolls the page
  }

  /** The pixel, its weight and their product light up together. */
  function onHot(event) {
    const at = event.target.closest?.("[data-place]")?.dataset.place;
    for (const cell of v.numbers.querySelectorAll("td"))
      cell.classList.toggle("is-hot", cell.dataset.place === at);
  }

  const guessing = () => v.predict.input.checked && !answered;

  function onGuess(event) {
    event.preventDefault();
    const value = now.result.values[now.row * now.result.columns + now.column];
    const guessed = parseNumber(v.guess.value);
    if (Number.isNaN(guessed)) {
      v.verdict.textContent = `Write a number, for example −12.5: got “${v.guess.value}”.`;
      return;
    }
    const difference = guessed - value;
    const close = Number.isInteger(value) ? 1e-9 : 0.01 * Math.max(1, Math.abs(value)); // rounding is no mistake
    answered = true;
    update();
    v.verdict.textContent =
      Math.abs(difference) <= close
        ? `Right: the sum is ${formatNumber(value, 1)}.`
        : `Not yet: you wrote ${formatNumber(guessed)}, the sum is ${formatNumber(value, 1)}. You are ${formatNumber(Math.abs(difference), 1)} too ${difference > 0 ? "high" : "low"}.`;
  }

  const forget = onChange(model, TRAITS, update);
  update();
  return () => {
    walk.stop();
    forget();
  };
}

export { convolve, parseNumber, formatNumber, readPictureHeader };

export default () => {
  const own = { picture: null, name: "" }; // shared by all views of one widget
  return { render: ({ model, el }) => render({ model, el, own }) };
};
