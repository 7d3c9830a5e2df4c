// What could tell who a person is: found while somebody types, by the rules that the page brings from the server, and
// held back from every saving until it is changed or the person says that it is none.
function finder(given) {
  const blanks = new RegExp(given.blanks, "gu"), accented = new RegExp(given.accented, "gu");
  const rules = given.rules.map(([code, pattern, check]) => ({ code, check, pattern: new RegExp(pattern, "gu") }));
  const single = (text) => text.split(/[ \t\r\n]+/).filter(Boolean).join(" ");

  return (text) => {
    const spaced = text.replace(blanks, " ");
    const plain = spaced.replace(accented, (each) => given.bare[each] ?? each.normalize("NFD")[0]);
    const found = [];
    for (const rule of rules) {
      for (const each of plain.matchAll(rule.pattern)) {
        if (rule.check && !passes(each[0])) continue;
        const start = each.index, end = start + each[0].length;
        found.push({ start, end, code: rule.code, words: single(spaced.slice(start, end)) });
      }
    }
    found.sort((one, other) => one.start - other.start || other.end - one.end);
    const kept = [];
    for (const each of found) if (!kept.length || each.start >= kept.at(-1).end) kept.push(each);
    return kept.slice(0, given.most);
  };
}

// The last of ten digits is the check digit of the nine before it, as in an NHS number.
function passes(number) {
  const digits = [...number].filter((each) => each >= "0" && each <= "9").map(Number);
  const weighed = digits.slice(0, 9).reduce((sum, digit, place) => sum + digit * (10 - place), 0);
  return (11 - (weighed % 11)) % 11 === digits[9] && digits.some(Boolean);
}

const identifying = (() => {
  const whole = document.querySelector("form[data-identifying]");
  const { rules, sentences, none, show, waits } = whole ? JSON.parse(whole.dataset.identifying) : {};
  const finds = rules && finder(rules);
  const seen = new Map();

  const saidNone = (box) => whole.querySelector(`input[type=hidden][name="${box.name}-none"]`);
  const isLooked = (box) => Boolean(whole) && box.dataset.identify !== undefined;

  function left(box) {
    if (!isLooked(box)) return [];
    if (seen.get(box)?.text !== box.value) seen.set(box, { text: box.value, found: finds(box.value) });
    const said = new Set(saidNone(box).value.split("\n"));
    return seen.get(box).found.filter((each) => !said.has(each.words));
  }

  // A tick for each find, beneath its box; one that was ticked stays in sight, so that it can be taken back.
  function tell(box) {
    const place = document.getElementById(`${box.name}-finds`), open = left(box), said = saidNone(box).value;
    const found = [...new Map((seen.get(box)?.found ?? []).map((each) => [each.words, each])).values()];
    const key = JSON.stringify([said, found.map((each) => [each.code, each.words])]);
    if (place.dataset.told === key) return;
    place.dataset.told = key;
    place.replaceChildren(...found.map((each) => line(box, each, !open.some((other) => other.words === each.words))));
    if (open.length) box.setAttribute("aria-invalid", "true");
    else if (!box.dataset.wrong) box.removeAttribute("aria-invalid");
  }

  function line(box, find, isNone) {
    const about = document.createElement("div"), words = document.createElement("p");
    about.className = isNone ? "find none" : "find";
    const quoted = document.createElement("button");
    quoted.type = "button";
    quoted.className = "link";
    quoted.textContent = `“${find.words}”`;
    quoted.title = show;
    quoted.addEventListener("click", () => {
      const now = finds(box.value).find((each) => each.words === find.words);
      box.focus();
      if (now) box.setSelectionRange(now.start, now.end);
    });
    if (isNone) words.append(quoted);
    else words.append(quoted, ` ${sentences[find.code]}`);
    const label = document.createElement("label"), tick = document.createElement("input");
    tick.type = "checkbox";
    tick.checked = isNone;
    tick.addEventListener("change", () => { say(box, find.words, tick.checked); });
    label.append(tick, ` ${none}`);
    about.append(words, label);
    return about;
  }

  function say(box, words, isNone) {
    const kept = saidNone(box), said = kept.value.split("\n").filter((each) => each && each !== words);
    kept.value = (isNone ? [...said, words] : said).join("\n");
    kept.dispatchEvent(new Event("change", { bubbles: true }));
    tell(box);
    const again = [...document.getElementById(`${box.name}-finds`).querySelectorAll(".find")];
    (again.find((each) => each.textContent.includes(`“${words}”`))?.querySelector("input") ?? box).focus();
  }

  for (const box of whole ? whole.querySelectorAll("[data-identify]") : []) {
    for (const event of ["input", "change", "refresh"]) box.addEventListener(event, () => tell(box));
    saidNone(box).addEventListener("refresh", () => tell(box));
    tell(box);
  }
  return { holds: (box) => left(box).length > 0, waits };
})();
