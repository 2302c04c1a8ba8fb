/* Photos to choose from, with what was found in each. The one chosen goes to Python. */

export default function (component) {
  const { items, current } = component.data;
  const list = component.parentElement.querySelector("#shots");
  const entries = items.map((item) => {
    const button = faceButton(item.src, item.alt, () => component.setTriggerValue("chosen", item.id));
    button.title = item.name;
    button.setAttribute("aria-current", item.id === current);
    const words = document.createElement("p");
    Object.assign(words, { className: "small quiet", textContent: item.words });
    const entry = document.createElement("li");
    entry.append(button, words);
    return entry;
  });
  const focused = list.contains(list.getRootNode().activeElement);
  list.replaceChildren(...entries);
  if (focused) list.querySelector('[aria-current="true"]')?.focus();
}
