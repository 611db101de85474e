// Two pictures of a cell, a table of what one measures in them, and groups of sliders below.

const SCALE_BAR_UM = 5;

/** `heads` are the columns of the table, `facts` its body, `groups` are fieldsets. */
function makeBench(pictures, heads, facts, groups) {
  const columns = heads.map((text) => element("th", { scope: "col" }, text));
  const head = element("thead", {}, element("tr", {}, ...columns));
  return element(
    "div",
    { class: "cellcnn-bench" },
    element(
      "div",
      { class: "cellcnn-results" },
      ...pictures.map(({ figure }) => figure),
      element("table", { class: "cellcnn-facts" }, head, facts),
    ),
    element("div", { class: "cellcnn-groups" }, ...groups),
  );
}

function group(title, ...children) {
  return element("fieldset", {}, element("legend", {}, title), ...children);
}

/** A row of the table: {value, shown} for the reader, with the full number for machines; {} is an empty cell. */
function factRow(name, ...cells) {
  const data = cells.map(({ value, shown }) => {
    if (value === undefined) return element("td");
    return element("td", {}, element("data", { value: String(value) }, shown ?? shortNumber(value)));
  });
  return element("tr", {}, element("th", { scope: "row" }, name), ...data);
}

/** 1026125 -> 1 026 125, with spaces that do not break. */
function shortNumber(value) {
  if (Math.abs(value) < 1000) return formatNumber(value);
  return Math.round(value).toLocaleString("en").replace(/,/g, "\u202f").replace("-", "−");
}

/** A share in percent; with `signed`, a change. */
function percent(share, signed = false) {
  const rounded = Number((100 * share).toFixed(Math.abs(share) < 1 ? 1 : 0));
  if (rounded === 0 && share !== 0) return signed ? "≈ 0 %" : "< 0.1 %";
  return `${signed && rounded > 0 ? "+" : ""}${formatNumber(rounded)} %`;
}

/** A bar of 5 µm on each picture; none where nobody knows how large a pixel is. */
function showScaleBars(pictures, pixel_size_um, columns) {
  for (const { field } of pictures) {
    let bar = field.querySelector(".cellcnn-scale-bar");
    if (!bar) {
      bar = element("div", { class: "cellcnn-scale-bar" }, `${SCALE_BAR_UM} µm`);
      field.append(bar);
    }
    bar.hidden = !pixel_size_um;
    bar.style.width = `${(100 * SCALE_BAR_UM) / pixel_size_um / columns}%`;
  }
}
