// Sorting by keyboard, and totals that follow what is typed. Without this file every form works all the same.
"use strict";

const WHOLE = 10000;

// --- a screen of grants ---------------------------------------------------------------------------------------
const screens = [...document.querySelectorAll("form[data-sorting]")];
const keysOn = document.querySelector("[data-keys-on]");
let current = null;

function makeCurrent(form, focus) {
  if (!form) return;
  if (current) current.closest(".sorting").classList.remove("current");
  current = form;
  const article = form.closest(".sorting");
  article.classList.add("current");
  if (focus) {
    article.focus({ preventScroll: true });
    article.scrollIntoView({ block: "start" });
  }
}

function chosen(form, name) {
  return form.querySelector(`input[name="${name}"]:checked`);
}

function choose(key) {
  const radio = current.querySelector(`input[data-key="${key}"]`);
  if (!radio) return false;
  radio.checked = true;
  if (radio.name === "region" && chosen(current, "priority")) current.requestSubmit();
  return true;
}

function step(by) {
  makeCurrent(screens[Math.min(Math.max(screens.indexOf(current) + by, 0), screens.length - 1)], true);
}

function send(selector) {
  const form = document.querySelector(selector);
  if (form) form.requestSubmit();
}

function showKeys() {
  const sheet = document.querySelector("[data-keys]");
  sheet.open = !sheet.open;
  if (sheet.open) sheet.querySelector("summary").focus();
}

const DEEDS = {
  j: () => step(1),
  p: () => step(-1),
  u: () => send("[data-undo]"),
  v: () => send("[data-confirm-all]"),
  "?": showKeys,
};

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  if (event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
  if (!keysOn.checked) return;
  if (event.key === "Enter") {
    if (event.target.closest("a, button, summary, input")) return;
    current.requestSubmit();
  } else if (DEEDS[event.key]) {
    DEEDS[event.key]();
  } else if (!choose(event.key.toLowerCase())) {
    return;
  }
  event.preventDefault();
}

function remembered() {
  try { return localStorage.getItem("sorting-keys") !== "off"; } catch { return true; }
}

function remember(on) {
  try { localStorage.setItem("sorting-keys", on ? "on" : "off"); } catch { /* the browser keeps nothing: on next time */ }
}

if (screens.length) {
  document.querySelector("[data-keys]").hidden = false;
  keysOn.checked = remembered();
  keysOn.addEventListener("change", () => remember(keysOn.checked));
  const wanted = screens.find((form) => `#${form.closest(".sorting").id}` === window.location.hash);
  makeCurrent(wanted || screens[0], Boolean(wanted));
  screens.forEach((form) => form.addEventListener("focusin", () => makeCurrent(form, false)));
  document.addEventListener("keydown", onKey);
}

// --- one grant in full ----------------------------------------------------------------------------------------
function points(text) {
  const number = Number(text.trim().replace(/%$/, "").trim().replace(",", "."));
  return Number.isFinite(number) ? Math.round(number * 100) : 0;
}

function sayTotal(list) {
  const total = [...list.querySelectorAll("input")].reduce((sum, input) => sum + points(input.value), 0);
  list.querySelector("[data-total]").textContent = total ? `${total / 100} %` : "";
  list.classList.toggle("whole", total === WHOLE);
}

document.querySelectorAll("form[data-shares] .shares").forEach((list) => {
  sayTotal(list);
  list.addEventListener("input", () => sayTotal(list));
  list.querySelectorAll("[data-all-of-it]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      list.querySelectorAll("input").forEach((input) => { input.value = ""; });
      document.getElementById(button.dataset.allOfIt).value = "100";
      sayTotal(list);
    });
  });
});
