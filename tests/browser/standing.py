"""A live view on a page of its own, without JupyterLab: the same code, driven in this process.

The page has what anywidget gives a view, a model with ``get``, ``set``, ``send`` and events; what
the page sets or asks goes to the widget here, and what the widget then holds goes back.
"""

from __future__ import annotations

import base64
from typing import Any

from playwright.sync_api import Page

from course.view.cluster_view import ClusterView

PAGE = """<!doctype html><html lang="en"><title>A view</title><style>{css}</style>
<body style="background: Canvas; color-scheme: light dark"><main><h1>A view</h1>
<div id="here"></div></main></body></html>"""

MODEL = """async ([script, state]) => {
    const decoded = (value) => value && value.bytes !== undefined
        ? new DataView(Uint8Array.from(atob(value.bytes), (c) => c.charCodeAt(0)).buffer) : value;
    const model = {
        state: {}, events: {}, dirty: {},
        get(name) { return this.state[name]; },
        set(name, value) {
            Object.assign(this.dirty, typeof name === "string" ? { [name]: value } : name);
            Object.assign(this.state, this.dirty);
        },
        async save_changes() {
            const changed = this.dirty;
            this.dirty = {};
            this.take(await window.changed(changed));
        },
        async send(content) {
            const { state, messages } = await window.asked(content);
            this.take(state);
            messages.forEach((message) => this.tell("msg:custom", message));
        },
        on(event, call) { (this.events[event] ||= []).push(call); },
        off(event, call) { this.events[event] = this.events[event].filter((c) => c !== call); },
        tell(event, ...about) { (this.events[event] || []).forEach((call) => call(...about)); },
        take(state) {
            const before = this.state;
            this.state = Object.fromEntries(Object.entries(state).map(([k, v]) => [k, decoded(v)]));
            for (const name of ["cards", "colour_by", "seq"]) {
                if (before[name] !== this.state[name]) this.tell(`change:${name}`);
            }
        },
    };
    model.take(state);
    window.model = model;
    const file = new Blob([script], { type: "text/javascript" });
    const module = await import(URL.createObjectURL(file));
    module.default.render({ model, el: document.getElementById("here") });
}"""


class Standing:
    """One view on a page."""

    def __init__(self, page: Page, view: ClusterView):
        self.page, self.view = page, view
        self._messages: list[Any] = []
        view.send = self._keep
        page.set_content(PAGE.format(css=view._css))
        page.expose_function("changed", self._changed)
        page.expose_function("asked", self._asked)
        page.evaluate(MODEL, [view._esm, self._state()])

    def take(self) -> None:
        """Bring what the view shows now to the page, as a kernel does."""
        self.page.evaluate("state => window.model.take(state)", self._state())

    def _keep(self, content: Any, buffers: Any = None) -> None:
        self._messages.append(content)

    def _changed(self, values: dict[str, Any]) -> dict[str, Any]:
        with self.view.hold_trait_notifications():
            for name, value in values.items():
                setattr(self.view, name, value)
        return self._state()

    def _asked(self, content: Any) -> dict[str, Any]:
        self.view._asked(self.view, content, [])
        messages, self._messages = self._messages, []
        return {"state": self._state(), "messages": messages}

    def _state(self) -> dict[str, Any]:
        names = [name for name in self.view.keys if not name.startswith("_")]
        return {name: _sent(getattr(self.view, name)) for name in names if name != "layout"}


def _sent(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):  # the keys of JSON are texts
        return {str(key): _sent(item) for key, item in value.items()}
    return value
