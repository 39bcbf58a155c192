// t shows or folds the agent's thinking, in all rows at once; the address says which.
(() => {
  const transcript = document.querySelector("[data-transcript]");
  const control = document.querySelector("[data-toggle-thinking]");
  if (!transcript || !control) return;
  const toggle = () => {
    const kept = window.pageKeys.current() ?? window.pageKeys.rows().find((row) => row.getBoundingClientRect().top > 60);
    const before = kept?.getBoundingClientRect().top;
    const shows = transcript.toggleAttribute("data-thinking");
    control.setAttribute("aria-pressed", String(shows));
    window.pageState.set("thinking", shows ? "1" : "");
    if (kept) scrollBy(0, kept.getBoundingClientRect().top - before); // the line that was read stays where it is
  };
  window.pageKeys.keys.t = toggle;
  control.addEventListener("click", (event) => {
    event.preventDefault();
    toggle();
  });
  control.addEventListener("keydown", (event) => { // a button answers to Space, too
    if (event.key !== " ") return;
    event.preventDefault();
    toggle();
  });
})();
