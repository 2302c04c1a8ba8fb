"""What the tests of the live pages look at."""

# decoded values of the picture that is shown, whatever its size on the screen
_PIXELS = """(img) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [img.naturalWidth, img.naturalHeight];
  const context = canvas.getContext("2d");
  context.drawImage(img, 0, 0);
  return Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data);
}"""


def pixels(page) -> list[int]:
    """Values of the large picture, once it is live."""
    return live(page).evaluate(_PIXELS)


def live(page):
    """The large picture, drawn by the network (not the samples shown while it wakes)."""
    picture = page.locator("#picture[data-shown]")
    picture.wait_for()
    return picture


def wait_for_frame(page, part: str) -> None:
    """Until the picture shown is the one of an address that contains `part`."""
    page.locator(f'#picture[data-shown*="{part}"]').wait_for()


def wait_for_address(page, part: str) -> None:
    """Until the page's address contains `part`."""
    page.wait_for_function("part => location.search.includes(part)", arg=part)


def press(page, role: str, name: str, key: str = "Enter") -> None:
    """A key on the control of that role and name."""
    page.get_by_role(role, name=name, exact=True).press(key)
