// The canvas of the strip: its size, its colours, its scale. Layers (bars, marks, the playhead) draw themselves on it.
(() => {
  const flight = window.flight;
  if (!flight) return;
  const canvas = flight.root.querySelector("[data-strip-canvas]");
  const pen = canvas.getContext("2d");
  const TOP = 22, TALL = 20, LANES = TOP + TALL + 9, ROOM = 72;
  const TONES = { llm: "llm", tool: "tool", edit: "edit", agent: "agent", fail: "fail", retry: "warn-fill", compact: "warn-fill", prompt: "ink", final: "ink", event: "ink-3", wait: "ink-3" };
  const soft = { llm: 0.62, tool: 0.62, event: 0.4, wait: 0.4 };
  const paint = {};
  Object.assign(flight, { canvas, pen, paint, from: 0, to: 1, TOP, TALL });

  // Tokens are light-dark(): only a real element knows which half holds.
  const mix = () => {
    const probe = flight.root.appendChild(document.createElement("i"));
    for (const tone of ["paper", "line", "ink", "ink-2", "ink-3", "orange", "ok", "fail", "warn", "warn-fill", "llm", "tool", "edit", "agent"]) {
      probe.style.color = `var(--${tone})`;
      paint[tone] = getComputedStyle(probe).color;
    }
    probe.remove();
  };
  flight.fill = (colour, x, y, w, h, { alpha = soft[colour] ?? 1, round = 0 } = {}) => {
    pen.globalAlpha = alpha;
    pen.fillStyle = paint[TONES[colour]] ?? paint[colour];
    pen.beginPath();
    if (round) pen.roundRect(x, y, w, h, round);
    else pen.rect(x, y, w, h);
    pen.fill();
    pen.globalAlpha = 1;
  };
  flight.px = (x) => (x - flight.from) * flight.scale;
  flight.units = (px) => flight.from + px / flight.scale;

  flight.laneY = (row) => LANES + row * (flight.rowHeight + 1);

  const fit = () => {
    const wide = canvas.parentElement.clientWidth, room = Math.min(ROOM, innerHeight / 9);
    flight.rowHeight = flight.rows ? Math.min(9, Math.max(2, Math.floor(room / flight.rows) - 1)) : 0;
    flight.curveY = LANES + (flight.rows ? flight.rows * (flight.rowHeight + 1) + 3 : 0);
    flight.curveHeight = flight.calls.length > 1 ? (innerHeight < 700 || wide < 600 ? 20 : 32) : 0;
    const tall = flight.curveY + flight.curveHeight + 2, dense = devicePixelRatio || 1;
    Object.assign(flight, { width: wide, height: tall, scale: wide / (flight.to - flight.from) });
    if (canvas.width !== Math.round(wide * dense) || canvas.height !== Math.round(tall * dense)) {
      [canvas.width, canvas.height] = [Math.round(wide * dense), Math.round(tall * dense)];
      canvas.style.height = `${tall}px`;
    }
    pen.setTransform(dense, 0, 0, dense, 0, 0);
  };
  let asked = 0;
  flight.draw = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      if (flight.view.hidden) return;
      fit();
      pen.clearRect(0, 0, flight.width, flight.height);
      for (const layer of flight.layers) layer();
      flight.view.dataset.drawn = flight.lanes.reduce((sum, { bars }) => sum + bars.length, flight.main.length + flight.spans.length);
    });
  };
  mix();
  new ResizeObserver(flight.draw).observe(canvas.parentElement);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { mix(); flight.draw(); });
  document.fonts?.ready.then(flight.draw);
})();
