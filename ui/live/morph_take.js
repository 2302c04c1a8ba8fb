/* A morph to take home: the server makes the animation in a thread of its own, tells how far it is, and can be stopped. */

const ASK_MS = 200;
const STAGES = { waiting: "Waiting for others' animations", drawing: "Drawing", encoding: "Writing" };

function createTake(morph) {
  const { $ } = morph;
  let job = ""; // the name of the one under way
  let made = ""; // the address of its bytes in this window
  let madeOf = "";

  const ask = (path, method = "GET") => fetch(`${API}/morphs${path}`, { method, keepalive: method === "DELETE" });

  async function answer(reply) {
    const body = await reply.json();
    if (!reply.ok) throw new Error(body.error);
    return body;
  }

  function draw(now) {
    const counted = now.total > 0;
    $("stage-words").textContent = STAGES[now.stage] + (counted ? ` ${now.done} of ${now.total} pictures` : "");
    if (counted) Object.assign($("progress"), { max: now.total, value: now.done });
    else $("progress").removeAttribute("value");
  }

  async function make(format) {
    cancel();
    forget();
    morph.say("");
    $("making").hidden = false;
    draw({ stage: "waiting", total: 0 });
    const query = morph.query(0);
    let own = "";
    try {
      own = job = (await answer(await ask(`?${query}&format=${format}`, "POST"))).name;
      const bytes = await finished(own);
      if (bytes) show(bytes, format, query);
    } catch (error) {
      morph.say(error instanceof TypeError ? "The server does not answer. Try again in a moment." : error.message);
    }
    if (job === own) cancel(); // the server may forget it
  }

  /** The bytes once they are there; nothing where another was begun, or this one cancelled. */
  async function finished(name) {
    while (job === name) {
      const now = await answer(await ask(`/${name}`));
      if (now.stage === "failed") throw new Error(now.error);
      if (now.stage === "done") return (await ask(`/${name}/file`)).blob();
      draw(now);
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
    return null;
  }

  function show(bytes, format, query) {
    made = URL.createObjectURL(bytes);
    madeOf = query;
    const seeds = morph.state.keys.map(seedOf).join("-");
    Object.assign($("save"), { href: made, download: `visage-${morph.state.model}-morph-${seeds}.${format}` });
    $("made-words").textContent = `The ${format === "gif" ? "GIF" : format === "mp4" ? "MP4" : "WebP"} is saved, ${size(bytes.size)}.`;
    $("video").hidden = format !== "mp4";
    $("made").hidden = false;
    $("save").click();
    if (format !== "mp4") return;
    $("video").src = made;
    $("video").muted = true;
    if (!calm()) $("video").play().catch(() => {}); // where it may not start by itself, its controls do
  }

  const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

  function cancel() {
    if (job) ask(`/${job}`, "DELETE").catch(() => {}); // unasked for, it ends by itself
    job = "";
    $("making").hidden = true;
  }

  function forget() {
    if (!made) return;
    $("made").hidden = true;
    $("video").removeAttribute("src");
    URL.revokeObjectURL(made);
    made = "";
  }

  for (const format of ["mp4", "webp", "gif"]) $(format).onclick = () => make(format);
  $("cancel").onclick = () => {
    cancel();
    morph.say("Cancelled.");
    $("mp4").focus();
  };

  return {
    /** What was made is of another morph than the one shown now. */
    changed: () => madeOf !== morph.query(0) && forget(),
    stop: () => (cancel(), forget()),
  };
}
