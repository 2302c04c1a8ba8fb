/* Photos to choose from, with what was found in each. The one chosen goes to Python. */

export default function (component) {
  if (outdated(component)) return;
  const { items, current } = component.data;
  const list = component.parentElement.querySelector("#shots");
  // a photo that is there already stays: replaced under a finger or a key, it would not hear it and lose the focus
  const before = new Map([...list.children].map((entry) => [entry.dataset.id, entry]));
  const entries = items.map((item) => {
    const entry = before.get(item.id) ?? newEntry(item);
    const [button, words] = entry.children;
    button.onclick = () => component.setTriggerValue("chosen", item.id);
    button.setAttribute("aria-current", item.id === current);
    Object.assign(button.querySelector("img"), { src: item.src, alt: item.alt });
    words.textContent = item.words;
    return entry;
  });
  if (entries.length !== list.children.length || entries.some((entry, place) => list.children[place] !== entry)) {
    list.replaceChildren(...entries);
  }
}

function newEntry(item) {
  const button = faceButton(item.src, item.alt);
  button.title = item.name;
  const words = document.createElement("p");
  words.className = "small quiet";
  const entry = document.createElement("li");
  entry.dataset.id = item.id;
  entry.append(button, words);
  return entry;
}
