/* The key faces of a morph: the row of them, its order, and where new ones come from.

   A key face is a text, as the address has it (`models/morphs.py`): its seed, then names and values, all by `_`. */

const MOVE_LEFT = icon("M10 3L5 8l5 5");
const MOVE_RIGHT = icon("M6 3l5 5-5 5");
const CROSS = icon("M4 4l8 8M12 4l-8 8");
const LARGEST_FILE = 8 * 2 ** 20; // bytes, as the route has it
const MOST_VISITED = 8;

const seedOf = (key) => key.split("_")[0];

/** What a key face sets beside its seed, as [name, value] pairs. */
function editsOf(key) {
  const words = key.split("_").slice(1);
  return Array.from({ length: words.length / 2 }, (_, index) => words.slice(2 * index, 2 * index + 2));
}

/** The key face in the address of a face. */
function keyFrom(query) {
  const q = new URLSearchParams(query);
  const edits = [...q].filter(([name]) => !["model", "version", "seed"].includes(name));
  return [q.get("seed") ?? "0", ...edits.flat()].join("_");
}

function createKeys(morph) {
  const { $ } = morph;
  let dragged = -1;

  function words(key) {
    const edits = editsOf(key).map(([name, value]) => {
      const slider = morph.data.model.directions.find((one) => one.name === name);
      if (slider) return `${slider.label.toLowerCase()} ${figure(Number(value), 1, true)}`;
      return `${name === "psi" ? "ψ" : name} ${value}`;
    });
    return edits.length > 3 ? `${edits.length} values set` : edits.join(", ");
  }

  const describe = (key) => [`seed ${seedOf(key)}`, words(key)].filter(Boolean).join(", ");

  const pictureOf = (key) =>
    `${API}/frame?${new URLSearchParams([...Object.entries(morph.base()), ["seed", seedOf(key)], ...editsOf(key)])}&format=jpeg`;

  function button(label, inside, disabled, onclick) {
    const one = Object.assign(document.createElement("button"), { type: "button", innerHTML: inside, disabled, onclick });
    one.setAttribute("aria-label", label);
    return one;
  }

  /** The row anew, then whatever hangs on it. */
  function changed(focus) {
    draw();
    morph.changed({ jump: true, now: true });
    if (focus) $("keys").querySelector(`[aria-label="${focus}"]:not(:disabled)`)?.focus();
  }

  function move(from, to) {
    const { keys } = morph.state;
    if (from === to || keys[to] === undefined) return;
    keys.splice(to, 0, ...keys.splice(from, 1));
    morph.state.at = to * morph.state.steps;
    changed();
    const tools = $("keys").children[to].querySelectorAll(".tools button");
    (tools[to < from ? 0 : 1].disabled ? tools[to < from ? 1 : 0] : tools[to < from ? 0 : 1]).focus();
    morph.say(`Face moved to place ${to + 1} of ${keys.length}.`);
  }

  function add(key, words = "") {
    if (morph.state.keys.length >= morph.data.most) return morph.say(`A morph has up to ${morph.data.most} faces. Remove one first.`);
    morph.state.keys.push(key);
    morph.state.at = (morph.state.keys.length - 1) * morph.state.steps;
    changed();
    morph.say(words);
  }

  /** Adds the face of an address that the server takes; what it does not take is told in its own words. */
  async function addQuery(query, words = "") {
    const q = new URLSearchParams(query);
    const { model, version } = morph.base();
    if (!q.has("seed")) return morph.say("This is no link to a face. Copy one from the Faces page.");
    if ((q.get("model") ?? model) !== model) return morph.say("This face is of another model. Choose that model first.");
    const other = (q.get("version") ?? version) !== version;
    const key = keyFrom(q);
    const reply = await fetch(pictureOf(key)).catch(() => null);
    if (!reply) return morph.say("The server does not answer. Try again in a moment.");
    if (!reply.ok) return morph.say((await reply.json()).error);
    add(key, other ? "It was made with another version of the model, so the face may be another." : words);
    return true;
  }

  async function addFile(file) {
    if (!file) return;
    if (file.size > LARGEST_FILE) return morph.say("A picture with settings has up to 8 MB; this one is larger. Take another.");
    const reply = await fetch(`${API}/settings`, { method: "POST", body: file }).catch(() => null);
    if (!reply) return morph.say("The server does not answer. Try again in a moment.");
    const answer = await reply.json();
    if (!reply.ok) return morph.say(answer.error);
    await addQuery(answer.query, answer.told.join(" "));
  }

  function picture(index, key) {
    const place = () => morph.goTo(index * morph.state.steps);
    if (!morph.ready) return Object.assign(document.createElement("div"), { className: "face" });
    const face = faceButton(pictureOf(key), `Go to face ${index + 1}, ${describe(key)}`, place);
    face.draggable = true;
    face.firstChild.draggable = false;
    face.ondragstart = (event) => {
      dragged = index;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", describe(key));
    };
    face.ondragend = () => {
      dragged = -1;
      $("keys").querySelector(".target")?.classList.remove("target");
    };
    return face;
  }

  function card(key, index, { length }) {
    const item = Object.assign(document.createElement("li"), { className: "key" });
    item.innerHTML = `<label><span class="small quiet">Seed of face ${index + 1}</span>
      <input type="number" min="0" max="4294967295" step="1" inputmode="numeric" required /></label>
      <div class="small quiet edits"></div><div class="tools"></div>`;
    const [input, edits, tools] = ["input", ".edits", ".tools"].map((part) => item.querySelector(part));
    input.value = seedOf(key);
    input.onchange = () => {
      if (!input.reportValidity()) return void (input.value = seedOf(key));
      morph.state.keys[index] = [Number(input.value), ...key.split("_").slice(1)].join("_");
      morph.state.at = index * morph.state.steps;
      changed();
    };
    edits.textContent = edits.title = words(key);
    edits.hidden = !words(key);
    tools.append(
      button(`Move face ${index + 1} left`, MOVE_LEFT, index === 0, () => move(index, index - 1)),
      button(`Move face ${index + 1} right`, MOVE_RIGHT, index === length - 1, () => move(index, index + 1)),
      button(`Remove face ${index + 1}`, CROSS, length <= morph.data.fewest, () => {
        morph.state.keys.splice(index, 1);
        changed(`Remove face ${Math.min(index + 1, length - 1)}`);
      }),
    );
    item.ondragover = (event) => {
      if (dragged < 0) return;
      event.preventDefault();
      item.classList.toggle("target", dragged !== index);
    };
    item.ondragleave = () => item.classList.remove("target");
    item.ondrop = (event) => {
      if (dragged < 0) return;
      event.preventDefault();
      move(dragged, index);
    };
    item.prepend(picture(index, key));
    return item;
  }

  /** Faces that this window has seen on the Faces page, the last ones first. */
  function visited() {
    let faces = [];
    try {
      faces = JSON.parse(sessionStorage.getItem("visage.faces.visit")).faces;
    } catch {
      // none yet, or the browser keeps nothing
    }
    const { model, version } = morph.base();
    const ours = (q) => q.get("model") === model && q.get("version") === version;
    const keys = faces.map((query) => new URLSearchParams(query)).filter(ours).map(keyFrom);
    return [...new Set(keys.reverse())].slice(0, MOST_VISITED);
  }

  function draw() {
    const { keys } = morph.state;
    $("keys").replaceChildren(...keys.map(card));
    $("count").textContent = `${keys.length} of ${morph.data.most}`;
    for (const id of ["add", "open", "link"]) $(id).disabled = keys.length >= morph.data.most;
    const faces = morph.ready ? visited() : [];
    $("visited").hidden = faces.length === 0;
    $("visit").replaceChildren(
      ...faces.map((key) => faceButton(pictureOf(key), `Add the face of ${describe(key)}`, () => add(key))),
    );
  }

  const lot = () => String(crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000);
  $("add").onclick = () => add(lot());
  $("roll").onclick = () => {
    morph.state.keys = morph.state.keys.map(lot);
    changed();
  };
  $("open").onclick = () => $("file").click();
  $("file").onchange = async ({ target }) => {
    await addFile(target.files[0]);
    target.value = ""; // the same file may come again
  };
  $("paste").onsubmit = async (event) => {
    event.preventDefault();
    const text = $("link").value.trim();
    if (text && (await addQuery(text.slice(text.indexOf("?") + 1).split("#")[0]))) $("link").value = "";
  };
  const page = $("page");
  page.ondragover = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    page.classList.add("dropping");
  };
  page.ondragleave = (event) => page.contains(event.relatedTarget) || page.classList.remove("dropping");
  page.ondrop = (event) => {
    page.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    addFile(event.dataTransfer.files[0]);
  };

  return { draw, describe };
}
