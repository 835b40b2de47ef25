// Brings forms to life whose answers are kept in the address alone, behind the “#”.
//
//   [data-ask]                one form with what bears on its answers, all in the page already
//   [data-question=NAME]      a fieldset of radio buttons of that name; [data-blank] counts as no answer
//   [data-if="NAME=VALUE …"]  shown when one of these is answered so; “*” is any answer
//   [data-unless=…]           the other way round
//   [data-answer-to=NAME]     filled with the words of the answer
//   [data-counted=ID]         counted, each id once, while it is shown
//   [data-on], [data-off]     shown only with, or only without, this script

const roots = [...document.querySelectorAll("[data-ask]")];
const all = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);
const radios = all("input[type=radio]");

// Questions that belong to the other setting of the judgement switch keep their answers, and do not count.
const leftOut = (element) => {
  const when = element.closest("[data-when]")?.dataset.when;
  return Boolean(when) && when !== (document.documentElement.dataset.judgement || "all");
};
const answered = () => radios.filter((radio) => radio.checked && !("blank" in radio.dataset));
const fill = (text, counts) => text.replace(/\{(\w+)\}/g, (whole, name) => counts[name] ?? whole);
const say = (element, text) => {
  if (element && element.textContent !== text) element.textContent = text;
};

/** Set the answers that the address holds; return how many of them belong to no question. */
function read() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  for (const radio of radios) radio.checked = !("blank" in radio.dataset) && wanted.get(radio.name) === radio.value;
  return [...wanted].filter(([name, value]) => value && !radios.some((r) => r.name === name && r.value === value)).length;
}

function write() {
  const held = new URLSearchParams(answered().map((radio) => [radio.name, radio.value])).toString();
  history.replaceState(history.state, "", location.pathname + location.search + (held && `#${held}`));
}

function show() {
  const given = new Map(answered().filter((radio) => !leftOut(radio)).map((radio) => [radio.name, radio]));
  const holds = (conditions) =>
    conditions.split(/\s+/).some((condition) => {
      const [name, value] = condition.split("=");
      return given.has(name) && (value === "*" || given.get(name).value === value);
    });
  for (const element of all("[data-if]")) element.hidden = !holds(element.dataset.if);
  for (const element of all("[data-unless]")) element.hidden = holds(element.dataset.unless);
  for (const element of all("[data-answer-to]"))
    say(element, given.get(element.dataset.answerTo)?.closest("label").textContent.trim() ?? "");
  for (const root of roots) {
    const asked = [...root.querySelectorAll("[data-question]")].filter((question) => !leftOut(question));
    const counted = [...root.querySelectorAll("[data-counted]")].filter((e) => !e.closest("[hidden]") && !leftOut(e));
    const status = root.querySelector("[data-status]");
    say(
      status,
      fill(status.dataset.status, {
        answered: asked.filter((question) => given.has(question.dataset.question)).length,
        asked: asked.length,
        shown: new Set(counted.map((element) => element.dataset.counted)).size,
      }),
    );
  }
}

function restore() {
  const lost = read();
  for (const element of all("[data-lost]")) say(element, lost ? fill(element.dataset.lost, { lost }) : "");
  show();
}

function changed() {
  write();
  show();
}

for (const element of all("[data-on]")) element.hidden = false;
for (const element of all("[data-off]")) element.hidden = true;
restore();

for (const root of roots) {
  root.dataset.live = "";
  root.addEventListener("change", changed);
  // On paper stands what the reader opened; the theme opens everything before it prints.
  root.addEventListener("click", (event) => {
    const details = event.target.closest("summary")?.parentElement;
    details?.toggleAttribute("data-opened", !details.open);
  });
  // The buttons are cleared after the event.
  root.addEventListener("reset", () => setTimeout(changed));
}
for (const button of all("[data-do=print]")) button.addEventListener("click", () => print());
for (const button of all("[data-do=copy]")) {
  button.hidden = !navigator.clipboard; // there is none on insecure pages
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.href);
    say(button.closest("[data-ask]").querySelector("[data-lost]"), button.dataset.done);
  });
}
document.addEventListener("bw:judgement", show);
// A link within the page must not cost the reader the answers in the address.
addEventListener("hashchange", () => (location.hash && !location.hash.includes("=") ? write() : restore()));
