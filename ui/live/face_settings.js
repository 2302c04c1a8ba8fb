/* The settings of a face as the page's address spells them (`models/settings.py` is the rule; it checks what comes in). */

/** The address of these settings; what is as by default stays out. Equal settings give equal texts. */
function writeQuery(state) {
  const q = new URLSearchParams({ model: state.model, version: state.version, seed: state.seed });
  if (state.psi !== 1) q.set("psi", state.psi);
  for (const [name, value] of Object.entries(state.sliders).sort()) q.set(name, value);
  for (const [index, value] of Object.entries(state.latents)) q.set(`z${index}`, value);
  if (state.mix.length) q.set("mix", state.mix.map((pair) => pair.join(":")).join(","));
  if (state.locks.length) q.set("lock", [...state.locks].sort().join(","));
  return q.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

/** The settings in an address that Visage wrote. */
function readQuery(query) {
  const state = { seed: 0, psi: 1, sliders: {}, latents: {}, mix: [], locks: [] };
  for (const [name, text] of new URLSearchParams(query)) {
    if (name === "model" || name === "version") state[name] = text;
    else if (name === "seed" || name === "psi") state[name] = Number(text);
    else if (name === "mix") state.mix = text.split(",").map((pair) => pair.split(":").map(Number));
    else if (name === "lock") state.locks = text.split(",");
    else if (/^z\d+$/.test(name)) state.latents[name.slice(1)] = Number(text);
    else state.sliders[name] = Number(text);
  }
  return state;
}

/** What differs from the plain face of the seed, a few words each: `smile +1.5`. */
function edits(state, model, units = false) {
  const words = model.directions
    .filter((one) => state.sliders[one.name])
    .map((one) => `${one.label.toLowerCase()} ${figure(state.sliders[one.name], 1, true)}${units ? ` ${one.unit}` : ""}`);
  const values = Object.keys(state.latents).length;
  if (values) words.push(`${values} latent value${values > 1 ? "s" : ""} set`);
  if (state.mix.length === 1) words.push(`${percent(state.mix[0][1])} of seed ${state.mix[0][0]}`);
  if (state.mix.length > 1) words.push(`${state.mix.length} seeds mixed in`);
  return words;
}

const percent = (share) => `${Math.round(share * 100)} %`;

/** The alternative text of a picture of these settings. */
const alternative = (state, model) => ["Generated face", `seed ${state.seed}`, ...edits(state, model)].join(", ");
