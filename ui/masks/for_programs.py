"""Lines that find the boxes of a photo with the page's settings, from a program."""

from models.card import ModelInfo
from ui import code
from ui.masks.controls import Choice


def lines(info: ModelInfo, choice: Choice) -> None:
    """A small button that opens them."""
    url = f"{code.address()}/api/v1/detect"
    wish = {"model": info.name, "confidence": round(choice.confidence, 2), "overlap": round(choice.overlap, 2)}
    fields = " ".join(f"-F {name}={value}" for name, value in wish.items()) + (" -F tiles=true" if choice.tiles else "")
    wish |= {"tiles": True} if choice.tiles else {}
    appended = "\n".join(f'body.append("{name}", "{str(value).lower()}");' for name, value in wish.items())
    code.lines(
        "masks.code",
        "the boxes of photo.jpg with these settings",
        f'curl -F photo=@photo.jpg {fields} "{url}"',
        f"""import base64
import json
import urllib.request

photo = base64.b64encode(open("photo.jpg", "rb").read()).decode()
body = json.dumps({wish} | {{"items": [{{"photo": photo}}]}}).encode()
request = urllib.request.Request("{url}", body, {{"Content-Type": "application/json"}})
print(urllib.request.urlopen(request).read().decode())
""",
        f"""const body = new FormData();  // `photo` is a File or a Blob
body.append("photo", photo);
{appended}
const found = await (await fetch("{url}", {{ method: "POST", body }})).json();
""",
    )
