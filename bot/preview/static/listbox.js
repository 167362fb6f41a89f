// A list of suggestions above the composer. The focus stays in the text box, as screen readers
// expect of such lists; the arrows move along the options.

export function listbox(element, box, choose) {
  let options = [];
  let active = -1;

  const list = {
    get open() {
      return !element.hidden;
    },
    /** Shows options; none of them is active until an arrow is pressed. */
    show(nodes) {
      options = nodes;
      active = -1;
      options.forEach((option, index) => {
        option.id = `${element.id}-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
      });
      element.replaceChildren(...nodes);
      element.hidden = false;
      element.scrollTop = 0;
      box.setAttribute("aria-controls", element.id);
      box.removeAttribute("aria-activedescendant");
    },
    hide() {
      if (element.hidden) return;
      element.hidden = true;
      element.replaceChildren();
      options = [];
      active = -1;
      box.removeAttribute("aria-controls");
      box.removeAttribute("aria-activedescendant");
    },
    /** Takes the keys that belong to the list; returns whether this was one. */
    key(event) {
      if (element.hidden || event.isComposing) return false;
      if (event.key === "Escape") list.hide();
      else if (event.key === "ArrowDown") move(1);
      else if (event.key === "ArrowUp") move(-1);
      else if (event.key === "Enter" && !event.shiftKey && active >= 0) choose(options[active]);
      else return false;
      event.preventDefault();
      return true;
    },
  };

  function move(step) {
    if (!options.length) return;
    options[active]?.setAttribute("aria-selected", "false");
    const from = active < 0 && step < 0 ? 0 : active;
    active = (from + step + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", options[active].id);
  }

  // A press of the mouse must not take the focus out of the text box.
  element.addEventListener("pointerdown", (event) => event.preventDefault());
  element.addEventListener("mousedown", (event) => event.preventDefault());
  element.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  return list;
}
