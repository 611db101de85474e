// Chance that can be had again: the same seed and place give the same numbers.

/** Numbers from 0 to 1 of their own for each place, by the generator sfc32 (C. Doty-Humphrey, PractRand). */
function randomStream(seed, place) {
  let [a, b, c, counter] = [seed | 0, place | 0, 0x2545f491, 1];
  const next = () => {
    const mixed = (((a + b) | 0) + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + mixed) | 0;
    return ((mixed >>> 0) + 0.5) / 2 ** 32;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** A draw from the standard normal distribution, by Box and Muller. */
const normal = (next) => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
