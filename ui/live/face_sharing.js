/* What leaves the page and comes back: the PNG with its settings inside, the link, and lines that fetch the face. */

const LARGEST_FILE = 8 * 2 ** 20; // bytes, as the route has it

function createSharing(face) {
  const { $ } = face;
  let warned = "";

  function changed(query) {
    $("download").href = `${API}/frame?${query}&format=png`;
    $("download").download = `visage-${face.state.model}-seed-${face.state.seed}.png`;
  }

  const fileUrl = () => `${location.origin}${API}/frame?${face.query()}&format=png`;

  /** A face whose latent values are all set was found from a photo: that its link shows who is on it is told first. */
  function likeness() {
    const query = face.query();
    if (warned === query || Object.keys(face.state.latents).length < face.data.model.latent) return false;
    warned = query;
    face.say("All values of this face are set, as of one found from a photo: its link carries a likeness. Press again to copy it.");
    return true;
  }

  async function code(button, text) {
    if (likeness()) return;
    await copy(button, text);
    face.say("Copied: it writes this face to face.png.");
  }

  async function open(file) {
    if (!file) return;
    if (file.size > LARGEST_FILE) return face.say("A picture with settings has up to 8 MB; this one is larger. Take another.");
    try {
      const reply = await fetch(`${API}/settings`, { method: "POST", body: file });
      const answer = await reply.json();
      if (!reply.ok) return face.say(answer.error);
      face.go(answer.query);
      face.say(answer.told.join(" ") || "The picture's settings are back.");
    } catch {
      face.say("The server does not answer. Try again in a moment.");
    }
  }

  const page = $("page");
  page.ondragover = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    page.classList.add("dropping");
  };
  page.ondragleave = (event) => page.contains(event.relatedTarget) || page.classList.remove("dropping");
  page.ondrop = (event) => {
    event.preventDefault();
    page.classList.remove("dropping");
    open(event.dataTransfer.files[0]);
  };
  $("open").onclick = () => $("file").click();
  $("file").onchange = async ({ target }) => {
    await open(target.files[0]);
    target.value = ""; // the same file may come again
  };
  $("copy").textContent = canShare() ? "Share" : "Copy link";
  $("copy").onclick = ({ currentTarget }) => likeness() || sendLink(currentTarget, face.query());
  $("curl").onclick = ({ currentTarget }) => code(currentTarget, `curl -o face.png "${fileUrl()}"`);
  $("python").onclick = ({ currentTarget }) =>
    code(currentTarget, `import urllib.request\n\nurllib.request.urlretrieve("${fileUrl()}", "face.png")\n`);
  $("javascript").onclick = ({ currentTarget }) =>
    code(currentTarget, `const face = await (await fetch("${fileUrl()}")).blob();\n`);

  return { changed };
}
