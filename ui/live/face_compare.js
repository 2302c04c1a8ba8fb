/* A face is pinned as A and laid over the present one, B: wiped away by hand, or beside it. */

function createCompare(face) {
  const { $ } = face;
  let pinned = remembered("faces.pinned", "");
  let on = false;
  let beside = false;

  function draw() {
    $("take").hidden = !pinned;
    if (pinned) $("take").textContent = `Take A's, ${readQuery(pinned).seed}`;
    $("comparing").setAttribute("aria-disabled", !pinned);
    $("comparing").setAttribute("aria-pressed", on);
    $("compare").hidden = $("pinned").hidden = !on;
    $("beside").setAttribute("aria-pressed", beside);
    $("wipe").parentElement.hidden = beside;
    $("sides").hidden = !beside;
    $("frame").classList.toggle("beside", on && beside);
    if (on) {
      const url = face.frameUrl(pinned);
      if ($("pinned").dataset.shown !== url) $("pinned").src = $("pinned").dataset.shown = url;
      $("pinned").alt = `A: ${alternative(readQuery(pinned), face.data.model)}`;
    }
    wipe();
  }

  function wipe() {
    const share = Number($("wipe").value);
    $("pinned").style.clipPath = beside ? "" : `inset(0 ${100 - share}% 0 0)`;
    $("frame").style.setProperty("--wipe", `${share}%`);
    $("frame").classList.toggle("wiped", on && !beside);
    $("wipe").setAttribute("aria-valuetext", `${share} % A`);
    fill($("wipe"), 0);
  }

  function pin() {
    pinned = face.query();
    remember("faces.pinned", pinned);
    draw();
    face.say("Pinned as A. Change the face, then compare.");
  }

  function compare() {
    if (!pinned) return face.say("Pin a face as A first.");
    on = !on;
    draw();
  }

  face.pinned = () => pinned;
  $("pin").onclick = pin;
  $("comparing").onclick = compare;
  $("beside").onclick = () => ((beside = !beside), draw());
  $("wipe").oninput = wipe;

  return { build: draw };
}
