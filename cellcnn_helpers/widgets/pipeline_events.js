// A training loop as events: who prepares, copies and computes what, from when to when. Times are in µs.

const NUM_BATCHES = 96; // simulated; the second half, where all has settled, is measured
const SETTLED = 48;
const AHEAD = 2; // batches that may be in the making or wait, with prefetching

/** The worker that is free first: [its number, since when]. */
function firstFree(free) {
  let first = 0;
  for (let worker = 1; worker < free.length; worker++) if (free[worker] < free[first]) first = worker;
  return first;
}

/** Workers prepare the images of a batch in turn, none before `from`; returns each one's time at it. */
function prepare(free, { batch_size, load_us }, from) {
  const times = new Map(); // worker -> [start, end]
  for (let image = 0; image < batch_size; image++) {
    const worker = firstFree(free);
    const start = Math.max(free[worker], from);
    free[worker] = start + load_us;
    times.set(worker, [times.get(worker)?.[0] ?? start, free[worker]]);
  }
  return [...times].map(([worker, [start, end]]) => ({ worker, start, end }));
}

/**
 * The events of the batches, in order. `asked`: the loop wants it; `ready`: the last image is prepared; `taken`: the
 * copy to the device begins; `start`, `end`: the step on the device.
 */
function runLoop(settings) {
  const { batch_size, workers, prefetch, steps_per_execution, faster } = settings;
  const free = Array(workers).fill(0);
  const copying = batch_size * settings.transfer_us;
  const computing = settings.step_us + (batch_size * settings.image_us) / faster;
  const batches = [];
  for (let n = 0; n < NUM_BATCHES; n++) {
    const before = batches[n - 1];
    const isReturn = n > 0 && n % steps_per_execution === 0; // the loop goes back to Python before this batch
    const asked = before ? before.end + (isReturn ? settings.between_us : 0) : 0;
    const from = prefetch === "off" ? asked : (batches[n - AHEAD]?.taken ?? 0);
    const prepared = prepare(free, settings, from);
    const ready = Math.max(...prepared.map(({ end }) => end));
    const room = Math.max(before?.copied ?? 0, batches[n - AHEAD]?.start ?? 0); // one copy at a time, to a free place
    const taken = Math.max(ready, prefetch === "device" ? room : asked);
    const copied = taken + copying;
    const start = Math.max(asked, copied);
    batches.push({ asked, from, prepared, ready, taken, copied, start, end: start + computing, isReturn });
  }
  return batches;
}

/** Where the time of a batch goes once the loop has settled, in µs, and images per second. */
function settledTimes(batches, { batch_size }) {
  const sums = { computing: 0, between: 0, data: 0, copy: 0 };
  for (let n = SETTLED; n < NUM_BATCHES; n++) {
    const { asked, ready, start, end } = batches[n];
    sums.computing += end - start;
    sums.between += asked - batches[n - 1].end;
    sums.data += Math.max(0, ready - asked);
    sums.copy += start - Math.max(asked, ready);
  }
  const count = NUM_BATCHES - SETTLED;
  const whole = batches[NUM_BATCHES - 1].end - batches[SETTLED - 1].end;
  const perBatch = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
  return { ...perBatch, whole: whole / count, perSecond: (1e6 * count * batch_size) / whole };
}
