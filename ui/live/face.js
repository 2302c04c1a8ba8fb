/* The live face: sliders that draw while they move. What it settles on goes to Python, which writes the address. */

const UNDO = icon("M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3");
const FEW = { directions: 6, latents: 12 }; // a hundred sliders are a wall
const OTHERS = 24;
const alive = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!alive.has(root)) alive.set(root, createFace(root));
  alive.get(root).update(component);
  return () => {
    alive.get(root)?.stop();
    alive.delete(root);
  };
}

function createFace(root) {
  const $ = (id) => root.querySelector(`#${id}`);
  const address = createAddress();
  const show = createPicture($("picture"));
  const ending = new AbortController();
  const sliders = new Map(); // name or "z<index>" -> what draws it
  let data, state, trigger;
  let ready = false;
  let problem = "";
  let firstOther = 1;

  const frames = createFrames(
    async (blob, url) => {
      await show(blob);
      $("frame").classList.remove("waiting");
      const img = $("picture");
      img.alt = `Face drawn by ${data.model.title} from seed ${new URL(url, location).searchParams.get("seed")}`;
      img.dataset.shown = url;
    },
    (words) => {
      problem = words;
      caption();
    },
  );

  function query() {
    const q = new URLSearchParams({ model: state.model, version: state.version, seed: state.seed });
    if (state.psi !== 1) q.set("psi", state.psi);
    for (const [name, value] of Object.entries(state.sliders)) q.set(name, value);
    for (const [index, value] of Object.entries(state.latents)) q.set(`z${index}`, value);
    return q.toString();
  }

  const frameUrl = (q) => `${API}/frame?${q}&format=jpeg&size=${data.size}`;

  /** Draws the state: at once in the picture and the words, and after a pause in the address. */
  function changed({ jump = false, now = false, settle = true } = {}) {
    const q = query();
    if (ready) frames.want(frameUrl(q), jump);
    if (settle) address.settle(q, trigger, now ? 0 : undefined);
    $("download").href = `${API}/frame?${q}&format=png`;
    $("download").download = `visage-${state.model}-seed-${state.seed}.png`;
    caption();
    reset();
    for (const other of $("faces").children) {
      other.setAttribute("aria-current", Number(other.dataset.seed) === state.seed && differing() === 0);
    }
  }

  function caption() {
    const edits = data.model.directions
      .filter((one) => state.sliders[one.name])
      .map((one) => `${one.label.toLowerCase()} ${figure(state.sliders[one.name], 1, true)} σ`);
    const values = Object.keys(state.latents).length;
    if (values) edits.push(`${values} latent value${values > 1 ? "s" : ""} set`);
    const psi = data.model.truncation ? [`ψ ${state.psi}`] : [];
    $("caption").textContent = problem || [`seed ${state.seed}`, ...psi, ...edits].join(" · ");
  }

  const differing = () =>
    Object.keys(state.sliders).length + Object.keys(state.latents).length + (state.psi !== 1 ? 1 : 0);

  function reset() {
    const count = differing();
    $("reset").hidden = count === 0;
    $("reset").textContent = `Reset what differs (${count})`;
  }

  /** One slider: a line of words, the range, double-click or the small arrow to undo. */
  function slider(key, label, limit, step, unit, store, name, rest) {
    const box = document.createElement("div");
    box.className = "slider";
    box.innerHTML = '<div class="line"><label></label><output></output></div><input type="range" />';
    const [word, value, range] = ["label", "output", "input"].map((tag) => box.querySelector(tag));
    const undo = document.createElement("button");
    Object.assign(undo, { type: "button", className: "undo", title: "Reset", innerHTML: UNDO });
    undo.setAttribute("aria-label", `Reset ${label}`);
    value.before(undo);
    Object.assign(range, { id: `range-${key}`, min: -limit, max: limit, step });
    word.htmlFor = range.id;
    word.textContent = label;

    function draw() {
      const own = state[store][name];
      range.value = own ?? rest();
      const words = figure(own ?? rest(), unit ? 1 : 2, Boolean(unit)) + (unit && own ? ` ${unit}` : "");
      value.textContent = words;
      range.setAttribute("aria-valuetext", words);
      box.classList.toggle("changed", own !== undefined);
      undo.tabIndex = own === undefined ? -1 : 0;
      fill(range, rest());
    }
    function set(wish) {
      if (wish === undefined || (unit && wish === 0)) delete state[store][name];
      else state[store][name] = wish;
      draw();
    }
    range.oninput = () => (set(Number(range.value)), changed({ settle: false }));
    range.onchange = () => changed();
    undo.onclick = box.ondblclick = () => (set(undefined), changed({ now: true }), range.focus());
    sliders.set(key, draw);
    return box;
  }

  /** Everything that hangs on the model: its card, its sliders, the faces to start from. */
  function build() {
    sliders.clear();
    modelCard($("model"), data, (name) =>
      address.settle(new URLSearchParams({ model: name, seed: state.seed }).toString(), trigger, 0),
    );
    const { directions, latent } = data.model;
    list("directions", directions.map((one) =>
      slider(one.name, one.label, one.strength, 0.1, "σ", "sliders", one.name, () => 0)));
    list("latents", Array.from({ length: latent }, (_, index) =>
      slider(`z${index}`, `z${index}`, 4, 0.01, "", "latents", index, () => data.base[index])));
    $("psi").disabled = !data.model.truncation;
    $("no-psi").hidden = data.model.truncation;
    $("no-psi").textContent = data.model.no_truncation;
    $("tab-directions").hidden = directions.length === 0;
    choose(directions.length ? "directions" : "latents");
    if (data.model.samples && !$("picture").dataset.shown) $("picture").src = data.model.samples;
    others();
  }

  /** The first few sliders of a panel, those that differ (by CSS), and a button for the others. */
  function list(panel, boxes) {
    boxes.forEach((box, index) => box.classList.toggle("spare", index >= FEW[panel]));
    const [place, more] = $(panel).children;
    place.replaceChildren(...boxes);
    more.hidden = boxes.length <= FEW[panel];
    more.textContent = `Show all ${boxes.length}`;
    more.onclick = () => {
      boxes.forEach((box) => box.classList.remove("spare"));
      more.hidden = true;
    };
  }

  function choose(panel) {
    for (const id of ["directions", "latents"]) {
      const on = id === panel;
      $(id).hidden = !on;
      $(`tab-${id}`).setAttribute("aria-selected", on);
      $(`tab-${id}`).tabIndex = on ? 0 : -1;
    }
  }

  function others() {
    if (!ready) {
      const empty = Array.from({ length: OTHERS }, () => Object.assign(document.createElement("div"), { className: "face" }));
      return $("faces").replaceChildren(...empty);
    }
    const faces = Array.from({ length: OTHERS }, (_, index) => {
      const seed = firstOther + index;
      const q = new URLSearchParams({ model: state.model, version: state.version, seed });
      const face = faceButton(`${API}/frame?${q}&format=jpeg`, `Face from seed ${seed}`, () => {
        Object.assign(state, { seed, psi: 1, sliders: {}, latents: {} });
        draw();
        changed({ jump: true, now: true });
        $("picture").scrollIntoView({ block: "nearest" });
      });
      face.dataset.seed = seed;
      return face;
    });
    $("faces").replaceChildren(...faces);
  }

  function draw() {
    sliders.forEach((one) => one());
    $("seed").value = state.seed;
    $("psi").value = state.psi;
  }

  async function wake() {
    problem = WAKING;
    caption();
    const asked = state.model;
    problem = await whenReady(asked, ending.signal);
    if (asked !== state.model || ending.signal.aborted) return;
    ready = !problem;
    trigger("woke", true);
    changed({ settle: false });
    others();
  }

  $("roll").onclick = () => {
    state.seed = crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000;
    draw();
    changed({ jump: true, now: true });
  };
  $("reset").onclick = () => {
    Object.assign(state, { psi: 1, sliders: {}, latents: {} });
    draw();
    changed({ now: true });
    $("roll").focus();
  };
  $("copy").onclick = (event) => copyLink(event.currentTarget, query());
  $("more").onclick = () => ((firstOther += OTHERS), others(), changed({ settle: false }));
  for (const [id, next] of [["directions", "latents"], ["latents", "directions"]]) {
    $(`tab-${id}`).onclick = () => choose(id);
    $(`tab-${id}`).onkeydown = (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key) || $(`tab-${next}`).hidden) return;
      choose(next);
      $(`tab-${next}`).focus();
    };
  }
  for (const [id, jump] of [["seed", true], ["psi", false]]) {
    $(id).oninput = ({ target }) => {
      if (!target.checkValidity()) return;
      state[id] = Number(target.value);
      changed({ jump });
    };
    $(id).onchange = ({ target }) => target.reportValidity() || (target.value = state[id]);
  }

  function update(component) {
    const before = data;
    data = component.data;
    trigger = component.setTriggerValue;
    const other = before?.model.name !== data.model.name || before?.model.version !== data.model.version;
    if (address.brings(data) || other) {
      state = { ...data.settings, sliders: { ...data.settings.sliders }, latents: { ...data.settings.latents } };
      if (other) {
        ready = data.ready;
        build();
      }
      draw();
      changed({ jump: true, settle: false });
      if (!ready) wake();
    } else draw(); // the seed's own latent values came with an echo
  }

  function stop() {
    ending.abort();
    frames.stop();
    address.stop();
  }

  return { update, stop };
}
