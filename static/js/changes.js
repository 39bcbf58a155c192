// Keys of the diffs: ] [ next and previous file, n p next and previous change, s and w switch how they are read,
// f the filter. A switch keeps the reader at the diff in view.
(() => {
  const { keys } = window.pageKeys;
  const FAR = 15;
  const top = () => (document.querySelector(".strip")?.getBoundingClientRect().bottom ?? 0) + 16; // what sticks
  const cards = () => [...document.querySelectorAll(".changes .change")];
  const path = (card) => card.querySelector("header .path")?.textContent;
  // The diff that a key went to, until the reader scrolls; the page may be too short to bring it to the top.
  let here = document.getElementById(location.hash.slice(1))?.closest(".changes .change") ?? null;
  const current = () => here ?? cards().findLast((card) => card.getBoundingClientRect().top < top());
  const leave = () => {
    here?.classList.remove("is-here");
    here = null;
  };
  const show = (place) => {
    leave();
    if (place?.matches(".change")) here = place;
    here?.classList.add("is-here");
    place?.scrollIntoView({ block: "start" });
  };
  for (const name of ["wheel", "touchmove", "pointerdown"]) addEventListener(name, leave, { passive: true });

  const file = (by) => {
    const all = cards(), now = current(), at = all.indexOf(now);
    if (by > 0) {
      const next = all.slice(at + 1).find((card) => !now || path(card) !== path(now));
      return show(next ?? document.querySelector(".changes > .more"));
    }
    let other = all.slice(0, Math.max(0, at)).findLastIndex((card) => path(card) !== path(now));
    while (other > 0 && path(all[other - 1]) === path(all[other])) other -= 1;
    show(all[Math.max(0, other)]);
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
    leave();
    if (next) scrollBy({ top: at(next) });
    else if (by > 0) show(document.querySelector(".changes > .more, .changes .load"));
  };
  // Another way to read begins the list anew: far down it begins at the diff before the one in view.
  const press = (key) => {
    const link = document.querySelector(`a[data-key="${key}"]`);
    if (!link) return;
    const url = new URL(window.pageState.carry(link.href), location.href);
    const all = cards(), now = current(), at = all.indexOf(now);
    const given = new URLSearchParams(location.search).get("after");
    const after = at > 0 && (given || at > FAR) ? all[at - 1].id.split("-")[1] : given;
    if (after) url.searchParams.set("after", after);
    const place = now ?? (window.pageState.get("step") ? all[0] : null); // else it would begin at the step
    if (place) url.hash = place.id;
    location.assign(url);
  };
  // Who comes with a step from another reading begins at what that step changed.
  const step = window.pageState.get("step");
  const [visit] = performance.getEntriesByType("navigation");
  if (step && !location.hash && visit?.type === "navigate") show(document.querySelector(`.change[data-step="${CSS.escape(step)}"]`));

  const filter = () => {
    const field = document.querySelector("[data-filter-files]");
    field?.focus();
    field?.select();
  };
  Object.assign(keys, {
    "]": () => file(1), "[": () => file(-1), n: () => change(1), p: () => change(-1),
    s: () => press("s"), w: () => press("w"), f: filter,
  });
  // A live run may go on changing files: say so, and leave what is read as it is.
  const newer = document.querySelector("[data-newer]");
  const facts = () => document.querySelector("[data-head] .add-ink")?.parentElement.parentElement.textContent;
  const known = facts();
  const compare = () => { newer.hidden = facts() === known; };
  newer?.closest("[data-live]")?.addEventListener("live:frame", () => setTimeout(compare)); // after glance.js

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-key]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    press(link.dataset.key);
  });
})();
