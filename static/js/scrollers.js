// Boxes that scroll can be reached by keyboard: those that overflow get a tab stop, all others none.
(() => {
  const boxes = ".term, .code-lines, .json, .wide, .listing ul, .prose pre, .clamp, .step-error";
  const overflows = (box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
  const look = (root) => {
    for (const box of root.querySelectorAll(boxes)) {
      if (overflows(box) && !box.hasAttribute("tabindex")) box.tabIndex = 0;
    }
  };
  look(document);
  document.addEventListener("htmx:afterSettle", (event) => look(event.target));
  document.addEventListener("toggle", (event) => look(event.target), true); // what was folded has no size
})();
