/* Faces to go to: neighbours of the present one, starting points chosen by hand, others by their seeds. */

const MANY = 24;

function createGrids(face) {
  const { $ } = face;
  let firstOther = 1;
  let centre = null; // whose neighbours are shown

  function button(state, onClick = () => face.go(writeQuery(state))) {
    const query = writeQuery(state);
    const one = faceButton(`${API}/frame?${query}&format=jpeg`, alternative(state, face.data.model), () => {
      onClick();
      $("picture").scrollIntoView({ block: "nearest" });
    });
    one.dataset.query = query;
    return one;
  }

  const plain = (seed) => ({ ...readQuery(""), model: face.state.model, version: face.state.version, seed });

  function others() {
    const faces = Array.from({ length: MANY }, (_, index) =>
      face.ready ? button(plain(firstOther + index)) : Object.assign(document.createElement("div"), { className: "face" }));
    $("faces").replaceChildren(...faces);
  }

  /** The same 24 that `FaceSettings.neighbours` names: each the centre, mixed with another seed by the spread. */
  function neighbours() {
    const spread = Number($("spread").value);
    const first = centre.seed + 1 + MANY * centre.mix.length;
    const faces = Array.from({ length: MANY }, (_, index) =>
      button({ ...centre, mix: [...centre.mix, [(first + index) % 2 ** 32, spread]] }));
    $("neighbours").replaceChildren(...faces);
    $("zip").href = `${API}/neighbours?${writeQuery(centre)}&spread=${spread}`;
    $("zip").download = `visage-${centre.model}-seed-${centre.seed}-neighbours.zip`;
    $("zip").hidden = false;
    mark();
  }

  function spread() {
    $("spread-words").textContent = percent($("spread").value);
    $("spread").setAttribute("aria-valuetext", percent($("spread").value));
    fill($("spread"), 0);
  }

  function presets() {
    const { presets } = face.data.model;
    $("presets-part").hidden = presets.length === 0;
    $("presets").replaceChildren(...presets.map(({ name, query }) => {
      const one = button(readQuery(query));
      const words = Object.assign(document.createElement("span"), { className: "small", textContent: name });
      one.append(words);
      return one;
    }));
  }

  function mark() {
    const shown = face.query();
    for (const one of face.$("page").querySelectorAll(".face[data-query]")) {
      one.setAttribute("aria-current", one.dataset.query === shown);
    }
  }

  function build() {
    centre = null;
    $("neighbours").replaceChildren();
    $("zip").hidden = true;
    spread();
    others();
    if (face.ready) presets();
    else $("presets-part").hidden = true;
  }

  $("around").onclick = () => {
    if (!face.ready) return face.say(WAKING);
    if (face.state.mix.length >= MANY) return face.say(`This face is a mix of ${MANY} others already. Start from another.`);
    centre = structuredClone(face.state);
    neighbours();
  };
  $("spread").oninput = spread;
  $("spread").onchange = () => centre && neighbours();
  $("more").onclick = () => ((firstOther += MANY), others(), mark());

  return { build, changed: mark, woke: () => (others(), presets(), mark()) };
}
