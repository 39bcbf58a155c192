// The playhead: it follows the step that is read or chosen, the arrow keys move it, Enter and a click jump to its step.
(() => {
  const flight = window.flight;
  if (!flight) return;
  const hand = flight.root.querySelector("[data-strip-hand]");
  const tip = flight.root.querySelector("[data-strip-tip]");
  const said = new Map();
  let head = null, hover = null, timer = 0;

  const bars = () => [...flight.main, ...flight.spans, ...flight.lanes.flatMap((lane) => lane.bars)];
  const find = (seq) => bars().find((bar) => bar.seq === seq);
  const plain = ({ seq, colour }) => `Step ${seq}${{ fail: ", failed", retry: ", retried" }[colour] ?? ""}`;
  // One sentence a step, asked for where the pointer or the playhead rests.
  const sentence = async (bar) => {
    if (!said.has(bar.seq)) {
      const answer = await fetch(`${flight.root.dataset.stripUrl}${bar.seq}/`).catch(() => null);
      if (answer?.ok) said.set(bar.seq, await answer.text());
    }
    return said.get(bar.seq) ?? plain(bar);
  };
  const show = (bar, px) => {
    clearTimeout(timer);
    tip.hidden = !bar;
    if (!bar) return;
    const put = (html) => {
      tip.innerHTML = html;
      tip.style.left = `${Math.max(0, Math.min(px + 10, flight.width - tip.offsetWidth))}px`;
    };
    put(said.get(bar.seq) ?? plain(bar));
    timer = setTimeout(async () => {
      const html = await sentence(bar);
      if (!tip.hidden && hover === bar) put(html);
    }, 90);
  };
  const set = (bar) => {
    if (!bar || bar === head) return;
    head = bar;
    hand.setAttribute("aria-valuemax", bars().reduce((most, { seq }) => Math.max(most, seq), 0));
    hand.setAttribute("aria-valuenow", bar.seq);
    hand.setAttribute("aria-valuetext", plain(bar));
    flight.draw();
  };
  const reveal = (bar) => {
    const margin = (flight.to - flight.from) / 10;
    if (bar.x < flight.from) flight.look(bar.x - margin, bar.x - margin + flight.to - flight.from);
    else if (bar.x + bar.w > flight.to) flight.look(bar.x + margin - flight.to + flight.from, bar.x + margin);
  };
  const step = (to) => {
    const bar = to(head ?? flight.main[0]);
    if (!bar) return;
    set((hover = bar));
    reveal(bar);
    show(bar, flight.px(bar.x + bar.w / 2));
    sentence(bar).then((html) => {
      if (head !== bar) return;
      const holder = document.createElement("template");
      holder.innerHTML = html;
      hand.setAttribute("aria-valuetext", `Step ${holder.content.textContent.replace(/\s+/g, " ").trim()}`);
    });
  };
  const lanes = () => [flight.main, ...flight.lanes.map((lane) => lane.bars)].filter((row) => row.length);
  const laneOf = (bar) => lanes().find((row) => row.includes(bar)) ?? flight.main;
  const beside = (by) => (bar) => laneOf(bar)[laneOf(bar).indexOf(bar) + by] ?? bar;
  const across = (by) => (bar) => {
    const row = lanes()[lanes().indexOf(laneOf(bar)) + by];
    return row ? row.reduce((best, each) => (Math.abs(each.x - bar.x) < Math.abs(best.x - bar.x) ? each : best)) : bar;
  };
  // Go to a step: its row when it is here, else the page that has it.
  flight.jump = (bar) => {
    if (!bar) return;
    set(bar);
    const row = window.pageKeys?.rowOf(bar.seq);
    if ((row?.closest("li.group > details") ?? row)?.checkVisibility()) {
      return window.pageState.leap(), window.pageKeys.mark(row, bar.seq), row.scrollIntoView({ block: "center" });
    }
    if (window.pageKeys?.goTo) return window.pageKeys.goTo(bar.seq);
    const here = document.querySelector("ol[data-rows]") ? location.pathname : flight.root.dataset.runUrl;
    location.href = window.pageState.carry(`${here}?step=${bar.seq}`, ["step"]);
  };
  const keys = {
    ArrowRight: () => step(beside(1)), ArrowLeft: () => step(beside(-1)), ArrowDown: () => step(across(1)), ArrowUp: () => step(across(-1)),
    Home: () => step(() => flight.main[0]), End: () => step(() => flight.main.at(-1)), Enter: () => flight.jump(head),
  };
  hand.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  hand.addEventListener("blur", () => show(null));
  flight.root.addEventListener("strip:hover", ({ detail }) => show((hover = detail.bar), detail.px));
  flight.root.addEventListener("strip:jump", ({ detail }) => flight.jump(detail.bar));
  flight.layers.push(() => {
    if (!head) return;
    const x = Math.round(flight.px(head.x + Math.min(head.w / 2, 4)));
    flight.fill("orange", x - 1, 12, 2, flight.height - 12, { alpha: 1 });
  });
  Object.assign(flight, { find, set, said, head: () => head });
})();
