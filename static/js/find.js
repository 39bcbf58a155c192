// Find in run: f to the field, n and N through the steps that were found, also over those that are not loaded.
(() => {
  const form = document.querySelector("[data-finder]");
  const panel = document.getElementById("panel");
  if (!form || !panel) return;
  const { keys, current, rowOf, goTo } = window.pageKeys;
  const field = form.querySelector("[data-find-field]");
  const count = form.querySelector("[data-find-count]");
  let steps = [], at = -1, query = "";

  const say = () => {
    const place = steps.length ? `${at < 0 ? "–" : at + 1} of ${steps.length}` : "none";
    count.textContent = query ? place : "";
  };
  const tell = () => document.dispatchEvent(new CustomEvent("find:hits", { detail: { steps, query } }));
  const take = (found) => {
    const asked = found.dataset.query;
    if (asked !== query) at = -1;
    const before = steps[at];
    query = asked;
    steps = JSON.parse(found.dataset.found || "[]");
    at = steps.indexOf(before ?? Number(window.pageState.get("step") || NaN));
    say();
    tell();
  };
  const forget = () => {
    steps = [];
    at = -1;
    query = field.value = "";
    window.pageState.set("find", "");
    say();
    tell();
  };
  const close = () => {
    forget();
    if (!panel.querySelector("[data-panel]")) htmx.ajax("GET", form.getAttribute("action"), { target: panel, swap: "innerHTML" });
  };
  const go = (by) => {
    if (!steps.length) {
      if (!query) field.focus(); // with a word that nothing matched, more keys must not be typed into it
      return;
    }
    const isAt = at >= 0 && current() && rowOf(steps[at]) === current(); // two steps may share a row
    const here = isAt ? at : steps.indexOf(Number(current()?.closest("li").dataset.seq ?? NaN));
    at = ((here < 0 ? (at < 0 && by < 0 ? 0 : at) : here) + by + steps.length) % steps.length;
    say();
    goTo(steps[at]);
  };
  Object.assign(keys, { f: () => { field.focus(); field.select(); }, n: () => go(1), N: () => go(-1) });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.value.trim()) close();
    else if (field.value === query && steps.length) go(1);
    field.blur();
  });
  form.addEventListener("htmx:confirm", (event) => {
    if (!field.value.trim() || (field.value === query && steps.length)) return event.preventDefault();
    window.pageState.set("step", "");
    window.pageState.set("find", field.value);
    current()?.removeAttribute("aria-current");
  });
  field.addEventListener("search", () => { if (!field.value && query) close(); });

  const look = () => {
    const found = document.querySelector("#panel [data-found]") ?? document.querySelector("[data-found-loader] [data-found]");
    if (found) take(found);
    if (found && !panel.contains(found)) found.remove(); // it came for a page that opened with a step
    if (!found && query && !window.pageState.get("find")) forget();
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === panel || event.target.closest?.("#panel, [data-found-loader]") || event.target.matches?.(".found")) look();
  });
  document.addEventListener("DOMContentLoaded", look); // when whoever listens for find:hits is there
})();
