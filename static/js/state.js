// The state that the address holds (step, thinking, …) outlives a change of step by htmx and goes along from tab to tab.
(() => {
  const tabs = document.querySelector("[data-keeps]");
  if (!tabs) return;
  const names = tabs.dataset.keeps.split(" ");
  const read = () => new URLSearchParams(location.search);

  // Put the state of the address into another one, but for some names; the step that one says itself stays.
  const carry = (href, except = []) => {
    const url = new URL(href, location.href);
    const state = read();
    for (const name of names) {
      if (except.includes(name) || (name === "step" && url.searchParams.has(name))) continue;
      if (state.get(name)) url.searchParams.set(name, state.get(name));
      else url.searchParams.delete(name);
    }
    return url.pathname + url.search + url.hash;
  };
  // Set or (with an empty value) drop one piece of state, without a new entry in the history.
  const set = (name, value) => {
    const url = new URL(location.href);
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
    history.replaceState(history.state, "", url);
    document.dispatchEvent(new Event("state:set"));
  };
  const link = () => {
    for (const tab of tabs.querySelectorAll("a[data-tab]")) {
      tab.href = carry(new URL(tab.href).pathname);
    }
  };
  // A link to a step, or the one that closes it, says which step; the rest is the reader's.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const said = ["step", ...detail.formData.keys(), ...(detail.elt.dataset.clears ?? "").split(" ")];
    if (detail.target?.id === "panel") detail.path = carry(detail.path, said);
  });
  // So do the links and the filter among the changes: net diff, history, whole file, switches.
  const run = new URL(tabs.querySelector("a[data-tab]").href).pathname;
  const PLACES = ".is-changes, .page-panel, .overview .files";
  for (const name of ["click", "auxclick"]) document.addEventListener(name, ({ target }) => {
    const link = target.closest?.("a[href]:not([href^='#'], [download], [hx-get])");
    if (link?.closest(PLACES) && new URL(link.href).pathname.startsWith(run)) link.href = carry(link.href);
  }, true);
  document.addEventListener("formdata", ({ target, formData }) => {
    if (target.method !== "get" || !target.closest(PLACES)) return;
    for (const name of names) {
      if (read().get(name)) formData.set(name, read().get(name));
      else formData.delete(name);
    }
  });
  for (const name of ["htmx:replacedInHistory", "htmx:pushedIntoHistory", "state:set"]) document.addEventListener(name, link);
  window.pageState = { get: (name) => read().get(name) ?? "", set, carry, names, leap: () => {} };
})();
