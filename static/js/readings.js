// Readings other than the transcript: links to steps stay in the reading.
(() => {
  const panel = document.getElementById("panel");
  const { current } = window.pageKeys;

  // A link within the reading keeps all that the address holds, but for the place on a page.
  const PLACES = ["step", "raw", "after", "before", "at", "rows"];
  const { carry } = window.pageState;
  window.pageState.carry = (href, except = []) => {
    const url = new URL(href, location.href);
    if (url.pathname !== location.pathname) return carry(href, except);
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (!PLACES.includes(name) && !except.includes(name) && !url.searchParams.has(name)) url.searchParams.set(name, value);
    }
    return url.pathname + url.search + url.hash;
  };
  // So does any link to a step that opens in the panel, wherever it leads without JavaScript.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.target?.id !== "panel") return;
    detail.path = window.pageState.carry(location.pathname + new URL(detail.path, location.href).search);
  });

  // One row may stand for a step that has a row of its own (a turn for its model call): the chosen one stays chosen.
  let chosen = null;
  const choose = ({ target }) => { chosen = target.closest?.("ol[data-rows] .step") ?? chosen; };
  document.addEventListener("row:marked", choose);
  document.addEventListener("click", choose);
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== panel) return;
    const seq = panel.querySelector("[data-panel]")?.dataset.panel;
    if (!seq || !chosen?.isConnected || new URL(chosen.href).searchParams.get("step") !== seq) return;
    current()?.removeAttribute("aria-current");
    chosen.setAttribute("aria-current", "true");
    chosen.scrollIntoView({ block: "nearest" });
  });
})();
