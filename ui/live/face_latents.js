/* The latent values: those that change this face most, any other by its number, all of them on demand. */

const MOST_FELT = 12;

function createLatents(face) {
  const { $ } = face;
  const [, , place, more] = $("latents").children;
  let boxes = [];
  let all = false;
  let measured = ""; // the face that the order speaks of

  function build() {
    boxes = Array.from({ length: face.data.model.latent }, (_, index) =>
      createSlider(face, {
        key: `z${index}`, label: `z${index}`, limit: 4, step: 0.01, unit: "", store: "latents", name: index,
        rest: () => face.data.base[index],
      }));
    measured = "";
    all = false;
    $("find").max = boxes.length - 1;
    $("find").value = "";
    arrange(boxes, "");
  }

  /** Shows boxes in an order, the first few and those that differ (by CSS). */
  function arrange(order, words) {
    place.replaceChildren(...order);
    order.forEach((box, index) => box.classList.toggle("spare", !all && index >= MOST_FELT));
    more.hidden = all || boxes.length <= MOST_FELT;
    more.textContent = `Show all ${boxes.length}`;
    $("ranked").textContent = words;
  }

  /** Asks how much each value changes the face, and puts those that change it most in front. */
  async function measure() {
    const asked = face.query();
    if (!face.ready || $("latents").hidden || measured === asked) return;
    measured = asked;
    try {
      const reply = await fetch(`${API}/latents?${asked}`);
      const answer = await reply.json();
      if (measured !== asked) return;
      if (!reply.ok) return arrange(boxes, answer.error);
      const order = answer.changes.map((change, index) => [change, index]).sort((a, b) => b[0] - a[0]);
      arrange(
        order.map(([, index]) => boxes[index]),
        `Those that change this face most come first, by how much a value of the picture (0 to 255) changes on average ` +
          `when the number grows by 1: z${order[0][1]} by ${order[0][0].toFixed(1)}.`,
      );
    } catch {
      measured = ""; // asked again when the tab is opened again
    }
  }

  /** Another seed is another face, so another order; a slider that moves changes none under the thumb. */
  function draw() {
    boxes.forEach((box) => box.draw());
    if (readQuery(measured).seed !== face.state.seed) measure();
  }

  more.onclick = () => {
    all = true;
    boxes.forEach((box) => box.classList.remove("spare"));
    more.hidden = true;
  };
  $("find").oninput = ({ target }) => {
    const wanted = target.checkValidity() && target.value !== "" ? Number(target.value) : null;
    place.classList.toggle("found", wanted !== null);
    boxes.forEach((box, index) => box.classList.toggle("wanted", index === wanted));
    more.hidden = all || wanted !== null || boxes.length <= MOST_FELT;
  };
  $("latents").addEventListener("opened", measure);

  return { build, draw, woke: measure };
}
