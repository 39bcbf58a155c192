// Keys of the diffs: ] [ next and previous file, n p next and previous change, s and w switch how they are read,
// f the filter. A switch keeps the reader at the diff in view.
(() => {
  const { keys } = window.pageKeys;
  const TOP = 60; // what sticks to the top, and a hair
  const cards = () => [...document.querySelectorAll(".changes .change")];
  const path = (card) => card.getAttribute("aria-label");
  const current = () => cards().findLast((card) => card.getBoundingClientRect().top < TOP);
  const show = (place) => place?.scrollIntoView({ block: "start" });

  const file = (by) => {
    const all = cards(), now = current();
    if (by > 0) {
      const next = all.slice(now ? all.indexOf(now) + 1 : 0).find((card) => !now || path(card) !== path(now));
      if (next) show(next);
      else show(document.querySelector(".changes > .more"));
      return;
    }
    const before = all.slice(0, Math.max(0, all.indexOf(now)));
    const other = before.findLast((card) => path(card) !== path(now));
    show(other ? all.find((card, at) => path(card) === path(other) && !all.slice(at, all.indexOf(other)).some((each) => path(each) !== path(other))) : all[0]);
  };
  // A change is a block of changed lines: the first row of each.
  const blocks = () => [...document.querySelectorAll(".changes .diff tr")].filter((row) => {
    const changed = (each) => each?.matches(".add, .del, .pair");
    return changed(row) && !changed(row.previousElementSibling);
  });
  const change = (by) => {
    const middle = innerHeight / 3;
    const at = (row) => row.getBoundingClientRect().top - middle;
    const next = by > 0 ? blocks().find((row) => at(row) > 4) : blocks().findLast((row) => at(row) < -4);
    if (next) scrollBy({ top: at(next) });
    else if (by > 0) show(document.querySelector(".changes > .more, .changes .load"));
  };
  const press = (key) => {
    const link = document.querySelector(`a[data-key="${key}"]`);
    if (!link) return;
    const here = current();
    location.assign(here && !link.href.includes("#") ? `${link.href}#${here.id}` : link.href);
  };
  const filter = () => {
    const field = document.querySelector("[data-filter-files]");
    field?.focus();
    field?.select();
  };
  Object.assign(keys, {
    "]": () => file(1), "[": () => file(-1), n: () => change(1), p: () => change(-1),
    s: () => press("s"), w: () => press("w"), f: filter,
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-key]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    press(link.dataset.key);
  });
})();
