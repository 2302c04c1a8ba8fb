/* The live face: sliders that draw while they move. What it settles on goes to Python, which writes the address.

   `createFace` holds the one state and the one picture. Everything around them is a part (`face_*.js`), made with `face`
   in hand, which may have `build` (another model came), `draw` (other settings came), `changed` (they change just now),
   `settled` (the visitor has let go), `woke` (the network is there) and `stop`. */

const alive = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!alive.has(root)) alive.set(root, createFace(root));
  if (!outdated(component)) alive.get(root).update(component);
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
  const reach = createReach(() => face.trigger("unreachable", true));
  let problem = "";

  const face = { $, data: null, state: null, trigger: null, ready: false, changed, draw, go, query, frameUrl, say };
  const parts = [createSliders, createLatents, createMix, createCompare, createVisit, createGrids, createSharing].map(
    (create) => create(face),
  );
  const tell = (what, ...words) => parts.forEach((part) => part[what]?.(...words));

  const frames = createFrames(
    async (blob, url) => {
      await show(blob);
      $("frame").classList.remove("waiting");
      const query = url.slice(url.indexOf("?") + 1, url.indexOf("&format="));
      $("picture").alt = alternative(readQuery(query), face.data.model);
      $("picture").dataset.shown = url;
    },
    (words) => {
      problem = words;
      caption();
    },
    reach,
  );

  function query() {
    return writeQuery(face.state);
  }

  function frameUrl(q) {
    return `${API}/frame?${q}&format=jpeg&size=${face.data.size}`;
  }

  /** Shows the state: at once in the picture and the words, and after a pause in the address. */
  function changed({ jump = false, now = false, settle = true } = {}) {
    const q = query();
    if (face.ready) frames.want(frameUrl(q), jump);
    if (settle) {
      address.settle(q, report, now ? 0 : undefined);
      say("");
    }
    caption();
    tell("changed", q);
  }

  function report(name, value) {
    tell("settled", value.query);
    face.trigger(name, value);
  }

  /** Goes to a face by its address; one of another model comes by way of Python, which has its card. */
  function go(query) {
    const next = readQuery(query);
    if (next.model !== face.data.model.name) return void address.settle(query, face.trigger, 0);
    face.state = { ...next, version: face.data.model.version };
    draw();
    changed({ jump: true, now: true });
  }

  function caption() {
    const { state, data } = face;
    const psi = data.model.truncation ? [`ψ ${state.psi}`] : [];
    $("caption").textContent = problem || [`seed ${state.seed}`, ...psi, ...edits(state, data.model, true)].join(" · ");
  }

  function say(words) {
    $("said").textContent = words;
  }

  function draw() {
    tell("draw");
  }

  /** Everything that hangs on the model. */
  function build() {
    const { data } = face;
    modelCard($("model"), data, (name) => go(new URLSearchParams({ model: name, seed: face.state.seed }).toString()));
    $("intro").textContent =
      `A network was shown many photos of faces and has learned to draw new ones out of ${data.model.latent} numbers. ` +
      "This is one of them: move a slider, and the numbers change, and the face with them.";
    if (data.model.samples && !$("picture").dataset.shown) $("picture").src = data.model.samples;
    tell("build");
  }

  async function wake() {
    const tellWait = (words) => {
      problem = words;
      caption();
    };
    tellWait(WAKING);
    const asked = face.state.model;
    problem = await whenReady(asked, ending.signal, tellWait, reach);
    if (asked !== face.state.model || ending.signal.aborted) return;
    face.ready = !problem;
    face.trigger("woke", true);
    changed({ settle: false });
    tell("woke");
  }

  function update(component) {
    const before = face.data;
    face.data = component.data;
    face.trigger = component.setTriggerValue;
    const { model } = face.data;
    const other = before?.model.name !== model.name || before?.model.version !== model.version;
    if (address.brings(face.data) || other) {
      face.state = readQuery(face.data.query);
      if (other) {
        face.ready = face.data.ready;
        build();
      }
      draw();
      changed({ jump: true, settle: false });
      tell("settled", query());
      if (!face.ready) wake();
    } else draw(); // the seed's own latent values came with an echo
  }

  function stop() {
    ending.abort();
    frames.stop();
    address.stop();
    tell("stop");
  }

  $("explain").onclick = () => $("explain").setAttribute("aria-expanded", $("page").classList.toggle("explained"));

  return { update, stop };
}
