// One value, followed back: the window that it was made of, the kernel, the products and their sum.

const LARGEST_SHOWN = 6;

/** `on` holds {choose(place), back(place), forward()}. */
function makeFollow(on) {
  const pointing = (name, key, click) => ({
    tabIndex: 0,
    role: "application",
    "aria-roledescription": name,
    onkeydown: key,
    onclick: click,
  });
  let now = null; // {trace, at, source, group, network, names, canForward}
  const v = {
    title: element("p", { class: "cellcnn-followed" }),
    before: stage("cellcnn-picture", pointing("map with a window", onSourceKey, onSourcePoint)),
    here: stage("cellcnn-result", pointing("map with a movable value", onKey, onPoint)),
    bars: element("div", {
      class: "cellcnn-bars",
      tabIndex: 0,
      role: "slider",
      "aria-label": "What each input adds to the sum",
      onkeydown: onBarKey,
      onclick: (event) => chooseGroup([...v.bars.children].indexOf(event.target.closest("i"))),
    }),
    barsName: element("p", { class: "cellcnn-note" }),
    tables: element("div", { class: "cellcnn-numbers" }),
    sum: element("dl", { class: "cellcnn-total" }),
    back: element("button", { type: "button", onclick: () => on.back(backPlace()) }),
    forward: element("button", { type: "button", onclick: () => on.forward() }, "Forward again"),
    live: element("p", { class: "cellcnn-unseen", "aria-live": "polite" }),
  };
  v.node = element(
    "section",
    { class: "cellcnn-follow", "aria-label": "One value, followed back" },
    v.title,
    element("div", { class: "cellcnn-stages" }, v.before.figure, v.here.figure),
    element("div", { class: "cellcnn-row" }, v.back, v.forward),
    v.barsName,
    v.bars,
    v.tables,
    v.sum,
    v.live,
  );

  // ---- showing it ----
  function show(state) {
    const { trace, at, names, network } = state;
    const isSame = now && now.at.layer === at.layer && now.at.channel === at.channel;
    now = { ...state, group: isSame ? now.group : -1 };
    const { groups, layer, value } = trace;
    if (groups && (!isSame || now.group >= groups.length || now.group < 0)) now.group = largestGroup(groups);
    const words = placeInWords(layer, at, network);
    v.title.replaceChildren(
      element("strong", {}, names[at.layer]),
      `, ${words}: `,
      element("data", { value: String(value) }, formatNumber(value)),
    );
    showStages();
    showBars();
    showTables();
    fillTerms(v.sum, sumInWords(now));
    v.back.textContent = state.before < 0 ? "Here the picture begins" : "Follow it back";
    v.back.disabled = state.before < 0;
    v.forward.disabled = !state.canForward;
    v.live.textContent = `${names[at.layer]}, ${words}: ${formatNumber(value)}.`;
  }

  const largestGroup = (groups) =>
    groups.reduce((best, { sum }, n) => (Math.abs(sum) > Math.abs(groups[best].sum) ? n : best), 0);
  const chosenGroup = () => now.trace.groups?.[now.group];
  const backPlace = () => now.trace.back(chosenGroup());

  function showStages() {
    const { trace, at, names, outputs, network } = now;
    const { layer, source } = trace;
    const from = backPlace();
    showOneMap(v.here, outputs[at.layer], at.channel, at, `${names[at.layer]}, ${mapInWords(layer, at, network)}`);
    v.before.figure.hidden = source.shape.length === 1;
    v.here.figure.hidden = layer.shape.length === 1;
    if (source.shape.length === 1) return;
    const before = now.before < 0 ? "The picture" : names[now.before];
    const channel = inputInWords(from.channel);
    showOneMap(v.before, source, from.channel, from, `${before}, ${channel}`, windowOf(trace, at));
  }

  const mapInWords = (layer, at, { layers, names }) =>
    layer.index === layers.length - 1 ? names[at.channel] : `map ${at.channel}`;
  const colorInWords = (channels, channel) => (channels === 3 ? ["red", "green", "blue"][channel] : "grey");

  /** The part of the map before that a value was made of. */
  function windowOf({ layer, source }, at) {
    const [rows, columns] = source.shape;
    if (layer.type === "GlobalAveragePooling2D") return { top: 0, left: 0, rows, columns };
    if (!layer.axes) return null;
    const [down, across] = [inPicture(layer.axes[0], at.row), inPicture(layer.axes[1], at.column)];
    return { top: down.start, left: across.start, rows: layer.axes[0].window, columns: layer.axes[1].window };
  }

  function showOneMap(shown, maps, channel, at, caption, mark) {
    const [rows, columns] = asMaps(maps.shape);
    drawMap(shown.canvas, maps, channel, scaleOf(maps.values));
    place(shown.canvas, { top: 0, left: 0, rows, columns }, { rows, columns });
    place(shown.mark, mark ?? { top: at.row, left: at.column, rows: 1, columns: 1 }, { rows, columns });
    shown.field.style.aspectRatio = `${columns} / ${rows}`;
    shown.caption.textContent = caption;
    const value = formatNumber(valueAt(maps, at));
    const what = shown === v.here ? "The arrow keys move the value" : "Enter follows the value in the window that counts most";
    shown.field.setAttribute("aria-label", `${caption}. ${what}; row ${at.row}, column ${at.column}: ${value}.`);
  }

  /** One bar for each map, or number, of the layer before: what it adds. */
  function showBars() {
    const { trace, group } = now;
    const { groups } = trace;
    v.bars.hidden = v.barsName.hidden = !groups || groups.length === 1;
    if (v.bars.hidden) return;
    const limit = groups.reduce((a, { sum }) => Math.max(a, Math.abs(sum)), 0) || 1;
    if (v.bars.children.length !== groups.length) v.bars.replaceChildren(...groups.map(() => element("i")));
    [...v.bars.children].forEach((bar, n) => {
      const { sum } = groups[n];
      bar.style.setProperty("--height", Math.abs(sum) / limit);
      bar.className = `${sum < 0 ? "is-negative" : "is-positive"} ${n === group ? "is-chosen" : ""}`;
    });
    const what = `${inputInWords(group)} adds ${formatNumber(groups[group].sum)}`;
    v.barsName.textContent = `What each ${trace.source.shape.length === 3 ? "map" : "number"} before adds. Chosen: ${what}.`;
    for (const [key, number] of [["min", 0], ["max", groups.length - 1], ["now", group]])
      v.bars.setAttribute(`aria-value${key}`, String(number));
    v.bars.setAttribute("aria-valuetext", what);
  }

  function inputInWords(channel) {
    const { trace } = now;
    if (now.before < 0) return colorInWords(trace.source.shape[2], channel);
    return `${trace.source.shape.length === 3 ? "map" : "number"} ${channel}`;
  }

  function showTables() {
    const { trace } = now;
    const terms = trace.window ?? chosenGroup()?.terms;
    const isFlat = trace.source.shape.length === 1;
    v.tables.hidden = !terms || isFlat;
    if (v.tables.hidden) return;
    const rows = terms.length / trace.columns;
    const limit = largestSize(terms.map(({ value }) => value));
    const make = (caption, key) => {
      const { table, cells } = numberTable(caption, rows, trace.columns);
      terms.forEach((term, n) => {
        cells[n].textContent = formatNumber(Number(term[key].toFixed(2))); // the sums below are exact
        if (key === "value") paintValue(cells[n], term, limit);
        else cells[n].className = term[key] < 0 ? "is-negative" : term[key] > 0 ? "is-positive" : "";
      });
      return table;
    };
    const sign = (text) => element("span", { class: "cellcnn-sign", "aria-hidden": "true" }, text);
    v.tables.style.setProperty("--columns", trace.columns);
    v.tables.classList.toggle("is-wide", trace.columns > 3);
    if (trace.window) v.tables.replaceChildren(make("Window", "value"));
    else v.tables.replaceChildren(make("Window", "value"), sign("×"), make("Kernel", "weight"), sign("="), make("Products", "product"));
  }

  function paintValue(cell, { value, outside, row, column }, limit) {
    const grey = greyLevel(Math.max(0, value), { black: 0, white: limit });
    cell.className = outside ? "is-outside" : value < 0 ? "is-negative" : grey < 118 ? "is-dark" : "is-light";
    cell.style.backgroundColor = outside || value < 0 ? "" : `rgb(${grey}, ${grey}, ${grey})`;
    if (outside) cell.title = "outside: zero";
    const { winner } = now.trace;
    cell.classList.toggle("is-hot", winner?.row === row && winner?.column === column);
  }

  // ---- what the reader does ----
  function chooseGroup(n) {
    if (n < 0) return;
    now.group = n;
    showStages();
    showBars();
    showTables();
    fillTerms(v.sum, sumInWords(now));
  }

  function onBarKey(event) {
    const by = ARROWS[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const step = by[1] || -by[0]; // up is more, as in every slider
    chooseGroup(inside(now.group + step, now.trace.groups.length));
  }

  function onKey(event) {
    const by = ARROWS[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    on.choose({ ...now.at, row: now.at.row + by[0], column: now.at.column + by[1] });
  }

  function onSourceKey(event) {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (now.before >= 0) on.back(backPlace());
  }

  const pixelUnder = (event, { shape }) => {
    const [y, x] = shareOf(event, event.currentTarget);
    return { row: Math.floor(y * shape[0]), column: Math.floor(x * shape[1]) };
  };

  function onPoint(event) {
    on.choose({ ...now.at, ...pixelUnder(event, now.trace.layer) });
  }

  function onSourcePoint(event) {
    if (now.before >= 0) on.back({ channel: backPlace().channel, ...pixelUnder(event, now.trace.source) });
  }

  return { node: v.node, show };
}

/** [[name, number or text]] for how a value adds up. */
function sumInWords({ trace, group, names, before }) {
  const { layer, groups, value } = trace;
  if (groups) {
    const isFlat = trace.source.shape.length === 1;
    const chosen = groups[group];
    const others = trace.before - trace.bias - chosen.sum;
    const what = isFlat ? "number" : before < 0 ? "channel" : "map";
    const lines = isFlat ? largestProducts(groups) : [[`this ${what} adds`, chosen.sum]];
    const rest = isFlat ? lines.reduce((sum, [, , number]) => sum - number, trace.before - trace.bias) : others;
    const numOthers = groups.length - (isFlat ? lines.length : 1);
    if (numOthers) lines.push([`the other ${numOthers} ${what}s add`, rest]);
    lines.push(["bias", trace.bias]);
    if (layer.activation === "relu") lines.push(["sum", trace.before], ["after ReLU: 0 if below 0", value]);
    else lines.push(["sum", value]);
    return lines;
  }
  if (trace.window) return [["the largest in the window", value]];
  if (trace.count) {
    return [[`sum of ${trace.count} values`, trace.total], [`divided by ${trace.count}`, value]];
  }
  if (trace.factor !== undefined) {
    return [["value before", trace.input], ["× factor", trace.factor], ["+ shift", trace.term], ["sum", value]];
  }
  return [[layer.type === "ReLU" ? "value before" : `the same value, from ${names[before]}`, trace.input], ["value", value]];
}

/** The products that count most in a flat layer: [name, “value × weight”, product]. */
function largestProducts(groups) {
  const bySize = [...groups].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum)).slice(0, LARGEST_SHOWN);
  return bySize.map(({ channel, terms: [{ value, weight }], sum }) => [
    `number ${channel}`,
    `${formatNumber(value)} × ${formatNumber(weight)}`,
    sum,
  ]);
}

/** Fill a list of terms: name, how it came about, number. */
function fillTerms(list, lines) {
  list.replaceChildren(
    ...lines.map((line, n) => {
      const [name, how, number] = line.length === 3 ? line : [line[0], "", line[1]];
      const data = element("data", { value: String(number) }, formatNumber(number, 1));
      const last = n === lines.length - 1 ? "is-last" : "";
      return element(
        "div",
        { class: last },
        element("dt", {}, name),
        element("dd", {}, how ? `${how} = ` : "", data),
      );
    }),
  );
}
