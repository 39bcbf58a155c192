// The lanes of a row that came live. A lane that is here stays as it is, open or closed, also when the call comes after
// the sub-agent's span: then the span's own row gives way to the call's, which tells of it.
(() => {
  const list = document.querySelector("[data-live=run] ol[data-rows]");
  if (!list) return;
  const find = (what, seq, but) => [...list.querySelectorAll(`${what}="${seq}"]`)].find((each) => each !== but);
  const giveWay = (alone, row) => {
    if (alone.querySelector(":scope > .step[aria-current]")) row.querySelector(":scope > .step").setAttribute("aria-current", "true");
    alone.remove();
  };
  // Put the lanes of a row as it came (`li`) under the row that is in the list; both may be the same.
  window.putLanes = (row, li) => {
    const fan = li.querySelector(":scope > .fan"), into = row.querySelector(":scope > .fan") ?? fan;
    for (const lane of [...(fan?.children ?? [])]) {
      const seq = lane.dataset.lane;
      const known = find(".lane[data-lane", seq, lane), alone = find("li[data-seq", seq, row);
      known?.querySelector("summary").replaceWith(lane.querySelector("summary"));
      if (known) lane.remove();
      if (known?.parentElement !== into) {
        const next = [...into.children].find((other) => Number(other.dataset.lane) > Number(seq));
        into.insertBefore(known ?? lane, next ?? null);
      }
      if (alone) giveWay(alone, row);
    }
    if (into && into.parentElement !== row) row.append(into);
  };
})();
