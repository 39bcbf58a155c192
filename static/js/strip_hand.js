// The hand on the strip: hover tells, click jumps, drag selects, wheel, pinch and + − zoom, arrows move the playhead.
(() => {
  const flight = window.flight;
  if (!flight) return;
  const hand = flight.root.querySelector("[data-strip-hand]");
  const DRAG = 5, LEAST = 120;
  const touches = new Map();
  let drag = null, pinch = 0;

  const fire = (name, detail) => flight.root.dispatchEvent(new CustomEvent(name, { detail }));
  flight.look = (from, to) => {
    const wide = Math.min(flight.length, Math.max(LEAST, to - from));
    flight.from = Math.max(0, Math.min(flight.length - wide, from));
    flight.to = flight.from + wide;
    flight.draw();
  };
  const zoom = (factor, px = flight.width / 2) => {
    const middle = flight.units(px), wide = (flight.to - flight.from) * factor;
    flight.look(middle - (px / flight.width) * wide, middle + (1 - px / flight.width) * wide);
  };
  const isWhole = () => flight.to - flight.from >= flight.length - 1;
  const nearest = (bars, px) => {
    const x = flight.units(px), reach = Math.max(3 / flight.scale, 1);
    let best = null, far = Infinity;
    for (const bar of bars) {
      const off = x < bar.x ? bar.x - x : x > bar.x + bar.w ? x - bar.x - bar.w : 0;
      if (off < far || (off <= reach && far <= reach && best && flight.worse(bar) > flight.worse(best))) [best, far] = [bar, Math.min(off, far)];
      if (bar.x > x + reach && bar.row === -1) break;
    }
    return best;
  };
  flight.barAt = (px, y) => {
    const row = Math.floor((y - flight.laneY(0)) / (flight.rowHeight + 1));
    const bars = flight.lanes.filter((lane) => lane.row === row && y < flight.curveY).flatMap((lane) => lane.bars);
    const over = flight.spans.filter((bar) => y < flight.TOP + 9 && flight.px(bar.x) <= px && px <= flight.px(bar.x + bar.w));
    return over.at(-1) ?? nearest(bars.length ? bars : flight.main, px);
  };
  const place = (event) => {
    const box = hand.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  hand.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    touches.set(event.pointerId, event.clientX);
    drag = touches.size === 1 ? { from: place(event)[0], to: null } : null;
    hand.setPointerCapture(event.pointerId);
  });
  hand.addEventListener("pointermove", (event) => {
    const [px, y] = place(event);
    if (touches.has(event.pointerId)) touches.set(event.pointerId, event.clientX);
    if (touches.size === 2) {
      const [one, other] = [...touches.values()], apart = Math.abs(one - other) || 1;
      if (pinch) zoom(pinch / apart, (one + other) / 2 - hand.getBoundingClientRect().left);
      pinch = apart;
    } else if (drag && (drag.to !== null || Math.abs(px - drag.from) > DRAG)) {
      if (drag.to === null) fire("strip:hover", { bar: null });
      drag.to = px;
      flight.drag = [flight.units(Math.min(px, drag.from)), flight.units(Math.max(px, drag.from))];
      flight.draw();
    } else fire("strip:hover", { bar: flight.barAt(px, y), px });
  });
  const end = (event) => {
    touches.delete(event.pointerId);
    const done = drag, [from, to] = flight.drag ?? [];
    [drag, pinch, flight.drag] = [null, 0, null];
    if (event.type === "pointercancel" || !done) return flight.draw();
    if (done.to === null) return fire("strip:jump", { bar: flight.barAt(...place(event)) });
    const inside = flight.main.filter((bar) => bar.x + bar.w > from && bar.x < to);
    if (inside.length) fire("strip:select", { first: inside[0], last: inside.at(-1) });
    flight.draw();
  };
  hand.addEventListener("pointerup", end);
  hand.addEventListener("pointercancel", end);
  hand.addEventListener("pointerleave", () => fire("strip:hover", { bar: null }));
  // Fully zoomed out, the wheel scrolls the page on.
  hand.addEventListener("wheel", (event) => {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.shiftKey ? event.deltaY : 0;
    if (isWhole() && (sideways || event.deltaY > 0)) return;
    event.preventDefault();
    if (sideways) flight.look(flight.from + sideways / flight.scale, flight.to + sideways / flight.scale);
    else zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 200), place(event)[0]);
  }, { passive: false });
  const keys = { "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1 / 0.6), 0: () => flight.look(0, flight.length) };
  hand.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  flight.root.addEventListener("strip:data", () => {
    const whole = flight.to <= 1 || flight.to >= (flight.before ?? 1) - 1;
    flight.look(flight.from, whole ? flight.length : flight.to);
    flight.before = flight.length;
  });
})();
