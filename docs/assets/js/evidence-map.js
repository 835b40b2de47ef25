// The evidence map: counts units by the rows and columns that a reader chooses, in the same way as
// macros/matrix.py, as a grid that arrow keys walk through. The address holds what is shown.

import { make } from "./element.js";

const map = document.querySelector(".bw-map");
const form = map.querySelector("form");
const figure = map.querySelector(".bw-map__figure");
const panel = map.querySelector(".bw-map__panel");
const status = map.querySelector("[role=status]");
const { root, how, explorer } = map.dataset;
const ready = [...map.querySelectorAll(".bw-map__starts a")];
const start = { of: map.dataset.of, rows: map.dataset.rows, columns: map.dataset.columns };
const SHOWN = 40; // records listed at once

let data;
let titles;
let shown; // what the table shows: rows, columns, cells
let stops = []; // what can be focused, by row and column
let here = [1, 1];

const stated = () => document.documentElement.dataset.judgement === "stated";
const facet = (id) => data.facets.find((found) => found.id === id);
const pause = () => new Promise((go) => setTimeout(go)); // lets the browser paint and answer in between
const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

// What is asked for ----------------------------------------------------------------------------

function offered(of) {
  const kind = data.kinds.findIndex(({ id }) => id === of);
  return data.facets.filter(({ id }, n) => id !== of && data.units[kind].some((unit) => unit[n + 4].length));
}

function asked() {
  const query = new URLSearchParams(location.search);
  const of = data.kinds.some(({ id }) => id === query.get("of")) ? query.get("of") : start.of;
  const ids = offered(of).map(({ id }) => id);
  const pick = (wanted, usual, not) =>
    [wanted, usual, ...ids].find((id) => ids.includes(id) && id !== not);
  const rows = pick(query.get("rows"), start.rows);
  const columns = pick(query.get("columns"), start.columns, rows);
  const known = (axis, term) => (facet(axis).terms.some(([id]) => id === term) ? term : null);
  return {
    of, rows, columns,
    filled: query.has("filled"),
    row: known(rows, query.get("row")),
    column: known(columns, query.get("column")),
  };
}

function address(wanted) {
  const url = new URL(location.href);
  url.hash = "";
  for (const name of ["of", "rows", "columns", "filled", "row", "column"]) url.searchParams.delete(name);
  const changed = ["of", "rows", "columns"].some((name) => wanted[name] !== start[name]);
  if (changed) for (const name of ["of", "rows", "columns"]) url.searchParams.set(name, wanted[name]);
  if (wanted.filled) url.searchParams.set("filled", "1");
  for (const name of ["row", "column"]) if (wanted[name]) url.searchParams.set(name, wanted[name]);
  return url.pathname + url.search;
}

function go(wanted) {
  if (address(wanted) !== location.pathname + location.search) history.pushState(null, "", address(wanted));
  draw();
}

/** Whether a link to a ready-made map leads to what is wanted. */
function same(link, wanted) {
  const query = new URLSearchParams(link.search);
  return ["of", "rows", "columns"].every((name) => query.get(name) === wanted[name]);
}

// Counting -------------------------------------------------------------------------------------

const group = () => ({ names: new Map(), all: new Set(), stated: new Set(), findings: new Set() });

function add(to, [name, , findings, voices], judged, n) {
  const entry = to.names.get(name) ?? { judged: true, units: [] };
  entry.judged &&= judged;
  if (!entry.units.includes(n)) entry.units.push(n);
  to.names.set(name, entry);
  for (const voice of voices) {
    to.all.add(voice);
    if (!judged) to.stated.add(voice);
  }
  for (const finding of findings) to.findings.add(finding);
}

function counted({ of, rows, columns }) {
  const kind = data.kinds.findIndex(({ id }) => id === of);
  const [row, column] = [rows, columns].map((id) => data.facets.findIndex((found) => found.id === id) + 4);
  const [cells, byRow, byColumn] = [new Map(), new Map(), new Map()];
  const at = (where, key) => where.get(key) ?? where.set(key, group()).get(key);
  data.units[kind].forEach((unit, n) => {
    for (const r of unit[row]) {
      for (const c of unit[column]) {
        const judged = Boolean(unit[1]) || r < 0 || c < 0;
        const [i, j] = [r < 0 ? ~r : r, c < 0 ? ~c : c];
        add(at(cells, `${i} ${j}`), unit, judged, n);
        add(at(byRow, i), unit, judged, n);
        add(at(byColumn, j), unit, judged, n);
      }
    }
  });
  return { cells, byRow, byColumn };
}

function told(found) {
  const entries = [...(found?.names ?? [])];
  const judged = entries.filter(([, entry]) => entry.judged).length;
  const n = stated() ? entries.length - judged : entries.length;
  const levels = stated() ? [] : [...(found?.findings ?? [])].map((finding) => data.findings[finding]);
  const assessed = levels.filter((level) => data.levels[level].assessed);
  const least = assessed.length ? Math.max(...assessed) : data.levels.findIndex((level) => !level.assessed);
  return {
    entries, judged, n, levels,
    level: data.levels[least],
    independent: (stated() ? found?.stated : found?.all)?.size ?? 0,
  };
}

function emptiness(row, column, { rows, columns }) {
  const [r, c] = [facet(rows).terms[row][0], facet(columns).terms[column][0]];
  const here = new Set([`${rows}=${r}`, `${columns}=${c}`]);
  if (data.outside.some((rule) => rule.every((term) => here.has(term)))) return { empty: "scope" };
  const searches = data.searches.filter(
    ({ covers }) => covers[rows]?.includes(row) && covers[columns]?.includes(column),
  );
  return searches.length ? { empty: "none", searches } : { empty: "unsearched" };
}

const WORDS = {
  none: ["0", "searched, and none found"],
  unsearched: ["?", "not searched"],
  scope: ["–", "out of scope"],
  ours: ["0", "none that a source states"],
};

/** Everything that the table, the panel and the downloads show. */
function measure(wanted) {
  const { cells, byRow, byColumn } = counted(wanted);
  const axis = (id, found) =>
    facet(id).terms.map(([term, label, depth, page], at) => ({ at, id: term, label, depth, page, ...told(found.get(at)) }));
  const rows = axis(wanted.rows, byRow);
  const columns = axis(wanted.columns, byColumn);
  const inside = new Map();
  let most = 1;
  for (const row of rows) {
    for (const column of columns) {
      const cell = told(cells.get(`${row.at} ${column.at}`));
      if (!cell.entries.length) Object.assign(cell, emptiness(row.at, column.at, wanted));
      else if (!cell.n) cell.empty = "ours";
      most = Math.max(most, cell.n);
      inside.set(`${row.at} ${column.at}`, cell);
    }
  }
  for (const cell of inside.values()) cell.size = Math.min(4, 1 + Math.floor((3 * cell.n) / most));
  const has = (item) => !wanted.filled || item.n > 0;
  const labels = [wanted.rows, wanted.columns].map((id) => facet(id).label);
  const lower = (text) => text.charAt(0).toLowerCase() + text.slice(1);
  return {
    wanted,
    title: ready.find((link) => same(link, wanted))?.textContent ?? `${data.kinds.find(({ id }) => id === wanted.of).label} by ${lower(labels[0])} and ${lower(labels[1])}`,
    labels,
    rows: rows.filter(has),
    columns: columns.filter(has),
    cell: (row, column) => inside.get(`${row.at} ${column.at}`),
    words: WORDS,
    stated: stated(),
  };
}

// The table --------------------------------------------------------------------------------------

function link(to, ...children) {
  return make("a", { href: to, tabIndex: -1 }, ...children);
}

const hidden = (text) => make("span", { className: "bw-hidden" }, text);

function cellOf(row, column) {
  const { wanted } = shown;
  const cell = shown.cell(row, column);
  const name = make("span", { className: "bw-map__column" }, column.label);
  const place = { ...wanted, row: row.id, column: column.id };
  if (cell.empty) {
    const [sign, words] = WORDS[cell.empty];
    const inside = [name, sign, hidden(` ${words}`)];
    const to = { none: () => root + cell.searches[0].address, unsearched: () => how, ours: () => address(place) };
    const target = to[cell.empty]?.();
    const stop = target ? link(target, ...inside) : make("span", { className: "bw-cell__in", tabIndex: -1 }, ...inside);
    if (cell.empty === "ours") {
      stop.dataset.place = "";
      stop.append(make("span", { className: "bw-cell__voices" }, `${cell.judged} judged`));
    }
    if (cell.empty === "unsearched" && target) stop.append(hidden("; how to look"));
    return [make("td", { className: `bw-cell bw-cell--${cell.empty}`, role: "gridcell" }, stop), stop];
  }
  const stop = link(
    address(place),
    name,
    make("span", { className: "bw-cell__n" }, String(cell.n)),
    hidden(cell.n === 1 ? " record, " : " records, "),
    make("span", { className: "bw-cell__shape", "data-size": cell.size, "data-level": cell.level.id }),
    make("span", { className: "bw-cell__voices" }, `${cell.independent} independent`, hidden(cell.independent === 1 ? " source" : " sources")),
    hidden(shown.stated ? "" : `, ${cell.level.label.toLowerCase()}`),
  );
  stop.dataset.place = "";
  return [make("td", { className: "bw-cell", role: "gridcell" }, stop), stop];
}

function header(item, scope, wanted) {
  const stop = link(address(wanted), item.label, hidden(`, ${count(item.n, "record")}`));
  stop.dataset.place = "";
  const made = make("th", { scope, role: scope === "row" ? "rowheader" : "columnheader" }, stop);
  if (item.depth) made.style.setProperty("--depth", item.depth);
  return [made, stop];
}

function total(item, wanted, label) {
  const stop = link(address(wanted), label, make("span", { className: "bw-cell__n" }, String(item.n)), hidden(" in all"));
  stop.dataset.place = "";
  return [make("td", { className: "bw-cell bw-cell--total", role: "gridcell" }, stop), stop];
}

function table() {
  const { wanted, rows, columns } = shown;
  const scroll = figure.querySelector(".bw-scroll");
  const old = scroll.querySelector("table");
  const caption = make("caption", { id: "evidence-map-caption" }, shown.title);
  const top = columns.map((column) => header(column, "col", { ...wanted, row: null, column: column.id }));
  const head = make("tr", { role: "row" }, make("td", { role: "presentation" }), ...top.map(([th]) => th),
    make("th", { scope: "col", role: "columnheader" }, "All"));
  stops = [[null, ...top.map(([, stop]) => stop), null]];
  const body = rows.map((row) => {
    const [th, first] = header(row, "row", { ...wanted, row: row.id, column: null });
    const cells = columns.map((column) => cellOf(row, column));
    const name = make("span", { className: "bw-map__column" }, "All");
    const [sum, last] = total(row, { ...wanted, row: row.id, column: null }, name);
    stops.push([first, ...cells.map(([, stop]) => stop), last]);
    return make("tr", { role: "row" }, th, ...cells.map(([td]) => td), sum);
  });
  const sums = columns.map((column) =>
    total(column, { ...wanted, row: null, column: column.id }, make("span", { className: "bw-map__column" }, column.label)));
  stops.push([null, ...sums.map(([, stop]) => stop), null]);
  body.push(make("tr", { role: "row" }, make("th", { scope: "row", role: "rowheader" }, "All"), ...sums.map(([td]) => td),
    make("td", { role: "gridcell", className: "bw-cell" })));
  const made = make("table", { className: "bw-table bw-matrix bw-map__table", role: "grid", "aria-labelledby": "evidence-map-caption" },
    caption, make("thead", { role: "rowgroup" }, head), make("tbody", { role: "rowgroup" }, ...body));
  scroll.setAttribute("aria-labelledby", "evidence-map-caption");
  scroll.removeAttribute("tabindex"); // the grid inside takes the focus
  old.replaceWith(made);
  const chosen = placeOf(wanted);
  if (chosen) here = chosen;
  if (!seen(...here)) here = firstStop();
  stops[here[0]]?.[here[1]]?.setAttribute("tabindex", "0");
  if (chosen) stops[chosen[0]][chosen[1]].setAttribute("aria-current", "true");
}

function placeOf({ row, column }) {
  if (!row && !column) return null;
  const r = row ? shown.rows.findIndex(({ id }) => id === row) + 1 : 0;
  const c = column ? shown.columns.findIndex(({ id }) => id === column) + 1 : 0;
  return (row && !r) || (column && !c) ? null : [r, c];
}

// Keys -------------------------------------------------------------------------------------------

// Only the head may be hidden; asking that of the body would have it laid out at once.
const seen = (r, c) => Boolean(stops[r]?.[c] && (r || stops[r][c].getClientRects().length));

function firstStop() {
  for (let r = 1; r < stops.length; r += 1) for (let c = 1; c < stops[r].length; c += 1) if (seen(r, c)) return [r, c];
  return [1, 0];
}

/** The next place that can be focused from [r, c] in steps of [down, right]; the place itself at the edge. */
function towards([r, c], down, right) {
  const [height, width] = [stops.length, stops[0].length];
  for (let [i, j] = [r + down, c + right]; i >= 0 && i < height && j >= 0 && j < width; i += down, j += right) {
    if (seen(i, j)) return [i, j];
  }
  return [r, c];
}

function far(place, down, right, steps = Infinity) {
  let now = place;
  for (let n = 0; n < steps; n += 1) {
    const next = towards(now, down, right);
    if (next[0] === now[0] && next[1] === now[1]) break;
    now = next;
  }
  return now;
}

const MOVES = {
  ArrowUp: () => towards(here, -1, 0),
  ArrowDown: () => towards(here, 1, 0),
  ArrowLeft: () => towards(here, 0, -1),
  ArrowRight: () => towards(here, 0, 1),
  Home: (control) => far(control ? far(here, -1, 0) : here, 0, -1),
  End: (control) => far(control ? far(here, 1, 0) : here, 0, 1),
  PageUp: () => far(here, -1, 0, 5),
  PageDown: () => far(here, 1, 0, 5),
};

function settle(place) {
  stops[here[0]]?.[here[1]]?.setAttribute("tabindex", "-1");
  here = place;
  stops[here[0]][here[1]].setAttribute("tabindex", "0");
}

function onKey(event) {
  if (!event.target.closest("[role=grid]") || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.key === " ") {
    event.preventDefault();
    event.target.click();
  }
  const move = MOVES[event.key];
  if (!move || (event.ctrlKey && !["Home", "End"].includes(event.key))) return;
  event.preventDefault();
  settle(move(event.ctrlKey));
  stops[here[0]][here[1]].focus();
}

// Records ----------------------------------------------------------------------------------------

function items(entries, of) {
  return entries.map(([name, entry]) => {
    const [, title, page] = titles.records[name];
    const whats = of === "learning" ? entry.units.map((n) => titles.what[n]).filter(Boolean) : [];
    return make("li", {}, make("a", { href: root + page }, title),
      entry.judged ? make("span", { className: "bw-judged-label" }, "our judgement") : "",
      ...whats.map((what) => make("span", { className: "bw-map__what" }, what)));
  });
}

function list(entries, of) {
  const kinds = Map.groupBy
    ? Map.groupBy(entries, ([name]) => titles.records[name][0])
    : entries.reduce((all, entry) => {
        const kind = titles.records[entry[0]][0];
        return all.set(kind, [...(all.get(kind) ?? []), entry]);
      }, new Map());
  const parts = [];
  for (const [kind, found] of kinds) {
    const made = make("ul", {}, ...items(found.slice(0, SHOWN), of));
    if (kinds.size > 1) parts.push(make("h3", {}, `${titles.kinds[kind]} (${found.length})`));
    parts.push(made);
    const rest = found.slice(SHOWN);
    if (rest.length) {
      const more = make("button", { type: "button", className: "bw-map__button" }, `Show the other ${rest.length}`);
      more.addEventListener("click", () => {
        const added = items(rest, of);
        made.append(...added);
        more.remove();
        added[0].querySelector("a").focus();
      });
      parts.push(more);
    }
  }
  return parts;
}

function sure(cell) {
  if (shown.stated) return "How sure anyone can be is our judgement, and left out.";
  if (!cell.levels.length) return "No finding rests on these records, so confidence is not assessed.";
  const by = data.levels.map((level, n) => [level.label.toLowerCase(), cell.levels.filter((found) => found === n).length]);
  const parts = by.filter(([, n]) => n).map(([label, n]) => `${n} with ${label}`);
  return `Among the findings that they are or bear on: ${parts.join(", ")}.`;
}

function inExplorer({ of, rows, columns, row, column }) {
  if (!explorer || of === "learning") return "";
  const query = new URLSearchParams();
  if (data.kinds.some(({ id }) => id === of)) query.append("kinds", of);
  if (row) query.append(rows, row);
  if (column) query.append(columns, column);
  return make("a", { href: `${explorer}?${query}` }, "In the explorer");
}

async function open(focus) {
  const { wanted } = shown;
  const row = shown.rows.find(({ id }) => id === wanted.row);
  const column = shown.columns.find(({ id }) => id === wanted.column);
  panel.hidden = !row && !column;
  map.classList.toggle("bw-map--open", !panel.hidden);
  if (panel.hidden) return;
  const chosen = row && column ? shown.cell(row, column) : row ?? column;
  const before = location.href;
  titles ??= await fetch(map.dataset.titles).then((answer) => answer.json());
  if (before !== location.href) return;
  const heading = make("h2", { id: "evidence-map-records" });
  [row, column].filter(Boolean).forEach((item, n) => {
    if (n) heading.append(" · ");
    heading.append(item.page ? make("a", { href: root + item.page }, item.label) : item.label);
  });
  const close = make("button", { type: "button", className: "bw-map__button" }, "Back to the map");
  close.addEventListener("click", () => leave());
  const entries = chosen.entries.filter(([, entry]) => !(shown.stated && entry.judged));
  const parts = [heading];
  if (entries.length) {
    const many = chosen.judged === chosen.n ? "all" : chosen.judged;
    const ours = !shown.stated && chosen.judged ? `, ${many} here by our judgement,` : "";
    parts.push(make("p", {}, make("strong", {}, count(chosen.n, "record")), `${ours} from ${count(chosen.independent, "independent source")}. ${sure(chosen)}`));
    parts.push(make("p", { className: "bw-map__links" }, make("a", { href: address(wanted) }, "Link to these records"), inExplorer(wanted)));
    parts.push(...list(entries, wanted.of));
  } else if (chosen.judged) {
    parts.push(make("p", {}, `No source itself says so. By our judgement, which is left out, ${count(chosen.judged, "record")} would stand here.`));
  } else if (chosen.empty === "none") {
    parts.push(make("p", {}, "Searched, and none found: ", ...chosen.searches.flatMap(({ title, address: to }, n) =>
      [n ? ", " : "", make("a", { href: root + to }, title)]), ". That none was found does not mean that there is none."));
  } else {
    parts.push(make("p", {}, "Nothing is counted here. ", how ? make("a", { href: how }, "What was searched, and how to look") : ""));
  }
  parts.push(close);
  panel.replaceChildren(...parts);
  panel.setAttribute("aria-labelledby", heading.id);
  panel.removeAttribute("aria-label");
  if (focus) {
    panel.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
  }
}

function leave() {
  const place = here;
  go({ ...shown.wanted, row: null, column: null });
  settle(seen(...place) ? place : firstStop());
  stops[here[0]][here[1]].focus();
}

// All together -----------------------------------------------------------------------------------

function choices(wanted) {
  const fill = (select, options, chosen) =>
    select.replaceChildren(...options.map(({ id, label }) => make("option", { value: id, selected: id === chosen }, label)));
  const { elements } = form;
  elements.of.value = wanted.of;
  fill(elements.rows, offered(wanted.of), wanted.rows);
  fill(elements.columns, offered(wanted.of), wanted.columns);
  elements.filled.checked = wanted.filled;
}

function draw(focus = false, measured = measure(asked())) {
  shown = measured;
  const { wanted } = shown;
  choices(wanted);
  table();
  for (const link of ready) {
    if (same(link, wanted)) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  status.textContent = `${shown.title}: ${count(shown.rows.length, "row")}, ${count(shown.columns.length, "column")}`;
  open(focus);
}

function onChange(event) {
  const { elements } = form;
  const wanted = { of: elements.of.value, rows: elements.rows.value, columns: elements.columns.value, filled: elements.filled.checked };
  if (wanted.rows === wanted.columns) {
    const other = event.target === elements.rows ? "columns" : "rows";
    wanted[other] = shown.wanted[event.target.name];
  }
  here = [1, 1];
  go(wanted);
}

async function download(form_) {
  const made = await import("./evidence-map-export.js");
  await made.save(shown, form_, data.levels);
}

function onClick(event) {
  const button = event.target.closest("[data-do]");
  if (button?.dataset.do === "swap") {
    const { wanted } = shown;
    go({ ...wanted, rows: wanted.columns, columns: wanted.rows, row: null, column: null });
  } else if (button) {
    download(button.dataset.do);
  }
  const link = event.target.closest("a[data-place], .bw-map__starts a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const url = new URL(link.href);
  const judgement = new URLSearchParams(location.search).get("judgement");
  if (judgement) url.searchParams.set("judgement", judgement);
  if (url.href !== location.href) history.pushState(null, "", url);
  draw(link.dataset.place !== undefined);
}

async function begin() {
  try {
    const answer = await fetch(map.dataset.source);
    data = await answer.json();
  } catch {
    map.classList.add("bw-map--failed"); // the tables stay as they were made
    form.remove();
    map.querySelector(".bw-map__starts")?.remove();
    return;
  }
  await pause();
  figure.querySelector("[data-lists]")?.remove();
  document.querySelector("[data-ready-made]")?.remove();
  map.querySelector(".bw-map__export").hidden = false;
  form.addEventListener("change", onChange);
  form.addEventListener("submit", (event) => event.preventDefault());
  map.addEventListener("click", onClick);
  map.addEventListener("keydown", onKey);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  figure.addEventListener("focusin", ({ target }) => {
    stops.forEach((row, r) => row.forEach((stop, c) => stop === target && settle([r, c])));
  });
  addEventListener("popstate", () => draw());
  document.addEventListener("bw:judgement", () => draw());
  const first = measure(asked());
  await pause();
  if (!shown) draw(false, first); // a reader may have been quicker
  map.dataset.ready = "";
}

begin();
