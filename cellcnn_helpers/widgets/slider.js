// A slider and a number field for one number: the slider to try, the field to say exactly.

const SLIDER_STEPS = 120;

/** `scale`: "log" spreads small values, "log0" does so from 0 on; else even steps of `step`. */
function sliderScale({ low, high, step, scale = "even" }) {
  if (scale === "even") {
    return { min: low, max: high, step, toValue: (at) => at, toPlace: (value) => value };
  }
  const shift = scale === "log0" ? high / 300 : 0;
  const [from, to] = [Math.log(low + shift), Math.log(high + shift)];
  return {
    min: 0,
    max: SLIDER_STEPS,
    step: 1,
    toValue: (at) => {
      const value = Math.exp(from + ((to - from) * at) / SLIDER_STEPS) - shift;
      return at === 0 ? low : Number(value.toPrecision(3));
    },
    toPlace: (value) => (SLIDER_STEPS * (Math.log(value + shift) - from)) / (to - from),
  };
}

/**
 * One number under its label. The slider runs from `low` to `high`; the field takes all from `min` to `max`.
 * `onvalue(value)` is called with a number in that range, `onproblem(text)` with what is wrong, or with "".
 */
function makeSlider(options, { onvalue, onproblem }) {
  const { label, unit = "", hint = "", low, high, min = low, max = high, whole = false } = options;
  const { toValue, toPlace, ...range } = sliderScale(options);
  let shown = NaN;
  const name = unit ? `${label}, ${unit}` : label;
  const slider = element("input", {
    type: "range",
    "aria-label": name,
    oninput: () => onvalue(toValue(Number(slider.value))),
  });
  for (const [key, value] of Object.entries(range)) slider[key] = String(value);
  const field = element("input", {
    type: "text",
    inputMode: "decimal",
    autocomplete: "off",
    "aria-label": `${name}, as a number`,
    onfocus: () => field.select(),
    onchange: () => {
      const value = parseNumber(field.value);
      if (value >= min && value <= max && (!whole || Number.isInteger(value))) {
        onproblem("");
        field.removeAttribute("aria-invalid");
        onvalue(value);
        show(value);
        return;
      }
      field.setAttribute("aria-invalid", "true");
      const kind = whole ? "whole number" : "number";
      const bounds = `from ${formatNumber(min)} ${max === Infinity ? "on" : `to ${formatNumber(max)}`}`;
      onproblem(
        `${label} must be a ${kind} ${bounds}: got “${field.value}”. It stays ${formatNumber(shown, 1)}.`,
      );
    },
  });

  function show(value) {
    shown = value;
    const text = formatNumber(value, 1);
    if (document.activeElement !== slider || toValue(Number(slider.value)) !== value) {
      slider.value = String(toPlace(Math.min(high, Math.max(low, value))));
    }
    slider.setAttribute("aria-valuetext", unit ? `${text} ${unit}` : text);
    field.value = text;
    field.removeAttribute("aria-invalid");
  }

  const words = element("span", { class: "cellcnn-slider-name" }, label);
  if (hint) words.title = hint;
  const number = element("span", { class: "cellcnn-slider-number" }, field, element("span", {}, unit));
  const node = element("div", { class: "cellcnn-slider" }, words, number, slider);
  return { node, show };
}
