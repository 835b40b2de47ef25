// The explorer: filters, sorts, searches and downloads every record. Its state is the address.

import { csv, save } from "./download.js";
import { make } from "./element.js";
import { Rows, has } from "./rows.js";

const SIZE = 50;
const FIRST = 10; // rows in the first paint
const MOST = 4;
const COLUMNS = ["title", "kind", "source", "used"];

const root = document.querySelector(".bw-explorer");
const part = (name, within = root) => within.querySelector(`[data-${name}]`);
const { compare, root: top } = root.dataset;
const words = JSON.parse(root.dataset.words);
const number = new Intl.NumberFormat(document.documentElement.lang || "en");
const plural = (count) => `${number.format(count)} ${count === 1 ? words.one : words.many}`;

const heads = [...root.querySelectorAll("th[data-column]")].map((head) => head.textContent.trim());
let waiting; // for a reader to stop typing
let rows;
let state;
let shown = [];
let found;
let rest = []; // rows of this page that are still to be made

// The address ------------------------------------------------------------------------------------

function read() {
  const given = new URLSearchParams(location.search);
  const chosen = new Map();
  for (const facet of rows.facets) {
    const known = new Set(facet.terms.map(({ id }) => id));
    const terms = given.getAll(facet.id).filter((id) => known.has(id));
    if (terms.length) chosen.set(facet.id, new Set(terms));
  }
  return {
    query: given.get("q") ?? "",
    chosen,
    column: COLUMNS.includes(given.get("sort")) ? given.get("sort") : "",
    descending: given.get("dir") === "desc",
    cards: given.get("view") === "cards",
    page: Math.max(1, Number.parseInt(given.get("page"), 10) || 1),
    compared: [...new Set(given.getAll("r"))].filter((name) => rows.byName.has(name)).slice(0, MOST),
  };
}

function query() {
  const given = new URLSearchParams(location.search);
  for (const key of ["q", "sort", "dir", "view", "page", "r", ...rows.facets.map(({ id }) => id)]) given.delete(key);
  if (state.query.trim()) given.set("q", state.query.trim());
  for (const [facet, terms] of state.chosen) for (const term of terms) given.append(facet, term);
  if (state.column) given.set("sort", state.column);
  if (state.column && state.descending) given.set("dir", "desc");
  if (state.cards) given.set("view", "cards");
  if (state.page > 1) given.set("page", state.page);
  for (const name of state.compared) given.append("r", name);
  return tidy(given);
}

function tidy(given) {
  const text = String(given).replaceAll("%3A", ":").replaceAll("%2F", "/");
  return text && `?${text}`;
}

function change(changes, { typing = false, keepPage = false } = {}) {
  clearTimeout(waiting);
  Object.assign(state, keepPage ? {} : { page: 1 }, changes);
  const address = location.pathname + query();
  if (address !== location.pathname + location.search) {
    history[typing ? "replaceState" : "pushState"](null, "", address);
  }
  render();
}

// Filters ----------------------------------------------------------------------------------------

const boxes = new Map();

function buildFilters() {
  const [main, others] = root.querySelectorAll("[data-facets]");
  for (const facet of rows.facets) {
    if (facet.terms.length < 2) continue;
    const tally = make("span", { className: "bw-explorer__tally" });
    const details = make("details", { className: "bw-explorer__facet" }, make("summary", {}, facet.title, tally));
    const made = { details, tally, items: null };
    details.open = facet.id === "kinds";
    details.addEventListener("toggle", () => found && details.open && !made.items && showFacet(facet));
    (facet.main ? main : others).append(details);
    boxes.set(facet.id, made);
  }
  part("others").hidden = !others.children.length;
}

/** A facet's boxes, made when they are first to be seen. */
function buildBoxes(facet, made) {
  const list = make("ul", {});
  made.items = facet.terms.map((term) => {
    const box = make("input", { type: "checkbox", name: facet.id, value: term.id });
    const count = make("span", { className: "bw-explorer__n" });
    const item = make("li", {}, make("label", {}, box, make("span", {}, term.label), count));
    list.append(item);
    return { box, count, item };
  });
  made.details.append(make("div", { role: "group", "aria-label": facet.title }, list));
}

function pick(facet, term, on) {
  const chosen = new Map([...state.chosen].map(([id, terms]) => [id, new Set(terms)]));
  const terms = chosen.get(facet) ?? new Set();
  terms[on ? "add" : "delete"](term);
  if (terms.size) chosen.set(facet, terms);
  else chosen.delete(facet);
  change({ chosen });
}

function showFacet(facet) {
  const made = boxes.get(facet.id);
  if (!made) return;
  const counts = found.counts.get(facet.id);
  const terms = state.chosen.get(facet.id);
  made.details.hidden = !terms && !counts.some(Boolean);
  made.tally.textContent = terms ? ` (${terms.size})` : "";
  if (!made.items && made.details.open) buildBoxes(facet, made);
  made.items?.forEach(({ box, count, item }, n) => {
    box.checked = terms?.has(box.value) ?? false;
    count.textContent = number.format(counts[n]);
    item.hidden = !counts[n] && !box.checked;
  });
}

function showChips() {
  const list = part("chips");
  list.replaceChildren();
  for (const [id, terms] of state.chosen) {
    const facet = rows.facets.find((one) => one.id === id);
    for (const term of facet.terms.filter((one) => terms.has(one.id))) {
      const chip = make("button", { type: "button" }, make("span", { className: "bw-hidden" }, `${words.remove} `), `${facet.title}: ${term.label}`);
      chip.addEventListener("click", () => {
        const place = [...list.children].indexOf(chip.parentElement);
        pick(id, term.id, false);
        (list.children[Math.min(place, list.children.length - 1)]?.firstChild ?? part("count")).focus();
      });
      list.append(make("li", {}, chip));
    }
  }
  list.hidden = !list.children.length;
}

// Results ----------------------------------------------------------------------------------------

function box(row) {
  const name = rows.name(row);
  const on = state.compared.includes(name);
  const input = make("input", { type: "checkbox", checked: on, disabled: !on && state.compared.length >= MOST });
  input.dataset.name = name;
  return make("label", { className: "bw-explorer__pick" }, input, make("span", { className: "bw-hidden" }, `${words.compare} ${rows.title[row]}`));
}

const link = (row) => make("a", { href: top + rows.address(row) }, rows.title[row]);
const kindOf = (row) => rows.kinds[rows.kind[row]].label;
const sourceOf = (row) => rows.termsOf(row, "source").map(({ label }) => label).join("; ");

function line(row) {
  const cells = [];
  if (compare) cells.push(make("td", {}, box(row)));
  const text = rows.text[row] && make("span", { className: "bw-explorer__text" }, rows.text[row]);
  cells.push(make("th", { scope: "row" }, link(row), text || null));
  const kind = rows.className(row) && make("span", { className: "bw-explorer__class" }, rows.className(row));
  const [, about, from, by] = heads;
  cells.push(make("td", { "data-label": about }, kindOf(row), kind || null));
  cells.push(make("td", { "data-label": from }, sourceOf(row)));
  cells.push(make("td", { "data-label": by, className: "bw-num" }, number.format(rows.uses[row])));
  return make("tr", {}, ...cells);
}

function card(row) {
  const foot = [rows.className(row), sourceOf(row)].filter(Boolean).join(" · ");
  return make(
    "li",
    { className: "bw-card" },
    make("span", { className: "bw-card__kind" }, kindOf(row)),
    make("h3", { className: "bw-card__title" }, link(row)),
    rows.text[row] ? make("p", { className: "bw-card__text" }, rows.text[row]) : null,
    make("p", { className: "bw-card__foot" }, foot),
    compare ? box(row) : null,
  );
}

function showRows(many) {
  const pages = Math.max(1, Math.ceil(shown.length / SIZE));
  state.page = Math.min(state.page, pages);
  const first = (state.page - 1) * SIZE;
  const slice = shown.slice(first, first + SIZE);
  const table = part("table");
  const cards = part("cards");
  table.hidden = state.cards || !slice.length;
  cards.hidden = !state.cards || !slice.length;
  rest = slice.slice(many);
  table.querySelector("tbody").replaceChildren(...(state.cards ? [] : slice.slice(0, many).map(line)));
  cards.replaceChildren(...(state.cards ? slice.slice(0, many).map(card) : []));
  for (const head of table.querySelectorAll("[data-column]")) {
    if (head.dataset.column === state.column) head.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  part("none").hidden = slice.length > 0;
  part("pages").hidden = pages < 2;
  part("page").textContent = `${words.page} ${number.format(state.page)} ${words.of} ${number.format(pages)}`;
  for (const turn of root.querySelectorAll("[data-turn]")) {
    const to = state.page + Number(turn.dataset.turn);
    turn.disabled = to < 1 || to > pages;
  }
}

/** The page's other rows, some at a time; a reader who changes something ends it. */
async function showRest() {
  for (await pause(); rest.length; await pause()) {
    const some = rest.splice(0, FIRST);
    if (state.cards) part("cards").append(...some.map(card));
    else part("table").querySelector("tbody").append(...some.map(line));
  }
}

function showComparison() {
  const bar = part("comparison");
  if (!bar) return;
  bar.hidden = !state.compared.length;
  part("comparison-text").textContent = `${state.compared.length} ${words.chosen}.`;
  const way = part("comparison-link");
  way.hidden = state.compared.length < 2;
  const given = new URLSearchParams(state.compared.map((name) => ["r", name]));
  way.href = compare + tidy(given);
}

function render(many = SIZE) {
  found = rows.select(state.query, state.chosen);
  shown = rows.sorted(found.bits, state.column, state.descending);
  part("count").textContent =
    shown.length === rows.total ? plural(rows.total) : `${number.format(shown.length)} ${words.of} ${plural(rows.total)}`;
  const input = root.querySelector("[name=q]");
  if (document.activeElement !== input) input.value = state.query;
  part("sort").value = state.column;
  for (const view of root.querySelectorAll("button[data-view]")) {
    view.setAttribute("aria-pressed", String((view.dataset.view === "cards") === state.cards));
  }
  part("left-out").hidden = !rows.leftOut || document.documentElement.dataset.judgement !== "stated";
  part("left-out-count").textContent = plural(rows.leftOut);
  rows.facets.forEach(showFacet);
  showChips();
  showRows(many);
  showComparison();
  part("downloads").hidden = !shown.length;
  const cited = rows.citing(found.bits).length;
  part("reference-count").textContent = `${number.format(cited)} ${cited === 1 ? "reference" : "references"}`;
  for (const button of root.querySelectorAll("[data-download]")) {
    button.disabled = !cited && ["bib", "ris"].includes(button.dataset.download);
  }
}

// Downloads --------------------------------------------------------------------------------------

function record(row) {
  const labels = {};
  for (const facet of rows.facets) {
    const terms = facet.terms.filter((term) => has(term.bits, row));
    if (terms.length) labels[facet.id] = terms.map((term) => ({ id: term.id, label: term.label, judged: !has(term.stated, row) }));
  }
  return {
    id: rows.name(row),
    kind: kindOf(row),
    class: rows.className(row),
    title: rows.title[row],
    text: rows.text[row],
    address: new URL(top + rows.address(row), location.href).href,
    used: rows.uses[row],
    labels,
  };
}

async function download(form) {
  const name = `records.${form}`;
  if (form === "csv") save(name, "text/csv", csv(shown.map(record), rows.facets, words));
  else if (form === "json") {
    save(name, "application/json", JSON.stringify({ from: location.href, records: shown.map(record) }, null, 1));
  } else {
    const answer = await fetch(root.dataset.references);
    const references = await answer.json();
    const key = form === "bib" ? "bibtex" : "ris";
    const type = form === "bib" ? "application/x-bibtex" : "application/x-research-info-systems";
    save(name, type, rows.citing(found.bits).map((id) => references[id][key]).join("\n"));
  }
}

// What readers do --------------------------------------------------------------------------------

function listen() {
  const form = part("form");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    if (event.target.name !== "q") return;
    clearTimeout(waiting);
    waiting = setTimeout(() => change({ query: event.target.value }, { typing: true }), 120);
  });
  form.addEventListener("change", ({ target }) => {
    if (target.type === "checkbox") pick(target.name, target.value, target.checked);
  });
  part("sort").addEventListener("change", ({ target }) => change({ column: target.value, descending: target.value === "used" }));
  root.addEventListener("change", ({ target }) => {
    const { name } = target.dataset;
    if (!name) return;
    change({ compared: target.checked ? [...state.compared, name] : state.compared.filter((one) => one !== name) }, { keepPage: true });
    root.querySelector(`[data-name="${CSS.escape(name)}"]`)?.focus();
  });
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const { view, turn, download: form } = button.dataset;
    const column = button.closest("[data-column]")?.dataset.column;
    if (view) change({ cards: view === "cards" });
    else if (column) {
      const again = state.column === column;
      change({ column, descending: again ? !state.descending : column === "used" });
    } else if (turn) {
      change({ page: state.page + Number(turn) }, { keepPage: true });
      part("count").focus();
      part("count").scrollIntoView({ block: "start" });
    } else if (form) download(form);
    else if ("clear" in button.dataset) {
      root.querySelector("[name=q]").value = "";
      change({ query: "", chosen: new Map() });
      part("count").focus();
    } else if ("comparisonClear" in button.dataset) {
      change({ compared: [] }, { keepPage: true });
      part("count").focus();
    }
  });
  addEventListener("popstate", () => {
    clearTimeout(waiting);
    state = read();
    root.querySelector("[name=q]").value = state.query;
    render();
  });
  document.addEventListener("bw:judgement", ({ detail }) => {
    rows.rest(detail);
    render();
  });
}

const pause = () => new Promise((go) => setTimeout(go)); // lets the browser paint and answer in between

async function start() {
  const answer = await fetch(root.dataset.src);
  if (!answer.ok) throw new Error(answer.statusText);
  const data = await answer.json();
  await pause();
  rows = new Rows(data);
  rows.rest(document.documentElement.dataset.judgement);
  state = read();
  await pause();
  buildFilters(); // painted with the rows, so that nothing moves
  for (const [id, { details }] of boxes) if (state.chosen.has(id)) details.open = true;
  part("filters").open = matchMedia("(min-width: 60em)").matches;
  if ([...part("others").querySelectorAll("details")].some(({ open }) => open)) part("others").open = true;
  part("bar").hidden = false;
  listen();
  render(FIRST);
  await showRest();
  root.querySelector(".bw-explorer__app").removeAttribute("aria-busy");
}

start().catch((problem) => {
  root.classList.add("bw-explorer--failed");
  part("failed").hidden = false;
  throw problem;
});
