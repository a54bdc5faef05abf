// The line below the controls: what kubectl would say, as text, for eyes and for screen readers.
// It also gives each slider's handle a name, which ipywidgets leaves out.

const HANDLE_PATIENCE = 50; // tries, 100 ms apart: handles are drawn after this

function nameHandles(model, tries) {
  let missing = false;
  for (const [cssClass, label] of Object.entries(model.get("labels"))) {
    const handles = document.querySelectorAll(`.${cssClass} .noUi-handle`);
    missing ||= handles.length === 0;
    for (const handle of handles) handle.setAttribute("aria-label", label);
    for (const readout of document.querySelectorAll(`.${cssClass} .widget-readout`)) {
      readout.setAttribute("aria-label", `${label}, as a number`);
      readout.setAttribute("role", "textbox");
    }
  }
  if (missing && tries > 0) setTimeout(() => nameHandles(model, tries - 1), 100);
}

function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "kubelite-console";
  const command = document.createElement("code");
  const outcome = document.createElement("div");
  box.setAttribute("role", "status");
  box.setAttribute("aria-live", "polite");
  box.append(command, outcome);
  el.append(box);
  const show = () => {
    command.textContent = model.get("command");
    outcome.textContent = model.get("outcome");
    box.dataset.done = String(model.get("done"));
  };
  model.on("change:done", show);
  show();
  nameHandles(model, HANDLE_PATIENCE);
}

export default { render };
