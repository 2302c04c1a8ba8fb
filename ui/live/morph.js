/* The live morph: a path through two to eight faces, scrubbed by hand. What it settles on goes to the address. */

const CROSS = icon("M4 4l8 8M12 4l-8 8");
const STRIP = 12;
const FRAME_MS = 80;
const alive = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!alive.has(root)) alive.set(root, createMorph(root));
  alive.get(root).update(component);
  return () => {
    alive.get(root)?.stop();
    alive.delete(root);
  };
}

function createMorph(root) {
  const $ = (id) => root.querySelector(`#${id}`);
  const address = createAddress();
  const show = createPicture($("picture"));
  const ending = new AbortController();
  let data, state, trigger;
  let ready = false;
  let problem = "";
  let playing = 0;

  const frames = createFrames(
    async (blob, url) => {
      await show(blob);
      $("frame").classList.remove("waiting");
      const img = $("picture");
      img.alt = `Face between seeds ${state.seeds.join(", ")}, drawn by ${data.model.title}`;
      img.dataset.shown = url;
    },
    (words) => {
      problem = words;
      caption();
    },
  );

  const count = () => data.steps * (state.seeds.length - (state.loop ? 0 : 1)) + (state.loop ? 0 : 1);

  function query(at = state.at) {
    const q = new URLSearchParams({ model: state.model, version: state.version, seeds: state.seeds.join(",") });
    if (state.loop) q.set("loop", "1");
    if (at) q.set("at", at);
    return q.toString().replaceAll("%2C", ",");
  }

  const frameUrl = (at, size) => `${API}/morph-frame?${query(at)}&format=jpeg${size ? `&size=${size}` : ""}`;

  function caption() {
    const leg = Math.floor(state.at / data.steps);
    const share = Math.round(((state.at % data.steps) / data.steps) * 100);
    const from = state.seeds[leg % state.seeds.length];
    const to = state.seeds[(leg + 1) % state.seeds.length];
    $("caption").textContent =
      problem || (share ? `seed ${from} to ${to} · ${share} %` : `seed ${from}`) + ` · frame ${state.at + 1} of ${count()}`;
  }

  /** Draws the place on the path; the key faces stay. */
  function scrubbed({ jump = false, now = false, settle = true } = {}) {
    $("at").value = state.at;
    fill($("at"), 0);
    $("at").setAttribute("aria-valuetext", `frame ${state.at + 1} of ${count()}`);
    caption();
    if (ready) frames.want(frameUrl(state.at, data.size), jump);
    if (settle) address.settle(query(), trigger, now ? 0 : undefined);
  }

  /** Draws everything: other key faces, another length. */
  function changed(how) {
    $("at").max = count() - 1;
    state.at = Math.min(state.at, count() - 1);
    $("loop").checked = state.loop;
    $("count").textContent = `${state.seeds.length} of ${data.most}`;
    $("add").disabled = state.seeds.length >= data.most;
    for (const format of ["webp", "gif"]) {
      $(format).href = `${API}/morph?${query(0)}&format=${format}`;
      $(format).download = `visage-${state.model}-morph-${state.seeds.join("-")}.${format}`;
    }
    strip();
    scrubbed(how);
  }

  const keys = () => $("keys").replaceChildren(...state.seeds.map(key));

  function key(seed, index) {
    const item = document.createElement("li");
    item.className = "key";
    item.innerHTML = '<label><span class="small quiet"></span><input type="number" min="0" max="4294967295" step="1" required /></label>';
    const input = item.querySelector("input");
    item.querySelector("span").textContent = `Seed of face ${index + 1}`;
    input.value = seed;
    input.onchange = () => {
      if (!input.reportValidity()) return void (input.value = seed);
      state.seeds[index] = Number(input.value);
      item.firstChild.replaceWith(thumb(index));
      goTo(index * data.steps, changed);
    };
    const drop = document.createElement("button");
    Object.assign(drop, { type: "button", className: "drop", innerHTML: CROSS, disabled: state.seeds.length <= 2 });
    drop.setAttribute("aria-label", `Remove face ${index + 1}`);
    drop.onclick = () => {
      state.seeds.splice(index, 1);
      keys();
      changed({ jump: true, now: true });
      $("add").focus();
    };
    item.prepend(thumb(index));
    item.append(drop);
    return item;
  }

  function thumb(index) {
    const seed = state.seeds[index];
    const q = new URLSearchParams({ model: state.model, version: state.version, seed });
    return ready
      ? faceButton(`${API}/frame?${q}&format=jpeg`, `Go to face ${index + 1}, seed ${seed}`, () => goTo(index * data.steps))
      : Object.assign(document.createElement("div"), { className: "face" });
  }

  function strip() {
    if (!ready) return $("strip").replaceChildren();
    const places = Array.from({ length: STRIP }, (_, i) => Math.round((i * (count() - 1)) / (STRIP - 1)));
    $("strip").replaceChildren(
      ...places.map((at) => faceButton(frameUrl(at), `Go to frame ${at + 1}`, () => goTo(at))),
    );
  }

  function goTo(at, redraw = scrubbed) {
    state.at = Math.min(at, count() - 1);
    redraw({ jump: true, now: true });
  }

  function play(on) {
    clearInterval(playing);
    playing = on ? setInterval(() => {
      state.at = (state.at + 1) % count();
      scrubbed({ settle: false });
    }, FRAME_MS) : 0;
    $("play").textContent = on ? "Pause" : "Play";
    $("play").setAttribute("aria-pressed", on);
    if (!on && state) address.settle(query(), trigger);
  }

  const roll = () => crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000;

  $("at").oninput = () => {
    if (playing) play(false);
    state.at = Number($("at").value);
    scrubbed({ settle: false });
  };
  $("at").onchange = () => scrubbed();
  $("roll").onclick = () => {
    state.seeds = state.seeds.map(roll);
    keys();
    changed({ jump: true, now: true });
  };
  $("add").onclick = () => {
    state.seeds.push(roll());
    state.at = (state.seeds.length - 1) * data.steps;
    keys();
    changed({ jump: true, now: true });
  };
  $("loop").onchange = () => {
    state.loop = $("loop").checked;
    changed({ now: true });
  };
  $("play").onclick = () => play(!playing);
  $("copy").onclick = (event) => sendLink(event.currentTarget, query());

  async function wake() {
    problem = WAKING;
    caption();
    const asked = state.model;
    problem = await whenReady(asked, ending.signal);
    if (asked !== state.model || ending.signal.aborted) return;
    ready = !problem;
    trigger("woke", true);
    keys();
    changed({ settle: false });
  }

  function update(component) {
    const before = data;
    data = component.data;
    trigger = component.setTriggerValue;
    const other = before?.model.name !== data.model.name || before?.model.version !== data.model.version;
    if (!address.brings(data) && !other) return;
    if (playing) play(false);
    state = { ...data.settings, seeds: [...data.settings.seeds] };
    if (other) {
      ready = data.ready;
      modelCard($("model"), data, (name) =>
        address.settle(query(0).replace(/^model=[^&]*&version=[^&]*/, `model=${encodeURIComponent(name)}`), trigger, 0),
      );
      if (data.model.samples && !$("picture").dataset.shown) $("picture").src = data.model.samples;
    }
    keys();
    changed({ jump: true, settle: false });
    if (!ready) wake();
  }

  function stop() {
    clearInterval(playing);
    ending.abort();
    frames.stop();
    address.stop();
  }

  return { update, stop };
}
