/* The film strip of a training: every picture there is, one slider for all, played or scrubbed. Of ten thousand pictures
   only those that are looked at are fetched; the list of their names is fetched once, and then what came after. */

const MOMENTS = 9; // small pictures, evenly spread over the whole training
const FRAME_MS = 120;
const PLAY_STEPS = 160; // a long training plays as long as a short one
const mounted = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  const film = mounted.get(root) ?? createFilm(root);
  mounted.set(root, film);
  if (!outdated(component)) film.take(component.data);
  return () => {
    film.stop();
    mounted.delete(root);
  };
}

function createFilm(root) {
  const $ = (id) => root.querySelector(`#${id}`);
  const [at, play, picture, moments] = ["at", "play", "picture", "moments"].map($);
  let data = null;
  let images = []; // images seen, one for every picture there is
  let fetching = false;
  let again = false;
  let timer = 0;

  const address = (count) => `${API}/runs/${encodeURIComponent(data.run)}/samples/${count}?v=${data.version}`;
  const many = (count) => (count < 10000 ? count.toLocaleString("en") : `${Math.round(count / 1000).toLocaleString("en")} k`);
  const words = (count) => `${data.what} after ${count.toLocaleString("en")} images${grown(count)}`;

  // of a network that grows: its size, and how far that is faded in, in the last step before that picture
  function grown(count) {
    const stage = data.stages.findLast((one) => one.begins < count) ?? data.stages[0];
    if (!stage) return "";
    const done = count - stage.batch - stage.begins;
    const alpha = stage.fading ? Math.min(1, Math.max(0, done / stage.fading)) : 1;
    return ` · ${stage.size} px, alpha ${alpha.toFixed(2)}`;
  }

  function take(next) {
    if (data && (data.run !== next.run || data.version !== next.version)) {
      images = [];
      pause();
    }
    const before = data;
    data = next;
    const last = images.at(-1) ?? -1;
    if (!before || before.run !== next.run || next.last !== last) refresh(next.last < last);
  }

  async function refresh(anew) {
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    const run = data.run;
    try {
      const after = anew ? -1 : (images.at(-1) ?? -1);
      const reply = await fetch(`${API}/runs/${encodeURIComponent(run)}/samples?after=${after}`);
      if (reply.ok && run === data.run) {
        const atEnd = Number(at.value) >= images.length - 1;
        const more = (await reply.json()).images;
        images = anew ? more : images.concat(more);
        draw(atEnd && !timer);
      }
    } catch {
      // the server is gone for a moment; the next data bring the next try
    }
    fetching = false;
    if (again) {
      again = false;
      refresh(false);
    }
  }

  function draw(follow) {
    $("none").hidden = images.length > 0;
    $("all").hidden = images.length === 0;
    $("words").textContent = images.length ? `${images.length.toLocaleString("en")} pictures · ${data.same}` : "";
    root.querySelector(".film").dataset.pictures = images.length;
    if (!images.length) return;
    at.max = images.length - 1;
    if (follow) at.value = images.length - 1;
    show();
    const places = [...new Set(Array.from({ length: MOMENTS }, (_, k) => Math.round((k * (images.length - 1)) / (MOMENTS - 1))))];
    const kept = new Map([...moments.children].map((entry) => [entry.dataset.images, entry]));
    moments.replaceChildren(...places.map((place) => kept.get(String(images[place])) ?? moment(images[place])));
    mark();
  }

  function moment(count) {
    const entry = document.createElement("div");
    entry.dataset.images = count;
    const button = faceButton(address(count), words(count), () => jump(count));
    const img = button.firstChild;
    img.onload = () => {
      const columns = data.tile ? Math.round(img.naturalWidth / data.tile) : 1;
      button.classList.toggle("sheet", columns > 1);
      button.style.setProperty("--columns", columns);
    };
    const label = document.createElement("p");
    Object.assign(label, { className: "small quiet", textContent: many(count) });
    entry.append(button, label);
    return entry;
  }

  function jump(count) {
    pause();
    at.value = images.indexOf(count);
    show();
  }

  function show() {
    const count = images[Number(at.value)];
    fill(at, 0);
    if (picture.dataset.images !== `${data.run}/${count}`) {
      picture.dataset.images = `${data.run}/${count}`;
      picture.src = address(count);
      picture.alt = words(count);
    }
    $("caption").textContent = words(count);
    at.setAttribute("aria-valuetext", `${count.toLocaleString("en")} images`);
    mark();
  }

  function mark() {
    const count = images[Number(at.value)];
    for (const entry of moments.children)
      entry.firstChild.setAttribute("aria-current", Number(entry.dataset.images) === count);
  }

  async function step() {
    const next = Math.min(images.length - 1, Number(at.value) + Math.ceil(images.length / PLAY_STEPS));
    at.value = next;
    show();
    await picture.decode().catch(() => {});
    if (!timer) return;
    if (next >= images.length - 1) pause();
    else timer = setTimeout(step, FRAME_MS);
  }

  function pause() {
    clearTimeout(timer);
    timer = 0;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  }

  play.onclick = () => {
    if (timer) return pause();
    if (Number(at.value) >= images.length - 1) at.value = 0;
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    timer = setTimeout(step, 0);
  };
  at.oninput = () => {
    pause();
    show();
  };
  return { take, stop: pause };
}
