// The threshold widget. State lives in the model: threshold, prevalence, cost_of_miss. The arithmetic is in
// threshold_scores.js.

const TRAITS = ["threshold", "prevalence", "cost_of_miss"];

/** One view: makes the elements, shows the model in them, and changes it as the reader acts. */
function render({ model, el }) {
  const [cells, positives, scores] = ["cells", "positives", "scores"].map((trait) => model.get(trait));
  const numPositives = positives.filter(Boolean).length;
  const v = makeView({
    name: model.get("name"),
    on: {
      threshold: (threshold) => save(model, { threshold }),
      prevalence: (prevalence) => save(model, { prevalence }),
      missCost: (cost_of_miss) => save(model, { cost_of_miss }),
      cheapest: () => save(model, { threshold: Math.min(1, now.curve.cheapest.threshold) }),
      point: moveTo,
      drag: (event) => event.buttons === 1 && event.pointerType !== "touch" && moveTo(event), // a finger scrolls
    },
  });
  el.append(v.root);
  let now = null;

  function readState() {
    const threshold = model.get("threshold");
    const prevalence = model.get("prevalence") ?? numPositives / positives.length;
    const missCost = model.get("cost_of_miss");
    const at = atThreshold(positives, scores, threshold);
    const place = inPlace(at, prevalence);
    const cost = expectedCost(at, prevalence, missCost);
    const curve = wholeCurve(positives, scores, prevalence, missCost);
    return { cells, positives, scores, numPositives, threshold, prevalence, missCost, at, place, cost, curve };
  }

  function update() {
    now = readState();
    if (document.activeElement !== v.threshold) v.threshold.value = String(oddsOf(now.threshold));
    v.threshold.setAttribute("aria-valuetext", scoreText(now.threshold));
    v.thresholdText.textContent = scoreText(now.threshold);
    v.prevalence.show(100 * now.prevalence);
    v.missCost.show(now.missCost);
    showHistogram(v, now);
    showNeighbors(v, now);
    showNumbers(v, now);
    showCurves(v, now);
    showCosts(v, now);
    v.reading.textContent = reading();
    v.live.textContent = reading();
  }

  function reading() {
    const { at, place, prevalence } = now;
    const alarms = at.found + at.falseAlarms;
    if (!alarms) return `No cell is called ${v.name}: all ${at.misses} are missed.`;
    const found = `${at.found} of ${at.found + at.misses} are found.`;
    const whole = `Where ${percent(prevalence)} of the cells are ${v.name}`;
    return `${found} ${whole}, ${percent(place.precision)} of the alarms are true.`;
  }

  function moveTo(event) {
    const [odds] = pointedAt(v.histogram, event);
    save(model, { threshold: scoreOf(clampedOdds(odds)) });
  }

  const forget = onChange(model, TRAITS, update);
  update();
  return forget;
}

export { atThreshold, expectedCost, inPlace, nearThreshold, wholeCurve };

export default { render };
