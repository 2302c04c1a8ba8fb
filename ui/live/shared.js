/* What both live components share. Streamlit hands a component's script over as one blob, which cannot import a
   neighbour: `ui/live/__init__.py` puts this file in front of the component's own. */

const API = "/api/v1";
const FETCHED_MS = 1000; // between two looks at how much of a model has been fetched
const WAKING = "The network is waking up; the first face takes a few seconds.";
const SETTLE_MS = 350; // one entry of the browser's history for a burst of key presses, not one each

const orders = new WeakMap();

/** Whether newer data have come before: Streamlit may bring those of two runs the wrong way round. */
function outdated({ data, parentElement }) {
  if (data.order < orders.get(parentElement)) return true;
  orders.set(parentElement, data.order);
  return false;
}

/** Shows pictures from addresses, the newest wish first.
 *
 * One request at a time, so pictures arrive in the order asked and none is shown over a newer one. A wish made
 * meanwhile replaces the one that waits. While a thumb drags, the request under way is let finish (cutting it off
 * each time would starve the screen on a slow line); a jump to another face cuts it off. `reach`, where given, hears
 * of every answer and every silence.
 */
function createFrames(show, tell, reach) {
  let waiting = null;
  let running = null;
  let retry = 0;

  async function next() {
    const url = waiting;
    waiting = null;
    running = new AbortController();
    try {
      const reply = await fetch(url, { signal: running.signal });
      if (!/^(image|application.problem)/.test(reply.headers.get("content-type"))) throw new TypeError("not our route");
      reach?.heard();
      if (!reply.ok) throw new Error((await reply.json()).error);
      await show(await reply.blob(), url);
      tell("");
    } catch (error) {
      if (error instanceof TypeError) {
        reach?.missed();
        tell("The server does not answer. The picture will follow as soon as it does.");
        if (!waiting) retry = setTimeout(() => want(url), 2000);
      } else if (error.name !== "AbortError") tell(error.message);
    }
    running = null;
    if (waiting) next();
  }

  function want(url, jump = false) {
    clearTimeout(retry);
    waiting = url;
    if (!running) next();
    else if (jump) running.abort();
  }

  function stop() {
    clearTimeout(retry);
    waiting = null;
    running?.abort();
  }

  return { want, stop };
}

/** Tells, by `lost`, when our own route is out of reach though the server answers: a proxy in between, say. */
function createReach(lost) {
  const PATIENCE = 3; // silences in a row
  let silences = 0;
  return {
    heard: () => (silences = 0),
    missed: async () => {
      if (++silences % PATIENCE) return;
      const reply = await fetch("/_stcore/health").catch(() => null);
      if (reply?.ok) lost();
    },
  };
}

/** Shows blobs in an <img>: the old picture stays until the new one is decoded, then its memory is given back. */
function createPicture(img) {
  let shown = null;
  return async (blob) => {
    const url = URL.createObjectURL(blob);
    img.src = url;
    try {
      await img.decode();
    } finally {
      if (shown) URL.revokeObjectURL(shown);
      shown = url;
    }
  };
}

/** Keeps the page's address in step with what was settled on; the address is the page's only memory.
 *
 * Each report has a number. Data that carry the newest number for the first time are its echo where they show what it
 * reported, and news where they do not: Back overtook the echo. Other data are news (first draw, Back, Forward, a link)
 * where their address is another than the one before.
 */
function createAddress() {
  let sent = null;
  let heard = null;
  let last = null;
  let timer = 0;

  function brings(data) {
    const first = sent === null;
    const answers = !first && data.serial > heard;
    const echo = answers && data.echo;
    const news = first || (!echo && (answers || data.query !== last));
    if (first) sent = data.serial;
    if (echo) heard = data.serial;
    else if (news) heard = sent; // an echo that comes now is older than what is shown, so it will be news itself
    last = data.query;
    if (news) clearTimeout(timer);
    return news;
  }

  function settle(query, report, delay = SETTLE_MS) {
    clearTimeout(timer);
    timer = setTimeout(() => report("settled", { query, serial: ++sent }), delay);
  }

  return { brings, settle, stop: () => clearTimeout(timer) };
}

/** Resolves once the model is loaded; the server holds the question until then, so nobody polls in haste. Meanwhile
 *  `told` hears how much of a model that lies elsewhere has been fetched. */
async function whenReady(model, signal, told, reach) {
  const address = `${API}/models/${encodeURIComponent(model)}`;
  const timer = setInterval(async () => {
    try {
      const { bytes, of } = await (await fetch(`${address}/fetched`, { signal })).json();
      if (bytes < of) told(`The network is being fetched: ${megabytes(bytes)} of ${megabytes(of)} MB.`);
    } catch {} // the question itself tells of a server out of reach
  }, FETCHED_MS);
  try {
    return await answerOf(`${address}/ready`, signal, reach);
  } finally {
    clearInterval(timer);
  }
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

async function answerOf(address, signal, reach) {
  while (!signal.aborted) {
    try {
      const reply = await fetch(address, { signal });
      const answer = await reply.json();
      reach?.heard();
      if (answer.ready) return "";
      if (!reply.ok) return answer.error;
    } catch (error) {
      if (error.name === "AbortError") return "";
      reach?.missed();
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
  return "";
}

/** Whether this is a device where people send links by the system's own sheet. */
const canShare = () => Boolean(navigator.share) && matchMedia("(pointer: coarse)").matches;

/** Sends the address with these settings: by the system's sheet on a phone, else by copying, which the button tells. */
async function sendLink(button, query) {
  const link = `${location.origin}${location.pathname}?${query}`;
  if (canShare()) {
    try {
      return await navigator.share({ title: "Visage", url: link });
    } catch (error) {
      if (error.name === "AbortError") return; // closed again by hand
    }
  }
  await copy(button, link);
}

/** Copies a text, which the button tells for two seconds. */
async function copy(button, text) {
  const words = (button.dataset.words ??= button.textContent);
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // no clipboard outside https and localhost: the text is offered to be copied by hand
    window.prompt("Copy this:", text);
    return;
  }
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = setTimeout(() => (button.textContent = words), 2000);
}

/** The model's name and its figures in one line; a list to choose from where there is more than one. */
function modelCard(place, data, choose) {
  const several = data.models.length > 1;
  const name = document.createElement(several ? "select" : "strong");
  if (several) {
    name.setAttribute("aria-label", "Model");
    name.append(...data.models.map((one) => new Option(one.title, one.name, false, one.name === data.model.name)));
    name.onchange = () => choose(name.value);
  } else name.textContent = data.model.title;
  const line = document.createElement("div");
  Object.assign(line, { className: "small quiet", textContent: data.model.line });
  place.replaceChildren(name, line);
}

/** A number as figures show it: a true minus sign, so that columns of digits line up. */
function figure(value, digits = 1, plus = false) {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return "0";
  return (value < 0 ? "\u2212" : plus ? "+" : "") + text;
}

/** A small icon in a square of 16, drawn with the colour of the words around it. */
const icon = (path) =>
  '<svg viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" ' +
  `stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${path}"/></svg>`;

/** Fills a range's track from where it rests to its thumb. */
function fill(range, rest) {
  const at = (value) => (value - range.min) / (range.max - range.min);
  const edge = rest <= Number(range.min) ? -0.1 : 0; // from the very end of the track, not from half a thumb into it
  range.style.setProperty("--from", Math.min(at(rest), at(range.value)) + edge);
  range.style.setProperty("--to", Math.max(at(rest), at(range.value)));
}

/** A <button> with a face in it, drawn when it comes into view. */
function faceButton(url, alt, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "face";
  const img = document.createElement("img");
  Object.assign(img, { loading: "lazy", decoding: "async", width: 96, height: 96, alt, src: url });
  button.append(img);
  button.onclick = onClick;
  return button;
}
