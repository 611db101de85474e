// Choosing the picture: one of those that Python gave, or the reader's own file.

const OWN_FILE = "own file";
const OWN_SIDE = 64; // pixels: a larger picture could not be read number by number

/** `own` holds the reader's picture, {picture, name}, for all views of a widget; `say` shows a message. */
function makePictureChoice({ model, own, say, update }) {
  let opening = 0;
  const select = element("select", { onchange: () => save(model, { image: select.value }) });
  const file = element("input", {
    type: "file",
    accept: "image/*",
    onchange: () => open(file.files[0]),
  });
  const note = element("p", { class: "cellcnn-note" });
  const isOwn = () => model.get("image") === OWN_FILE && own.picture;

  async function open(chosen) {
    if (!chosen) return;
    const turn = ++opening;
    try {
      const picture = await openPicture(chosen, OWN_SIDE);
      if (turn !== opening) return; // another file was chosen meanwhile
      [own.picture, own.name] = [picture, chosen.name];
      say("");
      if (model.get("image") === OWN_FILE) update();
      else save(model, { image: OWN_FILE });
    } catch (error) {
      if (turn === opening) say(`${error.message} The picture stays as it was.`);
    } finally {
      file.value = ""; // so that the same file can be chosen again
    }
  }

  function current() {
    const images = model.get("images");
    return isOwn()
      ? own.picture
      : pictureFromPython(images[model.get("image")] ?? Object.values(images)[0]);
  }

  function show() {
    const names = Object.keys(model.get("images")).map((name) => [name, name]);
    if (own.picture) names.push([OWN_FILE, own.name]);
    const isKnown = isOwn() || model.get("image") in model.get("images");
    setOptions(select, names, isKnown ? model.get("image") : names[0][0]);
    note.textContent = isOwn() ? own.picture.note : "";
  }

  const fields = [
    labelled("Picture", select),
    element("label", { class: "cellcnn-file" }, "My own picture…", file),
  ];
  return { fields, note, current, show };
}
