// Steps open in place: the control at the end of a row, o or Space on the chosen one. The panel keeps what it shows.
(() => {
  const { keys, current } = window.pageKeys;
  const address = (step) => new URL("steps/" + step.closest("li").dataset.seq + "/?in_row", step.href).href;

  const load = (body, step) => htmx.ajax("GET", address(step), { source: body, target: body, swap: "innerHTML" });
  const open = (li, step) => {
    const body = document.createElement("div");
    body.className = "opened";
    for (const [name, value] of [["hx-boost", "false"], ["hx-replace-url", "false"], ["hx-sync", "this:replace"]]) body.setAttribute(name, value);
    body.innerHTML = '<p class="loading">…</p>';
    step.nextElementSibling.after(body);
    load(body, step);
  };
  const toggle = (step) => {
    const li = step.closest("li");
    const body = li.querySelector(":scope > .opened");
    if (body) body.remove();
    else open(li, step);
    li.querySelector(":scope > .opens").setAttribute("aria-expanded", String(!body));
    if (body) step.scrollIntoView({ block: "nearest" });
  };
  const toggleCurrent = () => {
    const step = current();
    if (step?.matches(".step")) toggle(step);
  };
  keys.o = toggleCurrent;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("li > .opens");
    if (button) toggle(button.parentElement.querySelector(":scope > .step"));
  });
  // Space opens a chosen row; anywhere else it scrolls the page, as ever.
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (!event.target.matches?.("ol[data-rows] .step")) return;
    event.preventDefault();
    toggle(event.target);
  });
  // A live row that is open tells what its step has become.
  document.addEventListener("live:replaced", ({ target: li }) => {
    const body = li.querySelector(":scope > .opened");
    if (body) load(body, li.querySelector(":scope > .step"));
  });
})();
