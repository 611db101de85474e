// Opening the reader's own picture. It is checked before it is decoded, and it never leaves the browser.

const MOST_PIXELS = 50e6;
const MOST_BYTES = 100e6;
const PICTURE_ADVICE = "Choose a PNG, JPEG, GIF, WebP or BMP picture.";

/** Read a file -> {bitmap, header}, or say why it is no picture that can be opened. */
async function decodePicture(file) {
  const name = `“${file.name}”`;
  if (file.size === 0)
    throw new Error(`${name} is empty (0 bytes). Save the picture again, or choose another file.`);
  if (file.size > MOST_BYTES) {
    throw new Error(
      `${name} has ${Math.round(file.size / 1e6)} MB; at most ${MOST_BYTES / 1e6} MB can be opened here. Save a smaller copy.`,
    );
  }
  const header = readPictureHeader(new Uint8Array(await file.arrayBuffer()));
  if (!header.format) throw new Error(`${name} is not a picture that a browser can open: ${header.problem}`);
  const { width, height } = header;
  const size = `${width} × ${height} pixels`;
  if (width * height > MOST_PIXELS) {
    const millions = (width * height) / 1e6;
    throw new Error(
      `${name} has ${size}, ${formatNumber(Math.round(millions))} million; at most ${MOST_PIXELS / 1e6} million can be opened here. Crop it or save a smaller copy.`,
    );
  }
  const damaged = new Error(
    `${name} is damaged or cut short: it says ${header.format}, ${size}, but the rest cannot be read. Copy or save it again.`,
  );
  if (!header.complete || !width || !height) throw damaged;
  try {
    const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    return { bitmap, header };
  } catch {
    throw damaged;
  }
}

/** Read a file -> {rows, columns, values, black, white, note}, at most `side` pixels wide and high, in grey. */
async function openPicture(file, side) {
  const name = `“${file.name}”`;
  const { bitmap, header } = await decodePicture(file);
  const shrink = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const columns = Math.max(1, Math.round(bitmap.width * shrink));
  const rows = Math.max(1, Math.round(bitmap.height * shrink));
  const context = new OffscreenCanvas(columns, rows).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white"; // what is transparent looks white, as on paper
  context.fillRect(0, 0, columns, rows);
  context.drawImage(bitmap, 0, 0, columns, rows);
  const scaled =
    shrink < 1
      ? `${bitmap.width} pixels wide and ${bitmap.height} high, scaled down to ${rows} rows × ${columns} columns; `
      : "";
  const deep = header.bits === 16 ? "16-bit values become 0 to 255; " : "";
  return {
    rows,
    columns,
    values: greyValues(context.getImageData(0, 0, columns, rows).data),
    black: 0,
    white: 255,
    note: `${name}: ${scaled}${deep}color becomes grey = 0.299 red + 0.587 green + 0.114 blue, rounded. It stays in your browser.`,
  };
}

/** RGBA bytes -> grey, in whole numbers from 0 to 255. */
function greyValues(rgba) {
  const grey = new Float64Array(rgba.length / 4);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = Math.floor((299 * rgba[4 * i] + 587 * rgba[4 * i + 1] + 114 * rgba[4 * i + 2] + 500) / 1000);
  }
  return grey;
}

/** {format, width, height, complete, bits} from the bytes of a file, or {problem} where it is no known picture. */
function readPictureHeader(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  const readers = [
    [/^\x89PNG\r\n\x1a\n/, pngHeader],
    [/^\xff\xd8\xff/, jpegHeader],
    [/^GIF8[79]a/, gifHeader],
    [/^RIFF[^]{4}WEBP/, webpHeader],
    [/^BM/, bmpHeader],
  ];
  for (const [signature, read] of readers) {
    if (!signature.test(start)) continue;
    try {
      return read(view, bytes);
    } catch {
      return { problem: `it is cut short after ${bytes.length} bytes. Copy or save it again.` }; // RangeError
    }
  }
  if (/^(II\*\0|MM\0\*)/.test(start)) {
    return { problem: "it is a TIFF. Save a copy as PNG first, in Fiji with File › Save As › PNG." };
  }
  const text = start.replace(/[^\x20-\x7e]/g, " ").trim();
  return { problem: `it starts with ${text ? `“${text}”` : "unknown bytes"}. ${PICTURE_ADVICE}` };
}

function pngHeader(view, bytes) {
  let place = 8;
  let type = "";
  while (type !== "IEND" && place + 12 <= bytes.length) {
    type = String.fromCharCode(...bytes.subarray(place + 4, place + 8));
    place += 12 + view.getUint32(place); // length, type and checksum around the data
  }
  const complete = type === "IEND" && place <= bytes.length;
  return {
    format: "PNG",
    width: view.getUint32(16),
    height: view.getUint32(20),
    bits: view.getUint8(24),
    complete,
  };
}

function jpegHeader(view, bytes) {
  let place = 2;
  for (;;) {
    const marker = view.getUint8(place + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) break;
    place += marker === 0xff ? 1 : 2 + view.getUint16(place + 2); // 0xff may be repeated as a filler
  }
  let complete = false;
  for (let end = bytes.length - 2; end > place && !complete; end--) {
    complete = bytes[end] === 0xff && bytes[end + 1] === 0xd9;
  }
  return { format: "JPEG", width: view.getUint16(place + 7), height: view.getUint16(place + 5), complete };
}

function gifHeader(view, bytes) {
  const complete = bytes.lastIndexOf(0x3b) > 13;
  return { format: "GIF", width: view.getUint16(6, true), height: view.getUint16(8, true), complete };
}

function webpHeader(view, bytes) {
  const complete = bytes.length >= 8 + view.getUint32(4, true);
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  const uint24 = (place) => view.getUint16(place, true) + 65536 * view.getUint8(place + 2);
  let size;
  if (kind === "VP8X") {
    size = [uint24(24) + 1, uint24(27) + 1];
  } else if (kind === "VP8L") {
    const packed = view.getUint32(21, true); // 14 bits each, less one
    size = [(packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1];
  } else {
    size = [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  }
  return { format: "WebP", width: size[0], height: size[1], complete };
}

function bmpHeader(view, bytes) {
  const old = view.getUint32(14, true) === 12; // OS/2: 16-bit sizes
  const [width, height] = old
    ? [view.getUint16(18, true), view.getUint16(20, true)]
    : [view.getInt32(18, true), Math.abs(view.getInt32(22, true))]; // negative height: stored top row first
  const complete = bytes.length > view.getUint32(10, true) && bytes.length >= view.getUint32(2, true);
  return { format: "BMP", width, height, complete };
}
