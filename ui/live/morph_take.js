/* A morph to take home: the server makes the animation in a thread of its own, tells how far it is, and can be stopped. */

const ASK_MS = 200;
const STAGES = { waiting: "Waiting for its turn", drawing: "Drawing", encoding: "Writing" };

function createTake(morph) {
  const { $ } = morph;
  let job = ""; // the name of the one under way
  let turn = 0; // grows with every wish and every cancel
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
    const mine = turn;
    const query = morph.query(0);
    const file = `visage-${morph.state.model}-morph-${morph.state.keys.map(seedOf).join("-")}.${format}`;
    $("making").hidden = false;
    draw({ stage: "waiting", total: 0 });
    try {
      const { name } = await answer(await ask(`?${query}&format=${format}`, "POST"));
      if (mine !== turn) return end(name); // cancelled, or another was wished for, before the server answered
      job = name;
      const bytes = await finished(name);
      if (mine === turn && bytes) show(bytes, format, query, file);
    } catch (error) {
      if (mine !== turn) return;
      morph.say(error instanceof TypeError ? "The server does not answer. Try again in a moment." : error.message);
    }
    if (mine === turn) cancel(); // the server may forget it
  }

  /** The bytes once they are there; nothing where it was cancelled. */
  async function finished(name) {
    while (job === name) {
      const now = await answer(await ask(`/${name}`));
      if (now.stage === "failed") throw new Error(now.error);
      if (now.stage === "done") {
        const file = await ask(`/${name}/file`);
        return file.ok ? file.blob() : answer(file);
      }
      draw(now);
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
    return null;
  }

  function show(bytes, format, query, file) {
    made = URL.createObjectURL(bytes);
    madeOf = query;
    const playable = format === "mp4" && query === morph.query(0); // not where the page shows another morph by now
    Object.assign($("save"), { href: made, download: file });
    $("made-words").textContent = `The ${$(format).textContent} is saved, ${size(bytes.size)}.`;
    $("video").hidden = !playable;
    $("made").hidden = false;
    $("made").scrollIntoView({ block: "nearest" });
    $("save").click();
    if (!playable) return;
    $("video").src = made;
    $("video").muted = true;
    if (!calm()) $("video").play().catch(() => {}); // where it may not start by itself, its controls do
  }

  const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

  const end = (name) => ask(`/${name}`, "DELETE").catch(() => {}); // unasked for, it ends by itself

  function cancel() {
    if (job) end(job);
    job = "";
    turn += 1;
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
