// Runs that are chosen to be compared: x chooses the row in view, the button says how many; a row that comes
// live in another's place keeps its choice.
(() => {
  const form = document.querySelector("[data-picks]");
  const body = document.querySelector("tbody[data-rows]");
  if (!form || !body) return;
  const words = form.querySelector("[data-picked]");
  const chosen = new Set();
  const boxes = () => body.querySelectorAll("input.pick");
  const say = () => {
    words.textContent = chosen.size > 1 ? `${chosen.size} runs` : "with…";
  };
  const read = () => {
    for (const box of boxes()) {
      if (box.checked) chosen.add(box.value);
      else chosen.delete(box.value);
    }
    say();
  };
  const restore = () => {
    for (const box of boxes()) box.checked = chosen.has(box.value);
  };
  body.addEventListener("change", read);
  form.addEventListener("reset", () => setTimeout(read));
  document.addEventListener("live:rows", restore);
  window.addEventListener("pageshow", read); // the browser may bring choices back
  window.pageKeys.keys.x = () => {
    const box = body.querySelector("tr[aria-current] input.pick");
    if (!box) return;
    box.checked = !box.checked;
    read();
  };
})();
