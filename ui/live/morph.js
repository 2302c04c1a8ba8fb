/* The live morph: a path through two to eight faces, scrubbed by hand. What it settles on goes to the address.

   `createMorph` holds the one state and the one picture; the key faces (`morph_keys.js`) and the animations
   (`morph_take.js`) are parts, made with `morph` in hand. */

const STRIP = 12;
const CALM_MS = 1500; // from key face to key face, for whom motion is too much
const WORDS = {
  slerp: "On the arc every step lies as far out as the faces do.",
  lerp: "The straight way leads nearer to the middle, where faces are plainer.",
  linear: "Every step is as long as the others.",
  smooth: "Slow near the key faces, faster between them.",
};
const alive = new WeakMap();
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export default function (component) {
  const root = component.parentElement;
  if (!alive.has(root)) alive.set(root, createMorph(root));
  if (!outdated(component)) alive.get(root).update(component);
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
  let trigger;
  let problem = "";
  let playing = 0;

  const morph = { $, data: null, state: null, ready: false, base, query, changed, goTo, say };
  const keys = createKeys(morph);
  const take = createTake(morph);

  const frames = createFrames(
    async (blob, url) => {
      await show(blob);
      $("frame").classList.remove("waiting");
      $("picture").alt = `Generated face, ${between(Number(new URL(url, location).searchParams.get("at")))}`;
      $("picture").dataset.shown = url;
    },
    (words) => {
      problem = words;
      caption();
    },
  );

  const count = () => morph.state.steps * (morph.state.keys.length - (morph.state.loop ? 0 : 1)) + (morph.state.loop ? 0 : 1);

  function base() {
    return { model: morph.state.model, version: morph.state.version };
  }

  function query(at = morph.state.at) {
    const { state } = morph;
    const q = new URLSearchParams(base());
    if (state.keys.every((key) => key === seedOf(key))) q.set("seeds", state.keys.join(","));
    else state.keys.forEach((key, index) => q.set(`k${index + 1}`, key));
    if (state.path !== "slerp") q.set("path", state.path);
    if (state.easing !== "linear") q.set("easing", state.easing);
    if (state.loop) q.set("loop", "1");
    if (state.steps !== morph.data.steps) q.set("steps", state.steps);
    if (at) q.set("at", at);
    return q.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  }

  const frameUrl = (at, size) => `${API}/morph-frame?${query(at)}&format=jpeg${size ? `&size=${size}` : ""}`;

  /** Where a place on the path lies, in words; the share is of the time. */
  function between(at) {
    const { keys: all, steps } = morph.state;
    const [from, to] = [0, 1].map((next) => all[(Math.floor(at / steps) + next) % all.length]);
    const share = Math.round(((at % steps) / steps) * 100);
    return at % steps ? `seed ${seedOf(from)} to ${seedOf(to)} · ${share} %` : keys.describe(from);
  }

  function caption() {
    $("caption").textContent = problem || `${between(morph.state.at)} · frame ${morph.state.at + 1} of ${count()}`;
  }

  function say(words) {
    $("said").textContent = words;
  }

  /** Draws the place on the path; the key faces stay. */
  function scrubbed({ jump = false, now = false, settle = true } = {}) {
    const { at } = morph.state;
    $("at").value = at;
    fill($("at"), 0);
    $("at").setAttribute("aria-valuetext", `frame ${at + 1} of ${count()}, ${between(at)}`);
    caption();
    const nearest = Math.round((at / Math.max(1, count() - 1)) * (STRIP - 1));
    [...$("strip").children].forEach((face, place) => face.setAttribute("aria-current", place === nearest));
    if (morph.ready) frames.want(frameUrl(at, morph.data.size), jump);
    if (settle) address.settle(query(), trigger, now ? 0 : undefined);
  }

  /** Draws everything but the key faces: another way, another length. */
  function changed(how) {
    const { state, data } = morph;
    $("at").max = count() - 1;
    state.at = Math.min(state.at, count() - 1);
    $("loop").checked = state.loop;
    for (const id of ["path", "easing", "steps"]) $(id).value = state[id];
    for (const id of ["path", "easing"]) $(`${id}-words`).textContent = WORDS[state[id]];
    const seconds = (pictures) => `${(pictures / data.fps).toFixed(1)} s`;
    $("length").textContent = `${count()} pictures, ${seconds(count())}: ${seconds(state.steps)} from face to face.`;
    take.changed();
    strip();
    scrubbed(how);
  }

  function strip() {
    if (!morph.ready) return $("strip").replaceChildren();
    const places = Array.from({ length: STRIP }, (_, i) => Math.round((i * (count() - 1)) / (STRIP - 1)));
    $("strip").replaceChildren(
      ...[...new Set(places)].map((at) => faceButton(frameUrl(at), `Go to frame ${at + 1}, ${between(at)}`, () => goTo(at))),
    );
  }

  function goTo(at) {
    if (playing) play(false);
    morph.state.at = Math.min(at, count() - 1);
    scrubbed({ jump: true, now: true });
  }

  /** In the animation's own time; pictures that come too late are left out. For whom motion is too much: key by key. */
  function play(on) {
    clearInterval(playing);
    const { at, steps } = morph.state;
    const begun = performance.now();
    const stride = calm() ? steps : 1;
    const pause = calm() ? CALM_MS : 1000 / morph.data.fps;
    playing = on ? setInterval(() => {
      const passed = Math.floor((performance.now() - begun) / pause) * stride;
      morph.state.at = ((calm() ? Math.floor(at / steps) * steps : at) + passed) % count();
      scrubbed({ settle: false });
    }, pause) : 0;
    $("play").textContent = on ? "Pause" : "Play";
    $("play").setAttribute("aria-pressed", on);
    if (!on) address.settle(query(), trigger);
  }

  $("at").oninput = () => {
    if (playing) play(false);
    morph.state.at = Number($("at").value);
    scrubbed({ settle: false });
  };
  $("at").onchange = () => scrubbed();
  $("loop").onchange = () => {
    morph.state.loop = $("loop").checked;
    changed({ now: true });
  };
  for (const id of ["path", "easing"]) {
    $(id).onchange = () => {
      morph.state[id] = $(id).value;
      changed({ now: true });
    };
  }
  $("steps").onchange = ({ target }) => {
    if (!target.reportValidity()) return void (target.value = morph.state.steps);
    const place = morph.state.at / morph.state.steps; // in key faces: the picture stays
    morph.state.steps = Number(target.value);
    morph.state.at = Math.round(place * morph.state.steps);
    changed({ now: true });
  };
  $("play").onclick = () => play(!playing);
  $("copy").textContent = canShare() ? "Share" : "Copy link";
  $("copy").onclick = (event) => sendLink(event.currentTarget, query());

  async function wake() {
    const tellWait = (words) => {
      problem = words;
      caption();
    };
    tellWait(WAKING);
    const asked = morph.state.model;
    problem = await whenReady(asked, ending.signal, tellWait);
    if (asked !== morph.state.model || ending.signal.aborted) return;
    morph.ready = !problem;
    trigger("woke", true);
    keys.draw();
    changed({ settle: false });
  }

  function update(component) {
    const before = morph.data;
    const data = (morph.data = component.data);
    trigger = component.setTriggerValue;
    const other = before?.model.name !== data.model.name || before?.model.version !== data.model.version;
    if (!address.brings(data) && !other) return;
    if (playing) play(false);
    morph.state = { ...data.settings, keys: [...data.settings.keys] };
    $("steps").max = data.most_steps;
    if (other) {
      morph.ready = data.ready;
      modelCard($("model"), data, (name) =>
        address.settle(query(0).replace(/^model=[^&]*&version=[^&]*/, `model=${encodeURIComponent(name)}`), trigger, 0),
      );
      if (data.model.samples && !$("picture").dataset.shown) $("picture").src = data.model.samples;
    }
    keys.draw();
    changed({ jump: true, settle: false });
    if (!morph.ready) wake();
  }

  function stop() {
    clearInterval(playing);
    ending.abort();
    frames.stop();
    take.stop();
    address.stop();
  }

  return { update, stop };
}
