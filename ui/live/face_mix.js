/* Another face mixed into this one. The tab holds the last step of the mix; those before it stay as they are. */

function createMix(face) {
  const { $ } = face;
  let before = [];
  let seed = null;
  let share = 0;

  const pairs = () => (share > 0 ? [...before, [seed, share]] : before);

  function draw() {
    if (JSON.stringify(face.state.mix) !== JSON.stringify(pairs()) || seed === null) {
      before = face.state.mix.slice(0, -1);
      [seed, share] = face.state.mix.at(-1) ?? [seed ?? (face.state.seed + 1) % 2 ** 32, 0];
    }
    $("other").value = seed;
    show();
  }

  function show() {
    $("share").value = share;
    $("share-words").textContent = percent(share);
    $("share").setAttribute("aria-valuetext", percent(share));
    $("share-line").classList.toggle("changed", share > 0);
    fill($("share"), 0);
    $("mixed").textContent = before.length
      ? `${before.length} other seed${before.length > 1 ? "s were" : " was"} mixed in before.`
      : "";
  }

  function mix(how) {
    face.state.mix = pairs();
    show();
    face.changed(how);
  }

  $("share").oninput = ({ target }) => ((share = Number(target.value)), mix({ settle: false }));
  $("share").onchange = () => face.changed();
  $("other").oninput = ({ target }) => {
    if (!target.checkValidity()) return;
    seed = Number(target.value);
    mix({ jump: true, settle: share > 0 });
  };
  $("other").onchange = ({ target }) => target.reportValidity() || (target.value = seed);
  $("take").onclick = () => {
    seed = readQuery(face.pinned()).seed;
    if (share === 0) share = 0.5;
    $("other").value = seed;
    mix({ now: true });
  };

  return { draw };
}
