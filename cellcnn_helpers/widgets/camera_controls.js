// The sliders of the camera widget. What they set is named as in cellcnn_helpers.simulate.Microscope.

const PHOTONS = { unit: "photons", max: 1e6 };

/** title -> sliders; `factor` is what the reader's unit is of the microscope's. */
const CONTROLS = {
  Light: [
    {
      name: "exposure_ms",
      label: "Exposure",
      unit: "ms",
      low: 1,
      high: 5000,
      min: 0.01,
      max: 1e5,
      scale: "log",
    },
    { name: "nucleus_photons", label: "Stain", ...PHOTONS, low: 1, high: 5000, min: 0, scale: "log" },
    { name: "background_photons", label: "Background", ...PHOTONS, low: 0, high: 1000, scale: "log0" },
  ],
  Optics: [
    {
      name: "numerical_aperture",
      label: "Aperture",
      unit: "NA",
      low: 0.1,
      high: 1.4,
      min: 0.05,
      max: 1.49,
      step: 0.05,
    },
    {
      name: "wavelength_um",
      label: "Wavelength",
      unit: "nm",
      low: 400,
      high: 700,
      min: 100,
      max: 2000,
      step: 1,
      factor: 1000,
    },
    { name: "defocus_um", label: "Defocus", unit: "µm", low: 0, high: 5, max: 50, step: 0.1 },
  ],
  Camera: [
    {
      name: "gain",
      label: "Gain",
      unit: "/ photon",
      low: 0.01,
      high: 20,
      min: 0.001,
      max: 1000,
      scale: "log",
    },
    { name: "offset", label: "Offset", unit: "grey", low: 0, high: 100, max: 65535, step: 1 },
    { name: "read_noise_photons", label: "Read noise", ...PHOTONS, low: 0, high: 50, scale: "log0" },
    { name: "bit_depth", label: "Bit depth", unit: "bits", low: 1, high: 16, step: 1, whole: true },
  ],
};

/** {groups, show}: the sliders in their frames, and a function that shows {name: value} in them. */
function makeControls({ onsetting, onproblem }, notes) {
  const sliders = {};
  const groups = Object.entries(CONTROLS).map(([title, controls]) => {
    const nodes = controls.map(({ name, factor = 1, ...options }) => {
      const onvalue = (value) => onsetting(name, Number((value / factor).toPrecision(12)));
      const slider = makeSlider(options, { onvalue, onproblem });
      sliders[name] = (value) => slider.show(Number((value * factor).toPrecision(12)));
      return slider.node;
    });
    return group(title, ...nodes, notes[title]);
  });
  const show = (settings) => {
    for (const [name, showValue] of Object.entries(sliders)) showValue(settings[name]);
  };
  return { groups, show };
}
