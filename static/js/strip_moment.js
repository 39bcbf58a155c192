// The moment a run went sideways, as a line through the strip; it moves when the story is told anew.
(() => {
  const flight = window.flight;
  if (!flight) return;
  flight.moment = () => {
    const seq = document.querySelector("[data-story]")?.dataset.moment;
    const bar = seq && flight.main.find((one) => one.seq === Number(seq));
    if (!bar) return [];
    const x = Math.round(flight.px(bar.x));
    flight.pen.fillStyle = flight.paint.fail;
    flight.pen.fillRect(x - 1, 0, 2, flight.height);
    return [{ x: x + 4, words: "▲ went sideways", brief: "▲", tone: "fail", rank: 5 }];
  };
  document.addEventListener("story:told", () => flight.draw());
})();
