// Shows the widgets of a page without a kernel: reads the states that the build wrote into the page, and mounts
// each anywidget where its view stands. A classic script, so that a page opened from disk works too.
(() => {
  "use strict";

  const MIME = "application/vnd.jupyter.widget";

  /** Put base64 buffers back where the path says, as the DataViews that a live kernel would send. */
  function restoreBuffers(state, buffers = []) {
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const holder = path.slice(0, -1).reduce((part, key) => part[key], state);
      holder[path.at(-1)] = new DataView(bytes.buffer);
    }
    return state;
  }

  /** What anywidget offers a widget's code, without a kernel behind it. */
  function makeModel(state) {
    const listeners = new Map();
    const emit = (event, ...values) => {
      for (const callback of [...(listeners.get(event) ?? [])]) callback(...values);
    };
    const model = {
      get: (name) => state[name],
      set(name, value) {
        if (state[name] === value) return;
        state[name] = value;
        emit(`change:${name}`, model, value);
        emit("change", model);
      },
      on: (event, callback) => listeners.set(event, [...(listeners.get(event) ?? []), callback]),
      off(event, callback) {
        const kept = callback ? (listeners.get(event) ?? []).filter((other) => other !== callback) : [];
        listeners.set(event, kept);
      },
      save_changes() {},
      send() {},
    };
    return model;
  }

  const modules = new Map(); // text -> promise of the module: several widgets of one class share it

  function load(text) {
    if (!modules.has(text)) {
      const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      modules.set(
        text,
        import(address).finally(() => URL.revokeObjectURL(address)),
      );
    }
    return modules.get(text);
  }

  const styles = new Set();

  function addStyle(text) {
    if (!text || styles.has(text)) return;
    styles.add(text);
    document.head.append(Object.assign(document.createElement("style"), { textContent: text }));
  }

  /** One per widget: the model and the code are shared by all its views. */
  async function start({ state, buffers }) {
    const model = makeModel(restoreBuffers(state, buffers));
    addStyle(state._css);
    const exported = (await load(state._esm)).default;
    const widget = typeof exported === "function" ? await exported() : exported;
    await widget.initialize?.({ model });
    return { model, widget };
  }

  function mountAll() {
    const states = {};
    for (const script of document.querySelectorAll(`script[type="${MIME}-state+json"]`)) {
      Object.assign(states, JSON.parse(script.textContent).state);
    }
    const started = new Map();
    for (const script of document.querySelectorAll(`script[type="${MIME}-view+json"]`)) {
      const el = document.createElement("div");
      script.after(el);
      mount(el, JSON.parse(script.textContent).model_id).catch((error) => {
        console.error(error);
        el.setAttribute("role", "note");
        el.textContent =
          "This interactive picture could not start here. The figure before it shows what it shows first.";
      });
    }

    async function mount(el, id) {
      if (states[id]?.model_module !== "anywidget")
        throw new Error(`No anywidget with the id ${id} is in this page.`);
      if (!started.has(id)) started.set(id, start(states[id]));
      const { model, widget } = await started.get(id);
      await widget.render({ model, el });
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
  else mountAll();
})();
