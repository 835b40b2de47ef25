// The page of the evidence pack. Which records it shows is in the address, behind the “#”; without any
// there it is what the reader has collected.

import { csv, save } from "./download.js";
import { make } from "./element.js";
import { named, read, write } from "./pack.js";

const root = document.querySelector(".bw-pack");
const part = (name) => root.querySelector(`[data-${name}]`);
const words = JSON.parse(root.dataset.words);
const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const home = new URL(root.dataset.root, location.href);
const loaded = new Map();

let names = [];
let own = true; // what is shown is what is kept
let before = null;

function asked() {
  let given = "";
  try {
    given = decodeURIComponent(location.hash.slice(1));
  } catch {
    // not an address of ours
  }
  return given.startsWith("r=") ? named(given.slice(2).split(",")) : null;
}

async function load(name) {
  if (loaded.has(name)) return;
  const answer = await fetch(`${root.dataset.folder}${name.replace(":", "/")}.json`);
  if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
  loaded.set(name, answer.ok ? await answer.json() : null);
}

// ── What is shown ──────────────────────────────────────────────────────────

let order = []; // keys of references in order of citation
let marks = {};

function cite(keys) {
  const shown = keys.map((key) => {
    if (!order.includes(key)) order.push(key);
    const link = make("a", {}, root.dataset.numeric === "1" ? String(order.indexOf(key) + 1) : marks[key]);
    link.href = `#pack-ref-${key}`;
    return link;
  });
  const open = root.dataset.numeric === "1" ? "[]" : "()";
  return make("span", {}, open[0], ...shown.flatMap((link, n) => (n ? [", ", link] : [link])), open[1]);
}

const FORMS = { em: "em", strong: "strong", code: "code" };

function text(runs = []) {
  return runs.map((run) => {
    if (run.cite) return cite(run.cite);
    if (run.f === "break") return make("br");
    let shown = FORMS[run.f] ? make(FORMS[run.f], {}, run.t) : run.t;
    const to = run.at ? new URL(run.at, home).href : run.to;
    if (to && /^https?:/.test(to)) {
      shown = make("a", {}, shown);
      shown.href = to;
    }
    return shown;
  });
}

/** Mark what goes when the reader leaves our judgement out. */
function when(element, judged) {
  if (judged) element.dataset.when = "all";
  return element;
}

const chip = () => make("span", { className: "bw-judged-label" }, words.ours);

function pointOf(point, alike) {
  const item = make("li", { className: "bw-pack__point" }, make("span", {}, ...text(point.text)));
  if (point.judged && !alike) item.append(" ", chip());
  for (const note of point.notes ?? []) item.append(make("p", { className: "bw-small" }, ...text(note)));
  if (point.mark || point.where) {
    item.append(make("p", { className: "bw-small" }, point.mark ?? "", point.mark && point.where ? ": " : "", ...text(point.where)));
  }
  return when(item, point.judged);
}

function sectionOf(section) {
  const shown = make("section", { className: "bw-pack__section" }, make("h3", {}, section.title));
  const alike = Boolean(section.judged);
  if (alike) shown.append(when(make("p", { className: "bw-small" }, section.judged), true));
  for (const line of section.lines ?? []) {
    shown.append(when(make("p", {}, ...(line.judged && !alike ? [chip(), " "] : []), ...text(line.text)), line.judged));
  }
  for (const group of new Set((section.points ?? []).map(({ group = "" }) => group))) {
    const points = section.points.filter((point) => (point.group ?? "") === group);
    if (group) shown.append(when(make("h4", {}, group), points.every(({ judged }) => judged)));
    shown.append(make("ul", {}, ...points.map((point) => pointOf(point, alike))));
  }
  if (section.more) {
    shown.append(make("p", { className: "bw-small" }, say("more", { n: section.more, noun: section.nouns[section.more === 1 ? 0 : 1] })));
  }
  return shown;
}

function recordOf(record) {
  const link = make("a", {}, record.title);
  link.href = new URL(record.address, home).href;
  const article = make(
    "article",
    { className: "bw-pack__record" },
    make("p", { className: "bw-pack__kind" }, [record.kind, ...record.meta].join(" · ")),
    make("h2", {}, link),
  );
  if (record.notice.length) article.append(make("p", { className: "bw-note bw-note--withdrawn" }, ...text(record.notice)));
  if (record.answer.length) article.append(make("p", { className: "bw-pack__answer" }, ...text(record.answer)));
  if (record.signs.length) {
    const pairs = record.signs.map(({ label, value, judged }) =>
      when(make("div", {}, make("dt", {}, label), make("dd", {}, value)), judged),
    );
    article.append(make("dl", { className: "bw-facts" }, ...pairs));
  }
  article.append(...record.sections.map(sectionOf));
  return article;
}

function entryOf(record, n) {
  const button = (what, label, off) => {
    const made = make("button", { className: "bw-pack__move" }, label, make("span", { className: "bw-hidden" }, `: ${record.title}`));
    made.type = "button";
    made.disabled = off;
    made.dataset.move = what;
    made.addEventListener("click", () => change(record.name, what));
    return made;
  };
  const item = make("li", {}, make("span", { className: "bw-pack__title" }, record.title), " ", make("span", { className: "bw-small" }, record.kind));
  if (record.brief) {
    const { pages, kilobytes, at } = record.brief;
    const many = pages === 1 ? words.page : say("pages", { n: pages });
    const link = make("a", {}, say("brief", { pages: many, size: kilobytes }), make("span", { className: "bw-hidden" }, `: ${record.title}`));
    link.href = new URL(at, home).href;
    item.append(" ", make("span", { className: "bw-small" }, link));
  }
  item.dataset.name = record.name;
  const last = n === names.length - 1;
  item.append(make("span", { className: "bw-pack__moves" }, button("up", words.up, n === 0), button("down", words.down, last), button("remove", words.remove)));
  return item;
}

const chosen = () => names.map((name) => loaded.get(name)).filter(Boolean);

function show() {
  const records = chosen();
  order = [];
  marks = Object.assign({}, ...records.map((record) => record.marks));
  part("list").replaceChildren(...records.map(entryOf));
  part("records").replaceChildren(...records.map(recordOf));
  const references = Object.assign({}, ...records.map((record) => record.references));
  const entries = order.map((key) => {
    const entry = make("li", {}, ...text(references[key]));
    entry.id = `pack-ref-${key}`;
    return entry;
  });
  part("entries").replaceChildren(...entries);
  part("cited").hidden = !entries.length;
  part("filled").hidden = !records.length;
  part("empty").hidden = records.length > 0;
  part("foreign").hidden = own;
  part("own").hidden = !read()?.length;
  root.querySelector("[data-do=own]").hidden = !read()?.length;
  root.querySelector("[data-do=undo]").hidden = !before;
}

function tell(message) {
  part("status").textContent = message;
}

async function set(next, message = "") {
  try {
    await Promise.all(next.map(load));
  } catch {
    tell(words.failed);
    return;
  }
  const missing = next.filter((name) => !loaded.get(name));
  names = next.filter((name) => loaded.get(name));
  const address = names.length ? `#r=${names.join(",")}` : location.pathname + location.search;
  history.replaceState(history.state, "", address);
  if (own) write(names);
  show();
  tell([message, missing.length ? say("missing", { names: missing.join(", ") }) : ""].join(" ").trim());
}

// ── What a reader does ─────────────────────────────────────────────────────

async function change(name, what) {
  const { title } = loaded.get(name);
  const place = names.indexOf(name);
  const next = names.filter((other) => other !== name);
  if (what !== "remove") next.splice(place + (what === "up" ? -1 : 1), 0, name);
  before = names;
  await set(next, what === "remove" ? say("removed", { title }) : say("moved", { title, n: next.indexOf(name) + 1 }));
  const item = root.querySelector(`[data-name="${name}"]`);
  const target = item?.querySelector(`[data-move=${what}]:enabled`) ?? item?.querySelector("button:enabled");
  (target ?? root.querySelector("[data-do=undo]")).focus();
}

function document_() {
  const made = document.implementation.createHTMLDocument(words.title);
  made.documentElement.lang = document.documentElement.lang;
  const meta = made.createElement("meta");
  meta.setAttribute("charset", "utf-8");
  made.head.prepend(meta);
  const style = made.createElement("style");
  style.textContent =
    "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 Georgia,serif;color:#17222c;background:#fff}a{color:#0d5c63}" +
    ".bw-hidden,.bw-pack__moves{display:none}.bw-small{color:#45515b;font-size:.9em;margin:.2em 0}.bw-judged-label{border:1px dotted;padding:0 .3em;font-size:.8em}" +
    ".bw-pack__answer{font-size:1.2em;border-left:.2em solid #0d5c63;padding-left:.8em}dt{font-weight:bold}dd{margin:0 0 .5em}article{border-top:2px solid #0d5c63;margin-top:2.5em}@media print{article{break-before:page}}";
  made.head.append(style);
  const main = make("main", {}, make("h1", {}, words.title));
  const from = make("a", {}, document.querySelector(".bw-brand__name")?.textContent ?? location.host);
  from.href = location.href;
  main.append(make("p", {}, say("made", { date: new Date().toISOString().slice(0, 10) }), " ", from, "."));
  for (const name of ["list", "records", "entries"]) {
    const copy = part(name).cloneNode(true);
    for (const control of copy.querySelectorAll("button")) control.remove();
    if (document.documentElement.dataset.judgement === "stated") {
      for (const ours of copy.querySelectorAll("[data-when=all]")) ours.remove();
    }
    const heading = { list: words.contents, entries: words.references }[name];
    if (heading && copy.childElementCount) main.append(make("h2", {}, heading));
    main.append(copy);
  }
  made.body.append(made.adoptNode(main));
  return `<!doctype html>\n${made.documentElement.outerHTML}\n`;
}

const plain = (runs) => runs.map(({ t = "" }) => t).join("");

function table() {
  const records = chosen().map((record) => {
    const sign = (start) => record.signs.find(({ label }) => label.startsWith(start))?.value ?? "";
    return {
      name: record.name, kind: record.kind, title: record.title, answer: plain(record.answer) || record.title, sure: sign("How sure"),
      rests: sign("Rests on"), against: sign("Against"), address: new URL(record.address, home).href, changed: record.changed,
    };
  });
  return csv(records, [], words);
}

async function references(form) {
  const all = await (await fetch(root.dataset.references)).json();
  return order.filter((key) => all[key]).map((key) => all[key][form]).join("\n");
}

const actions = {
  print: () => print(),
  html: () => save("evidence-pack.html", "text/html", document_()),
  csv: () => save("evidence-pack.csv", "text/csv", table()),
  json: () => save("evidence-pack.json", "application/json", JSON.stringify({ address: location.href, records: chosen() }, null, 1)),
  bib: async () => save("evidence-pack.bib", "application/x-bibtex", await references("bibtex")),
  ris: async () => save("evidence-pack.ris", "application/x-research-info-systems", await references("ris")),
  copy: async () => {
    await navigator.clipboard.writeText(location.href);
    tell(words.copied);
  },
  clear: () => {
    before = names;
    return set([], words.cleared).then(() => root.querySelector("[data-do=undo]").focus());
  },
  undo: () => {
    const last = before;
    before = null;
    return set(last, words.undone);
  },
  keep: () => {
    own = true;
    return set(named([...(read() ?? []), ...names]), words.kept);
  },
  own: () => {
    own = true;
    return set(read() ?? []);
  },
};

for (const button of root.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => Promise.resolve(actions[button.dataset.do]()).catch(() => tell(words.failed)));
}

function start() {
  const given = asked();
  const kept = read() ?? [];
  own = given === null || given.join() === kept.join();
  before = null;
  return set(given ?? kept);
}

// A citation leads to its reference without putting that into the address, which holds the pack.
root.addEventListener("click", (event) => {
  const target = event.target.closest?.('a[href^="#pack-ref-"]');
  const entry = target && document.getElementById(target.getAttribute("href").slice(1));
  if (!entry) return;
  event.preventDefault();
  entry.tabIndex = -1;
  entry.focus();
});
addEventListener("hashchange", () => asked() && start());
root.querySelector(".bw-pack__need").hidden = true;
part("app").hidden = false;
start();
