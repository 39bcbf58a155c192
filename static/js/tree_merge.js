// Puts the rows of a fresh tree into the one on the page: rows stay the same elements, so focus, marks and scrolling do.
(() => {
  const row = (li) => li.querySelector(":scope > .step");
  const group = (li) => li.querySelector(":scope > ol");
  const items = (ol) => [...ol.querySelectorAll(":scope > li[data-node]")];
  const isOpen = (li) => row(li).getAttribute("aria-expanded") === "true";
  // The server gives the first window of a node: where a reader is further on, or loaded more, the rows stay as they are.
  const isExtended = (old, fresh) =>
    Boolean(old.querySelector(":scope > .more:first-child > a")) ||
    (items(old).length > items(fresh).length && Boolean(fresh.querySelector(":scope > .more > a")));

  // What the page does to a row by itself is no difference.
  const OWN = ["aria-current", "tabindex", "aria-expanded"];
  const update = (old, fresh) => {
    const current = old.hasAttribute("aria-current");
    if (old.className !== fresh.className) old.className = fresh.className;
    for (const { name, value } of fresh.attributes) if (!OWN.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    if (old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
    if (current) old.setAttribute("aria-current", "true");
  };
  const replace = (old, fresh) => {
    const [before, after] = [row(old), row(fresh)];
    const hadFocus = before === document.activeElement;
    if (before.hasAttribute("aria-current")) after.setAttribute("aria-current", "true");
    old.replaceWith(fresh);
    htmx.process(fresh);
    if (hadFocus) after.focus({ preventScroll: true });
  };
  const mergeGroup = (old, fresh) => {
    const [inner, news] = [group(old), group(fresh)];
    if (!inner) return;
    if (isOpen(old)) return news.dataset.load || isExtended(inner, news) ? [] : merge(inner, news);
    if (news.dataset.load) inner.replaceChildren(); // loaded anew when it is opened
    if (news.dataset.load) inner.dataset.load = news.dataset.load;
  };
  const mergeItem = (old, fresh) => {
    const same = Boolean(group(old)) === Boolean(group(fresh)) && row(old).getAttribute("href") === row(fresh).getAttribute("href");
    if (!same) return replace(old, fresh);
    update(row(old), row(fresh));
    mergeGroup(old, fresh);
  };
  const key = (li) => li.dataset.node ?? li.className + li.textContent;
  // Give the rows that were not there before.
  const merge = (old, fresh) => {
    const there = new Map([...old.children].map((li) => [key(li), li]));
    const added = [];
    let at = old.firstElementChild;
    for (const li of [...fresh.children]) {
      const known = there.get(key(li));
      there.delete(key(li));
      if (!known) {
        old.insertBefore(li, at);
        htmx.process(li);
        if (li.dataset.node) {
          added.push(li);
          row(li).classList.add("is-new");
        }
        continue;
      }
      if (known === at) at = at.nextElementSibling;
      else old.insertBefore(known, at);
      if (known.dataset.node) mergeItem(known, li);
      else if (known.innerHTML !== li.innerHTML) {
        known.replaceWith(li);
        htmx.process(li);
      }
    }
    for (const li of there.values()) li.remove();
    return added;
  };
  window.mergeTree = merge;
})();
