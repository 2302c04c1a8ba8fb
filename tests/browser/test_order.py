"""Data of two runs that come the wrong way round: the newer stay (Streamlit was seen to do that on a slow page)."""

import pytest

from tests.tree import ROOT

pytestmark = pytest.mark.browser

_BRING = """async ([script, html, orders]) => {
  const parentElement = document.createElement("div");
  parentElement.innerHTML = html;
  const bring = (await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })))).default;
  for (const order of orders) {
    const items = [{ id: order, src: "", alt: String(order), name: String(order), words: String(order), out: false }];
    bring({ parentElement, data: { items, order, current: null, excludes: false, wide: false }, setTriggerValue() {} });
  }
  return [...parentElement.querySelectorAll("button")].map((button) => button.title);
}"""


@pytest.mark.parametrize("name", ["strip", "tiles"])
def test_newer_data_stay(chromium, name):
    read = [(ROOT / "ui/live" / file).read_text() for file in ("shared.js", f"{name}.js", f"{name}.html")]
    page = chromium.new_page()
    for orders, shown in (([1, 2], ["2"]), ([2, 1], ["2"]), ([2, 2], ["2"])):
        assert page.evaluate(_BRING, [read[0] + read[1], read[2], orders]) == shown
    page.close()
