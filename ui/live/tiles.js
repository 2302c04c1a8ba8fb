/* Pictures of a set, side by side. The one that is tapped goes to Python; where a tap excludes, each is a switch. */

export default function (component) {
  if (outdated(component)) return;
  const { items, excludes, wide } = component.data;
  const list = component.parentElement.querySelector("#tiles");
  const section = list.parentElement;
  section.classList.toggle("wide", wide);
  section.style.setProperty("--tile", wide ? "220px" : "84px");
  section.style.setProperty("--shape", wide ? "4 / 3" : "1");
  // a tile that is there already stays: replaced under a finger, it would not hear the tap
  const before = new Map([...list.children].map((entry) => [entry.dataset.key, entry]));
  const entries = items.map((item) => {
    const entry = before.get(item.id + item.src) ?? newTile(item);
    const button = entry.firstChild;
    button.onclick = () => component.setTriggerValue("tapped", item.id);
    button.dataset.out = item.out;
    if (excludes) button.setAttribute("aria-pressed", item.out);
    else button.removeAttribute("aria-pressed");
    entry.lastChild.hidden = !item.out;
    return entry;
  });
  if (entries.length !== list.children.length || entries.some((entry, place) => list.children[place] !== entry)) {
    list.replaceChildren(...entries);
  }
}

function newTile(item) {
  const button = faceButton(item.src, item.alt);
  if (!item.src) {
    const words = document.createElement("span");
    Object.assign(words, { className: "unread quiet", textContent: "cannot be read" });
    button.replaceChildren(words);
    button.setAttribute("aria-label", `${item.alt}: cannot be read`);
  }
  button.title = item.alt;
  button.dataset.id = item.id;
  const word = document.createElement("span");
  Object.assign(word, { className: "out", textContent: "excluded" });
  const entry = document.createElement("li");
  entry.dataset.key = item.id + item.src;
  entry.append(button, word);
  return entry;
}
