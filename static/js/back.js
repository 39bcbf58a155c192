// Back goes to the step that was chosen before a jump. A jump is a click, a link or a search's hit; who reads on
// from step to step, by key or by scrolling, stays at one entry of the history.
(() => {
  const { pageState } = window;
  const panel = document.getElementById("panel");
  if (!pageState || !panel) return;
  let leaping = false, shown = location.search;
  pageState.leap = () => { leaping = true; };

  document.addEventListener("htmx:configRequest", ({ detail: { target, elt, triggeringEvent } }) => {
    if (target !== panel || !elt.closest("[hx-replace-url=true]")) return;
    const reads = elt.closest(".panel-nav a:not([data-close]), .panel-tools");
    if (elt.matches("[data-close]") || (triggeringEvent?.isTrusted && !reads)) leaping = true;
  });
  document.addEventListener("htmx:beforeHistoryUpdate", ({ detail: { history: update } }) => {
    if (leaping && new URL(update.path, location.href).search !== location.search) update.type = "push";
    leaping = false;
  });
  for (const name of ["htmx:replacedInHistory", "htmx:pushedIntoHistory", "state:set"]) {
    document.addEventListener(name, () => { shown = location.search; });
  }

  // The panel asks anew for what it showed; where more of the address is different, the page does.
  const rest = (search) => {
    const state = new URLSearchParams(search);
    return pageState.names.map((name) => (name === "step" ? "" : state.get(name) ?? "")).join("\n");
  };
  addEventListener("popstate", (event) => {
    const before = shown;
    shown = location.search;
    if (event.state?.htmx) event.stopImmediatePropagation(); // it would load the whole page
    if (before === shown) return;
    if (rest(before) !== rest(shown)) return location.reload();
    leaping = false;
    const source = document.querySelector("ol[data-rows]") ?? panel;
    htmx.ajax("GET", location.pathname + shown, { source, target: panel, swap: "innerHTML show:none" });
    const seq = pageState.get("step");
    if (seq) document.dispatchEvent(new CustomEvent("state:back", { detail: { seq: Number(seq) } }));
  });
})();
