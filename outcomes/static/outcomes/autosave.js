// A report being written: every box is saved soon after it changes, and what could not be saved stays on this device.
const PAUSE = 2000, AT_LEAST_EVERY = 3000, AGAIN_AFTER = 3000, KEPT_FOR = 7 * 24 * 60 * 60 * 1000;

const form = document.querySelector("form[data-autosave]");
const said = form.querySelector("[data-saved]");
const kind = `report-${form.dataset.report}-`, key = kind + crypto.randomUUID();
const boxes = [...form.elements].filter((box) => box.dataset.version !== undefined);
let token = form.elements.csrfmiddlewaretoken.value;
let timer = null, changedAt = 0, saving = false, leaving = false;

const versions = {};
for (const box of boxes) versions[box.name] = Number(box.dataset.version);
const saved = read(), refused = {};

function read() {
  const texts = {};
  for (const box of boxes) {
    if (box.type === "radio") texts[box.name] = box.checked ? box.value : texts[box.name] ?? "";
    else texts[box.name] = box.value;
  }
  return texts;
}

function changes() {
  const now = read(), found = {};
  const held = new Set(waiting().map((box) => box.name));
  for (const name in now) if (now[name] !== saved[name] && !held.has(name)) found[name] = { value: now[name], base: versions[name] };
  return found;
}

// What could tell who a person is goes nowhere, neither to the server nor into what this device keeps.
function waiting() {
  return boxes.filter((box) => box.value !== saved[box.name] && (refused[box.name] === box.value || identifying.holds(box)));
}

function say(words) { said.textContent = words; }

// --- on this device, for when the line is down or the sign-in has ended -------------------------------------------
// Each tab keeps its own copy and holds a lock of its name, so that the copy of a living tab is not taken up by another.
if (navigator.locks) navigator.locks.request(key, () => new Promise(() => {}));

function keepHere() {
  const found = changes();
  try {
    if (Object.keys(found).length) localStorage.setItem(key, JSON.stringify({ at: Date.now(), boxes: found }));
    else localStorage.removeItem(key);
  } catch { /* A device that keeps nothing: the server still does. */ }
}

async function takeUpAll() {
  let names = [];
  try { names = Object.keys(localStorage).filter((name) => name.startsWith(kind) && name !== key); } catch { return; }
  for (const name of names) {
    if (navigator.locks) await navigator.locks.request(name, { ifAvailable: true }, (lock) => { if (lock) takeUp(name); });
    else takeUp(name);
  }
}

function takeUp(name) {
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem(name)); } catch { /* Nobody can read it. */ }
  localStorage.removeItem(name);
  if (!kept || Date.now() - kept.at > KEPT_FOR) return;
  for (const [box, change] of Object.entries(kept.boxes)) {
    if (!(box in versions) || saved[box] === change.value) continue;
    // Only where nobody has written since: else the newer text stands, and the older one is offered.
    if (versions[box] === change.base) put(box, change.value);
    else offer(box, change.value);
  }
  changed();
}

function put(name, value) {
  for (const box of boxes.filter((each) => each.name === name)) {
    if (box.type === "radio") box.checked = box.value === value;
    else box.value = value;
    box.dispatchEvent(new Event("refresh"));
  }
}

// --- saving -------------------------------------------------------------------------------------------------------
function changed() {
  keepHere();
  if (waiting().length) say(identifying.waits);
  if (!Object.keys(changes()).length) return;
  changedAt ||= Date.now();
  const wait = Math.max(0, Math.min(PAUSE, changedAt + AT_LEAST_EVERY - Date.now()));
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

async function save() {
  if (saving || leaving) return;
  const found = changes();
  if (!Object.keys(found).length) return;
  saving = true;
  changedAt = 0;
  try {
    const answer = await send(found);
    if (answer.status === 409) { say((await answer.json()).said); return; }
    if (answer.redirected || answer.status === 403 || answer.status === 401) { await signedOut(); return; }
    if (!answer.ok) throw new Error(answer.status);
    kept(found, await answer.json());
  } catch {
    say(form.dataset.offline || "Not saved: no connection. What you wrote is kept on this device, and saved as soon as there is one.");
    again();
  } finally {
    saving = false;
    if (Object.keys(changes()).length) changed();
  }
}

function send(found) {
  return fetch(form.dataset.autosave, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ boxes: found }),
    redirect: "manual",
    signal: AbortSignal.timeout(20000),
  });
}

function kept(found, answer) {
  for (const name in answer.versions) {
    versions[name] = answer.versions[name];
    saved[name] = found[name].value;
    const shown = form.elements[`${name}-version`];
    if (shown) shown.value = versions[name];
  }
  for (const name in answer.unlike) {
    const theirs = answer.unlike[name];
    versions[name] = theirs.version;
    saved[name] = theirs.value;
    const mine = found[name].value;
    put(name, theirs.value);
    offer(name, mine);
  }
  for (const name in answer.held) refused[name] = found[name].value;
  keepHere();
  say(waiting().length ? identifying.waits : answer.said);
}

function again() { clearTimeout(timer); timer = setTimeout(save, AGAIN_AFTER); }

// Signed out, or the page is older than the sign-in: ask for a new token; if that fails, tell how to go on.
async function signedOut() {
  try {
    const answer = await fetch(form.dataset.autosave, { redirect: "manual", headers: { Accept: "application/json" } });
    if (answer.ok) {
      token = form.elements.csrfmiddlewaretoken.value = (await answer.json()).token;
      again();
      return;
    }
  } catch { /* Told below. */ }
  say(form.dataset.signedOut || "You are signed out. What you wrote is kept on this device: sign in in another tab, and it is saved from here.");
  again();
}

// A colleague wrote in the same box: theirs stands, mine is beside it and one click away.
function offer(name, mine) {
  const box = boxes.find((each) => each.name === name);
  const place = box.closest(".question, .number, fieldset") || box.parentElement;
  place.querySelector(".unlike")?.remove();
  const note = document.createElement("div");
  note.className = "note unlike";
  note.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = "A colleague changed this meanwhile; theirs stands in the box. You had written:";
  const text = document.createElement("blockquote");
  text.textContent = mine;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = "Use mine instead";
  button.addEventListener("click", () => { put(name, mine); note.remove(); changed(); box.focus(); });
  note.append(words, text, button);
  place.append(note);
}

// --- how much room is left ----------------------------------------------------------------------------------------
function count(box) {
  const left = document.getElementById(`${box.name}-left`);
  if (!left) return;
  const room = Number(box.dataset.limit) - box.value.trim().length;
  left.textContent = room < 0 ? `${-room} characters too many` : `room for ${room} more characters`;
  left.classList.toggle("over", room < 0);
}

for (const box of boxes) {
  for (const event of ["input", "change"]) box.addEventListener(event, () => { count(box); changed(); });
  box.addEventListener("refresh", () => count(box));
  if (box.dataset.limit) count(box);
}
window.addEventListener("beforeunload", (event) => { if (!leaving && waiting().length) event.preventDefault(); });
// A box that holds what is saved is not sent: had a colleague changed it since, this page would bring the old text back.
form.addEventListener("submit", () => {
  leaving = true;
  clearTimeout(timer);
  const now = read();
  for (const box of boxes) if (now[box.name] === saved[box.name] && !box.name.endsWith("-none")) box.disabled = true;
});
window.addEventListener("online", save);
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
takeUpAll();
