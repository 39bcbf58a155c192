// The story above the strip: b walks from the last failure backwards, Shift b forwards again, m goes to the moment it went
// sideways. On a live run the story is told anew when rules find something.
(() => {
  const root = document.querySelector("[data-live=run]");
  const place = root?.querySelector("[data-story-place]");
  if (!place || !window.pageKeys) return;
  const { keys } = window.pageKeys;
  const bar = document.querySelector("[data-cause-bar]");
  let at = -1;

  const tell = (words) => { bar.hidden = false; bar.textContent = words; };
  const causes = () => [...place.querySelectorAll("[data-causes] > li")];
  // Where this page has the rows of the transcript it moves there; other readings link to it.
  const show = (link) => {
    const seq = Number(new URL(link.href).searchParams.get("step"));
    if (window.pageKeys.goTo) window.pageKeys.goTo(seq);
    else location.assign(link.href);
  };
  const stop = (number) => {
    const all = causes();
    if (!all.length) return tell("Rules found no failure in this run to walk back from.");
    at = Math.max(0, Math.min(all.length - 1, number));
    place.querySelector("[data-causes]").hidden = false;
    all.forEach((cause, n) => cause.toggleAttribute("aria-current", n === at));
    tell(`${at + 1} of ${all.length} · ${all[at].textContent.trim()}${at + 1 < all.length ? " · b: what led to it" : ""}`);
    show(all[at].querySelector("a"));
  };
  const moment = () => {
    const link = place.querySelector(".account .moment");
    if (link) show(link);
    else tell("Nothing says that this run went sideways.");
  };
  Object.assign(keys, { b: () => stop(at + 1), B: () => stop(at - 1), m: moment });

  place.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest?.("a[href]");
    if (!link || !window.pageKeys.goTo) return;
    event.preventDefault();
    if (link.matches("[data-backwards]")) return stop(at + 1);
    const cause = link.closest("[data-causes] > li");
    if (cause) return stop(causes().indexOf(cause));
    show(link);
  });

  root.addEventListener("live:story", ({ detail: frame }) => {
    const held = place.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const open = place.querySelector("[data-causes]")?.hidden === false;
    place.innerHTML = frame.story;
    root.dataset.judged = place.querySelector("[data-story]")?.dataset.judged ?? 0;
    if (open && place.querySelector("[data-causes]")) place.querySelector("[data-causes]").hidden = false;
    if (held) [...place.querySelectorAll("a")].find((link) => link.getAttribute("href") === held)?.focus();
    document.dispatchEvent(new CustomEvent("story:told"));
  });
})();
