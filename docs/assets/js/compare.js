// Sets two to four records side by side. Which ones is in the address: ?r=kind:id&r=kind:id.

import { make } from "./element.js";

const MOST = 4;
const root = document.querySelector(".bw-compare");
const part = (name) => root.querySelector(`[data-${name}]`);
const words = JSON.parse(root.dataset.words);

function query(names) {
  const given = new URLSearchParams(location.search);
  given.delete("r");
  for (const name of names) given.append("r", name);
  return `?${String(given).replaceAll("%3A", ":").replaceAll("%2F", "/")}`;
}

function asked() {
  const names = new URLSearchParams(location.search).getAll("r");
  return [...new Set(names)].filter((name) => /^[a-z-]+:[a-z0-9-]+(\/[a-z0-9-]+)?$/.test(name)).slice(0, MOST);
}

async function load(name) {
  const answer = await fetch(`${root.dataset.folder}${name.replace(":", "/")}.json`);
  return answer.ok ? answer.json() : null;
}

function itemOf({ t, to, n, of, j, s }) {
  const text = t ?? `${n} ${words[of][n === 1 ? 0 : 1]}`;
  let shown = text;
  if (to) {
    shown = make("a", {}, text);
    shown.href = root.dataset.root + to;
  }
  const item = make("li", {}, j ? make("span", { className: "bw-judged" }, shown, make("span", { className: "bw-hidden" }, ` (${words.judged})`)) : shown);
  if (j) item.dataset.when = "all";
  if (s) item.dataset.when = "stated";
  return item;
}

function fill(cell, value) {
  if (!Array.isArray(value) || !value.length) {
    const why = value === undefined ? words.other : typeof value === "string" ? words[value] : words.empty;
    cell.append(make("em", { className: "bw-compare__empty" }, why));
    return cell;
  }
  cell.append(make("ul", { className: "bw-compare__items" }, ...value.map(itemOf)));
  if (value.every(({ j }) => j)) {
    const note = make("em", { className: "bw-compare__empty" }, words.leftOut);
    note.dataset.when = "stated";
    cell.append(note);
  }
  return cell;
}

function show(records) {
  const names = records.map(({ name }) => name);
  const head = part("table").querySelector("thead tr");
  for (const record of records) {
    const link = make("a", {}, record.title);
    link.href = root.dataset.root + record.address;
    const away = make("a", { className: "bw-compare__remove" }, words.remove, make("span", { className: "bw-hidden" }, ` ${record.title}`));
    away.href = query(names.filter((name) => name !== record.name));
    const cell = make("th", {}, make("span", { className: "bw-card__kind" }, record.kind), link, away);
    cell.scope = "col";
    head.append(cell);
  }
  for (const row of root.querySelectorAll("[data-key]")) {
    const { key } = row.dataset;
    if (!records.some(({ rows }) => key in rows)) row.remove();
    for (const record of records) {
      const cell = fill(make("td"), record.rows[key]);
      cell.dataset.label = `${record.kind}: ${record.title}`;
      row.append(cell);
    }
  }
  part("table").hidden = !records.length;
}

async function start() {
  const names = asked();
  const loaded = await Promise.all(names.map(load));
  const records = loaded.filter(Boolean);
  const missing = names.filter((_, n) => !loaded[n]);
  root.querySelector(".bw-compare__need").hidden = true;
  show(records);
  part("none").hidden = records.length > 0;
  part("one").hidden = records.length !== 1;
  part("more").textContent = missing.length ? ` ${words.missing} ${missing.join(", ")}` : "";
  part("message").hidden = records.length > 1 && !missing.length;
  const choose = part("choose");
  if (choose) {
    choose.hidden = false;
    choose.firstChild.classList.toggle("bw-button--quiet", records.length > 1);
    const kinds = [...new Set(records.map(({ name }) => name.split(":")[0]))];
    choose.firstChild.href += query(records.map(({ name }) => name)) + kinds.map((kind) => `&kinds=${kind}`).join("");
  }
}

start();
