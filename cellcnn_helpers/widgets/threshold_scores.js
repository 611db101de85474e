// One class against the rest, for every threshold: the arithmetic of cellcnn_helpers.evaluation, and what a
// prevalence and a price make of it.

/** For each threshold, from infinity down: how many of the class are found, how many others are called so. */
function countsByThreshold(positives, scores) {
  const order = scores.map((_, n) => n).sort((a, b) => scores[b] - scores[a]);
  const points = [{ threshold: Infinity, found: 0, falseAlarms: 0 }];
  order.forEach((n, place) => {
    if (!place || scores[n] !== scores[order[place - 1]]) points.push({ ...points.at(-1), threshold: scores[n] });
    points.at(-1)[positives[n] ? "found" : "falseAlarms"] += 1; // equal scores are called together
  });
  return points;
}

/** The four counts and the two shares if all scores from `threshold` on are called positive. */
function atThreshold(positives, scores, threshold) {
  let [found, misses, falseAlarms, left] = [0, 0, 0, 0];
  scores.forEach((score, n) => {
    if (score >= threshold) positives[n] ? found++ : falseAlarms++;
    else positives[n] ? misses++ : left++;
  });
  const shares = { sensitivity: found / (found + misses), specificity: left / (left + falseAlarms) };
  return { found, misses, falseAlarms, left, ...shares };
}

/** What the shares mean where the class is `prevalence` of all: precision (1 where none is called), accuracy. */
function inPlace({ sensitivity, specificity }, prevalence) {
  const trueAlarms = sensitivity * prevalence;
  const alarms = trueAlarms + (1 - specificity) * (1 - prevalence);
  return { precision: alarms ? trueAlarms / alarms : 1, accuracy: trueAlarms + specificity * (1 - prevalence) };
}

/** What a cell costs on average: a miss `missCost`, a false alarm 1. */
function expectedCost({ sensitivity, specificity }, prevalence, missCost) {
  return missCost * (1 - sensitivity) * prevalence + (1 - specificity) * (1 - prevalence);
}

/** A point for each threshold, with shares, precision and cost; and of the whole the two areas and the cheapest. */
function wholeCurve(positives, scores, prevalence, missCost) {
  const numPositives = positives.filter(Boolean).length;
  const numOthers = positives.length - numPositives;
  const points = countsByThreshold(positives, scores).map(({ threshold, found, falseAlarms }) => {
    const shares = { sensitivity: found / numPositives, specificity: 1 - falseAlarms / numOthers };
    const cost = expectedCost(shares, prevalence, missCost);
    return { threshold, ...shares, falseRate: falseAlarms / numOthers, ...inPlace(shares, prevalence), cost };
  });
  let [area, averagePrecision] = [0, 0];
  for (let n = 1; n < points.length; n++) {
    const [before, here] = [points[n - 1], points[n]];
    area += ((here.falseRate - before.falseRate) * (here.sensitivity + before.sensitivity)) / 2;
    averagePrecision += (here.sensitivity - before.sensitivity) * here.precision;
  }
  const least = Math.min(...points.map(({ cost }) => cost));
  const cheapest = points.findLast(({ cost }) => cost <= least + 1e-12 * Math.abs(least)); // misses least
  return { points, area, averagePrecision, cheapest };
}

/** The cells whose scores lie next to the threshold: `count` from it up, the nearest first, and `count` below. */
function nearThreshold(scores, threshold, count) {
  const order = scores.map((_, n) => n).sort((a, b) => scores[a] - scores[b] || a - b);
  const first = order.findIndex((n) => scores[n] >= threshold);
  const split = first < 0 ? order.length : first;
  const below = order.slice(Math.max(0, split - count), split).reverse();
  return { above: order.slice(split, split + count), below };
}

// Scores are drawn by their log-odds, which spread what lies close to 0 and to 1.
const FARTHEST = 7; // log-odds: 0.0009 and 0.9991

const clampedOdds = (odds) => Math.max(-FARTHEST, Math.min(FARTHEST, odds));
const oddsOf = (score) => (score >= 1 ? FARTHEST : clampedOdds(Math.log(score / (1 - score))));
const scoreOf = (odds) => 1 / (1 + Math.exp(-odds));

/** How many of the class and of the others lie in each of `count` bars of equal width. */
function histogram(positives, scores, count) {
  const bars = { positives: Array(count).fill(0), others: Array(count).fill(0) };
  scores.forEach((score, n) => {
    const place = Math.floor(((oddsOf(score) + FARTHEST) / (2 * FARTHEST)) * count);
    bars[positives[n] ? "positives" : "others"][Math.min(count - 1, place)] += 1;
  });
  return bars;
}
