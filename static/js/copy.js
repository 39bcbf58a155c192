// Copies the text beside a button: <… data-copy><… data-copy-text>…</…><button data-copy-button hidden>.
// The button is hidden until this file runs; without it the text can be selected with one click.
(() => {
  const say = (button, word) => {
    const before = button.dataset.before ?? button.textContent;
    button.dataset.before = before;
    button.textContent = word;
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => { button.textContent = before; }, 1600);
  };
  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  const copy = async (button) => {
    const source = button.closest("[data-copy]").querySelector("[data-copy-text]");
    try {
      await navigator.clipboard.writeText(source.textContent);
      say(button, "Copied");
    } catch {
      // No clipboard over plain http: select the text, and try the old way.
      select(source);
      say(button, document.execCommand("copy") ? "Copied" : "Press Ctrl C");
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy-button]");
    if (button) copy(button);
  });
  document.querySelectorAll("[data-copy-button]").forEach((button) => { button.hidden = false; });
})();
