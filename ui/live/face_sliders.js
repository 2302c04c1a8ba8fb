/* Sliders of directions, seed and psi, and the tabs that they lie in. */

const UNDO = icon("M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3");
const LOCK = icon("M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5");
const FEW = 6; // more are a wall
const TABS = ["directions", "latents", "mix"];

/** A small button with an icon. */
function iconButton(className, label, picture, onClick) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className, title: label, innerHTML: picture, onclick: onClick });
  button.setAttribute("aria-label", label);
  return button;
}

/** One slider: a line of words, the range, double-click or the small arrow to undo.
 *
 * `how` has `key`, `label`, `limit`, `step`, `unit`, `store` and `name` (where in the state its value lies) and `rest()`,
 * where it lies untouched, and may have `help`. Returns its element with a `draw` that shows the state. */
function createSlider(face, how) {
  const box = document.createElement("div");
  box.className = "slider";
  box.innerHTML = '<div class="line"><label></label><output></output></div><input type="range" />';
  const [word, value, range] = ["label", "output", "input"].map((tag) => box.querySelector(tag));
  const undo = iconButton("undo", `Reset ${how.label}`, UNDO, () => leave());
  value.before(undo);
  Object.assign(range, { id: `range-${how.key}`, min: -how.limit, max: how.limit, step: how.step });
  word.htmlFor = range.id;
  word.textContent = how.label;
  word.title = how.help ?? "";

  function draw() {
    const own = face.state[how.store][how.name];
    const locked = face.state.locks.includes(how.name);
    range.value = own ?? how.rest();
    const words = figure(own ?? how.rest(), how.unit ? 1 : 2, Boolean(how.unit)) + (how.unit && own ? ` ${how.unit}` : "");
    value.textContent = words;
    range.setAttribute("aria-valuetext", words);
    box.classList.toggle("changed", own !== undefined);
    undo.tabIndex = own === undefined ? -1 : 0;
    range.disabled = undo.disabled = locked;
    fill(range, how.rest());
  }
  function set(wish) {
    if (wish === undefined || (how.unit && wish === 0)) delete face.state[how.store][how.name];
    else face.state[how.store][how.name] = wish;
    draw();
  }
  const leave = () => (set(undefined), face.changed({ now: true }), range.focus());
  range.oninput = () => (set(Number(range.value)), face.changed({ settle: false }));
  range.onchange = () => face.changed();
  box.ondblclick = () => range.disabled || leave();
  return Object.assign(box, { draw });
}

/** A direction's slider has a lock beside it: what it does stays still while others move. */
function createDirection(face, one) {
  const box = createSlider(face, {
    key: one.name, label: one.label, limit: one.strength, step: 0.1, unit: one.unit, store: "sliders",
    name: one.name, rest: () => 0, help: one.help,
  });
  const lock = iconButton("lock", `Keep ${one.label} still`, LOCK, () => {
    const { state } = face;
    state.locks = state.locks.includes(one.name) ? state.locks.filter((name) => name !== one.name) : [...state.locks, one.name];
    draw();
    face.changed({ now: true });
  });
  box.querySelector(".line").append(lock);
  const slider = box.draw;
  function draw() {
    slider();
    const locked = face.state.locks.includes(one.name);
    lock.setAttribute("aria-pressed", locked);
    box.classList.toggle("locked", locked);
  }
  return Object.assign(box, { draw });
}

function createSliders(face) {
  const { $ } = face;
  let boxes = [];

  /** The first few sliders, those that differ or are locked (by CSS), and a button for the others. */
  function build() {
    const { directions, truncation, no_truncation } = face.data.model;
    boxes = directions.map((one) => createDirection(face, one));
    boxes.forEach((box, index) => box.classList.toggle("spare", index >= FEW));
    const [, place, more] = $("directions").children;
    place.replaceChildren(...boxes);
    more.hidden = boxes.length <= FEW;
    more.textContent = `Show all ${boxes.length}`;
    more.onclick = () => {
      boxes.forEach((box) => box.classList.remove("spare"));
      more.hidden = true;
      boxes[FEW].querySelector("input").focus();
    };
    $("psi").disabled = !truncation;
    $("no-psi").hidden = truncation;
    $("no-psi").textContent = no_truncation;
    $("tab-directions").hidden = directions.length === 0;
    choose(directions.length ? "directions" : "latents");
  }

  function draw() {
    boxes.forEach((box) => box.draw());
    $("seed").value = face.state.seed;
    $("psi").value = face.state.psi;
  }

  function changed() {
    const { sliders, latents, mix, locks, psi } = face.state;
    const count = Object.keys(sliders).length + Object.keys(latents).length + mix.length + locks.length + (psi !== 1 ? 1 : 0);
    $("reset").hidden = count === 0;
    $("reset").textContent = `Reset what differs (${count})`;
  }

  function choose(panel) {
    for (const id of TABS) {
      const on = id === panel;
      $(id).hidden = !on;
      $(`tab-${id}`).setAttribute("aria-selected", on);
      $(`tab-${id}`).tabIndex = on ? 0 : -1;
    }
    $(panel).dispatchEvent(new Event("opened"));
  }

  for (const id of TABS) {
    $(`tab-${id}`).onclick = () => choose(id);
    $(`tab-${id}`).onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      const shown = TABS.filter((one) => !$(`tab-${one}`).hidden);
      const next = shown[(shown.indexOf(id) + step + shown.length) % shown.length];
      choose(next);
      $(`tab-${next}`).focus();
    };
  }
  $("roll").onclick = () => {
    face.state.seed = crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000;
    face.draw();
    face.changed({ jump: true, now: true });
  };
  $("reset").onclick = () => {
    Object.assign(face.state, { psi: 1, sliders: {}, latents: {}, mix: [], locks: [] });
    face.draw();
    face.changed({ now: true });
    $("roll").focus();
  };
  for (const [id, jump] of [["seed", true], ["psi", false]]) {
    $(id).oninput = ({ target }) => {
      if (!target.checkValidity()) return;
      face.state[id] = Number(target.value);
      face.changed({ jump });
    };
    $(id).onchange = ({ target }) => target.reportValidity() || (target.value = face.state[id]);
  }

  return { build, draw, changed };
}
