// The reader's own picture for a network: the middle of it, as large as the network takes. It stays in the browser.

/** Read a file -> {rows, columns, channels, values from 0 to 1, white, name, note}. */
async function openForNetwork(file, [rows, columns, channels]) {
  const { bitmap } = await decodePicture(file);
  const side = Math.min(bitmap.width / columns, bitmap.height / rows);
  const [width, height] = [columns * side, rows * side];
  const context = new OffscreenCanvas(columns, rows).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white"; // what is transparent looks white, as on paper
  context.fillRect(0, 0, columns, rows);
  const from = [(bitmap.width - width) / 2, (bitmap.height - height) / 2, width, height];
  context.drawImage(bitmap, ...from, 0, 0, columns, rows);
  const { data } = context.getImageData(0, 0, columns, rows);
  const bytes = channels === 1 ? greyValues(data) : data.filter((_, at) => at % 4 < 3);
  const size = `${bitmap.width} pixels wide and ${bitmap.height} high`;
  return {
    ...{ rows, columns, channels, white: 1, name: file.name },
    values: Float64Array.from(bytes, (byte) => Math.fround(byte / 255)),
    note: `“${file.name}”, ${size}: its middle, scaled to ${rows} rows × ${columns} columns. It stays in your browser. ${ANY_PICTURE}`,
  };
}
