// Menus (<details data-menu>) close when another opens, on a click elsewhere, and on Escape.
(() => {
  const closeOthers = (kept) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== kept) menu.open = false;
  };
  document.addEventListener("click", (event) => closeOthers(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details[data-menu][open]");
    closeOthers(null);
    menu?.querySelector("summary").focus();
  });
  const help = document.querySelector("[data-help]");
  for (const button of document.querySelectorAll("[data-open-help]")) button.addEventListener("click", () => help.showModal());
})();
