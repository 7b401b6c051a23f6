"""Helpers for tests of the decoding laboratory: open it, set it, read its numbers."""

import json
from urllib.parse import quote

WORDS = ["closer", "every", "effort", "forward", "inches", "moves", "pizza", "toward", "you"]


LESSON = {
    "words": [["first", 3], ["second", 2], ["third", 1]],
    "stages": [{"name": "temperature", "temperature": 0.5}, {"name": "top_p", "p": 0.8}],
}


SLIDE = """async (count) => {
  const slider = document.querySelector('#lab-stages li:nth-child(2) input[type=range]');
  const picture = document.querySelector('#lab-picture .distribution');
  const times = [];
  for (let i = 0; i < count; i += 1) {
    const value = Number((0.15 + i * 0.09).toFixed(2));
    const started = performance.now();
    const drawn = new Promise((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`no picture for T = ${value}`)), 20000);
      const look = new MutationObserver(() => {
        if (JSON.parse(picture.dataset.drawn).stages[1].temperature !== value) return;
        clearTimeout(patience);
        look.disconnect();
        requestAnimationFrame(resolve);
      });
      look.observe(picture, { attributes: true, attributeFilter: ['data-drawn'] });
    });
    slider.value = value;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await drawn;
    times.push(performance.now() - started);
  }
  return times;
}"""


def open_lab(page, url, state=None):
    """The Decoding tab with the chapter's state, or with what the address changes of it, once its picture is drawn."""
    page.goto(f"{url}/?lab={quote(json.dumps(state or {}))}")
    wait_for_picture(page)
    return page


def open_lesson(page, place):
    """Open the lesson in the element with the id `place`."""
    page.locator(f"#{place} summary").first.click()


def wait_for_picture(page):
    """Wait until the picture is drawn and the list of stages, whose module may come later, has its rows.

    An address with a state of the laboratory opens the tab by itself.
    """
    if "lab=" not in page.url and "tab=decoding" not in page.url:
        page.get_by_role("tab", name="Decoding").click()
    page.wait_for_function(
        """() => {
          const picture = document.querySelector('#lab-picture .distribution');
          if (!document.querySelector('#lab-stages ol > li')) return false;
          return picture && picture.dataset.drawn && document.querySelector('#lab-picture .bars li');
        }"""
    )


def set_quickly(page, label):
    """Press one of the chapter's settings above the panel."""
    page.locator("#lab-address").get_by_role("button", name=label, exact=True).click()


def rows_of(page, selector):
    """The texts of a table's body, once it has one."""
    page.locator(f"{selector} tbody tr").first.wait_for(state="attached")
    return page.eval_on_selector_all(
        f"{selector} tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )


def bars(page):
    """Word → (before, after), the texts beside the bars."""
    return {
        word: (before, after)
        for word, before, after in page.eval_on_selector_all(
            "#lab-picture .bars li",
            "rows => rows.map(row => [row.querySelector('.word').textContent,"
            " ...[...row.querySelectorAll('.num')].map(n => n.textContent)])",
        )
    }


def counts(page):
    """Word → text of its count."""
    return dict(
        page.eval_on_selector_all(
            "#lab-draws .counts li",
            "rows => rows.map(row => [row.querySelector('.word').textContent, row.querySelector('.num').textContent])",
        )
    )


def expect(page, condition):
    """Wait until a JavaScript condition holds."""
    page.wait_for_function(condition)
