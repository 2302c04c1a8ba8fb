/* The faces of this visit, back and forward; and the keys, with the switch that turns them off. */

const MOST_KEPT = 200;
const ARROW_BACK = icon("M10 3L5 8l5 5");
const ARROW_ON = icon("M6 3l5 5-5 5");
const KEYS = { n: "roll", a: "pin", b: "comparing", z: "back" };
const TYPING = "input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]";

/** What this window keeps until it is closed; where it may keep nothing, what `otherwise` says. */
function remembered(name, otherwise) {
  try {
    return JSON.parse(sessionStorage.getItem(`visage.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function remember(name, value) {
  try {
    sessionStorage.setItem(`visage.${name}`, JSON.stringify(value));
  } catch {
    // no room, or not allowed: then it lasts as long as the page
  }
}

function createVisit(face) {
  const { $ } = face;
  let { faces, at } = remembered("faces.visit", { faces: [], at: -1 });

  function settled(query) {
    if (query === faces[at]) return draw();
    if (query === faces[at - 1]) at -= 1;
    else if (query === faces[at + 1]) at += 1;
    else {
      faces = [...faces.slice(0, at + 1), query].slice(-MOST_KEPT);
      at = faces.length - 1;
    }
    draw();
  }

  function draw() {
    remember("faces.visit", { faces, at });
    $("back").setAttribute("aria-disabled", at < 1);
    $("forward").setAttribute("aria-disabled", at + 1 >= faces.length);
  }

  function step(by) {
    settled(face.query()); // what is not settled yet is a face to come back to
    if (faces[at + by] === undefined) return;
    at += by;
    draw();
    face.go(faces[at]);
  }

  function press(event) {
    if (!$("keys").checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.composedPath()[0].closest?.(TYPING)) return;
    const id = KEYS[event.key.toLowerCase()];
    if (id) $(id).click();
  }

  $("back").innerHTML = ARROW_BACK;
  $("forward").innerHTML = ARROW_ON;
  $("back").onclick = () => step(-1);
  $("forward").onclick = () => step(1);
  $("keys").checked = remembered("faces.keys", true);
  $("keys").onchange = ({ target }) => remember("faces.keys", target.checked);
  document.addEventListener("keydown", press);

  return { settled, stop: () => document.removeEventListener("keydown", press) };
}
