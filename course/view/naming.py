"""Names for sliders that a screen reader can say.

ipywidgets writes a slider's description beside it but gives the handle, which has the focus, no
name. A ``SliderNames`` among the children of a box gives it to all sliders of that box.
"""

from __future__ import annotations

import anywidget

_SCRIPT = """
const PATIENCE = 50; // times 100 ms: the neighbours may be drawn later
export default {
  render({ el }) {
    let waiting = 0;
    el.hidden = true;
    const name = (left) => {
      const box = el.closest(".widget-box");
      const sliders = box ? [...box.querySelectorAll(".widget-slider")] : [];
      const handles = sliders.flatMap((slider) => {
        const label = slider.querySelector(".widget-label");
        const found = [...slider.querySelectorAll("[role=slider]")];
        found.forEach((handle) => handle.setAttribute("aria-label", label.textContent));
        return found;
      });
      if (!handles.length && left > 0) waiting = setTimeout(() => name(left - 1), 100);
    };
    name(PATIENCE);
    return () => clearTimeout(waiting);
  },
};
"""


class SliderNames(anywidget.AnyWidget):
    """Shows nothing, and names the sliders beside it."""

    _esm = _SCRIPT
