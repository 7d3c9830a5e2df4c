// Small comforts of the frame: focus goes to what went wrong, menus close by Escape, our own errors speak instead of the browser's.
function ready() {
  document.querySelectorAll("form").forEach((form) => { form.noValidate = true; });
  document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
  if (navigator.clipboard) document.querySelectorAll("[data-copy-address]").forEach((button) => { button.hidden = false; });
}

function moveFocus(otherwise) {
  const place = document.querySelector("[data-take-focus]") || otherwise;
  if (place) place.focus({ preventScroll: place === otherwise });
}

ready();
moveFocus(null);
document.addEventListener("htmx:after:swap", () => {
  ready();
  moveFocus(document.activeElement === document.body ? document.querySelector("#main") : null);
});

function closeMenus(except) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
}
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  closeMenus();
  menu.querySelector("summary").focus();
});

document.addEventListener("click", async (event) => {
  closeMenus(event.target.closest("details.menu"));
  if (event.target.closest("[data-print]")) window.print();
  const copy = event.target.closest("[data-copy-address]");
  if (!copy) return;
  await navigator.clipboard.writeText(window.location.href);
  copy.textContent = copy.dataset.copyAddress;
});
