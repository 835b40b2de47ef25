// The search page: what is searched for and chosen stands in the address, so that a link shows the same.

import { address, counted, el, explained, item, nothing, open } from "./search.js";

const OF_EACH_KIND = 4;
const OF_ONE_KIND = 20;
const PAUSE = 250;

const part = (name) => document.querySelector(`[data-search${name}]`);
const form = part("-form");
const input = form.elements.q;
const results = part("-results");
const filters = part("-filters");
const fields = part("-fields");
const status = part("-status");
const title = document.title;

let turn = 0;
let length = OF_ONE_KIND;
let timer;
let search;

function state() {
  const asked = new URLSearchParams(location.search);
  const known = search?.filters ?? [];
  const chosen = {};
  for (const { name, terms } of known) {
    const given = asked.getAll(name).filter((term) => terms.some(([id]) => id === term));
    if (given.length) chosen[name] = given;
  }
  return { query: (asked.get("q") ?? "").trim(), chosen };
}

function goTo(query, chosen, { replace = false } = {}) {
  const target = address(query, chosen);
  if (target !== location.href) history[replace ? "replaceState" : "pushState"](null, "", target);
  length = OF_ONE_KIND;
  return show();
}

async function show() {
  const mine = ++turn;
  try {
    search = await open();
    await search.furnish();
    const { query, chosen } = state();
    if (document.activeElement !== input || input.value.trim() !== query) input.value = query;
    document.title = query ? `${query}: ${title}` : title;
    const found = await search.find(query);
    const kept = search.narrow(found, chosen);
    const content = await written(query, chosen, found, kept);
    const menus = choices(found, chosen);
    if (mine !== turn) return;
    const focus = document.activeElement?.id;
    results.replaceChildren(...content);
    fields.replaceChildren(...menus);
    const picked = Object.values(chosen).flat().length;
    filters.firstElementChild.textContent = picked ? `Filters (${picked} chosen)` : "Filters";
    part("").hidden = false;
    part("-sections").hidden = kept.length > 0 && Boolean(query || picked);
    if (focus) document.getElementById(focus)?.focus();
    if (query || picked) status.textContent = kept.length ? counted(kept.length) : "Nothing found";
  } catch (error) {
    console.error(error);
    if (mine !== turn) return;
    results.replaceChildren(el("p", {}, el("strong", {}, "The search could not be loaded."), " The sections below lead to every record."));
    filters.hidden = true;
    part("").hidden = part("-sections").hidden = false;
  }
}

async function written(query, chosen, found, kept) {
  const picked = Object.keys(chosen).length > 0;
  if (!query && !picked) {
    const groups = search.byKind(found);
    return [
      el("h2", { id: "results", tabindex: "-1" }, "Or start from a kind"),
      el("ul", {}, ...groups.map(({ kind, label, results: of }) => el("li", {}, link(query, { kind: [kind] }, label), ` ${of.length.toLocaleString("en-GB")}`))),
    ];
  }
  if (!kept.length) {
    const without = found.length ? [el("p", {}, link(query, {}, `Without the filters: ${counted(found.length)}`))] : [];
    return found.length
      ? [heading("Nothing fits with these filters"), el("p", {}, "That nothing is found here does not mean that there is nothing: nobody may have looked, or put it under this term."), ...without]
      : [heading("Nothing found"), await nothing(search, query)];
  }
  const groups = search.byKind(kept);
  const head = [heading(query ? `${counted(kept.length)} for “${query}”` : counted(kept.length)), ...chips(query, chosen), ...explained(search, query)];
  if (groups.length === 1) {
    const [{ results: of, label }] = groups;
    const shown = of.slice(0, length);
    return [
      ...head,
      el("h3", {}, label),
      el("ol", { class: "bw-hits" }, ...(await Promise.all(shown.map(item)))),
      of.length > length ? el("p", { class: "bw-actions" }, el("button", { type: "button", class: "bw-button bw-button--quiet", id: "more", "data-more": true }, `Show more (${(of.length - length).toLocaleString("en-GB")} left)`)) : "",
    ];
  }
  const sections = await Promise.all(
    groups.map(async ({ kind, label, results: of }) =>
      el(
        "section",
        { "aria-labelledby": `kind-${kind}` },
        el("h3", { id: `kind-${kind}` }, `${label} `, el("span", { class: "bw-find__count" }, of.length.toLocaleString("en-GB"))),
        el("ul", { class: "bw-hits" }, ...(await Promise.all(of.slice(0, OF_EACH_KIND).map(item)))),
        of.length > OF_EACH_KIND ? el("p", {}, link(query, { ...chosen, kind: [kind] }, `All ${of.length.toLocaleString("en-GB")}: ${label}`, "bw-more")) : "",
      ),
    ),
  );
  return [...head, ...sections];
}

const heading = (text) => el("h2", { id: "results", tabindex: "-1" }, text);

function link(query, chosen, text, css) {
  return el("a", { href: address(query, chosen), class: css, "data-go": true }, text);
}

/** The chosen terms, each a link that takes it away. */
function chips(query, chosen) {
  const rows = search.filters.flatMap(({ name, label, terms }) =>
    (chosen[name] ?? []).map((term) => {
      const rest = { ...chosen, [name]: chosen[name].filter((other) => other !== term) };
      return el("li", {}, el("a", { class: "bw-tag bw-chip", href: address(query, rest), "data-go": true }, el("span", { class: "bw-hidden" }, `Without ${label}: `), terms.find(([id]) => id === term)[1]));
    }),
  );
  return rows.length ? [el("ul", { class: "bw-tags", "aria-label": "Chosen filters" }, ...rows)] : [];
}

/** A group of tick boxes for each filter, with how many results each term would give. */
function choices(found, chosen) {
  const open_ = new Set([...fields.querySelectorAll("details[open]")].map((each) => each.dataset.name));
  const made = [];
  for (const { name, label, terms } of search.filters) {
    const [among, sets] = [search.narrow(found, chosen, name), search.sets(name)];
    const picked = chosen[name] ?? [];
    const rows = terms
      .map(([term, text]) => ({ term, text, count: among.filter(({ id }) => sets.get(term).has(id)).length }))
      .filter(({ term, count }) => count || picked.includes(term));
    if (!rows.length) continue;
    const boxes = rows.map(({ term, text, count }) => {
      const id = `filter-${name}-${term}`;
      const box = el("input", { type: "checkbox", id, name, value: term });
      box.checked = picked.includes(term);
      return el("li", {}, el("label", { for: id }, box, el("span", {}, text), el("span", { class: "bw-find__count" }, count.toLocaleString("en-GB"))));
    });
    const first = made.length === 0 && !fields.childElementCount;
    made.push(
      el(
        "details",
        { "data-name": name, open: open_.has(name) || picked.length > 0 || first },
        el("summary", { id: `filter-${name}` }, picked.length ? `${label} (${picked.length})` : label),
        el("div", { role: "group", "aria-labelledby": `filter-${name}` }, el("ul", {}, ...boxes)),
      ),
    );
  }
  return made;
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => goTo(input.value.trim(), state().chosen, { replace: true }), PAUSE);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  goTo(input.value.trim(), state().chosen);
});
fields.addEventListener("change", ({ target }) => {
  const { query, chosen } = state();
  const rest = (chosen[target.name] ?? []).filter((term) => term !== target.value);
  goTo(query, { ...chosen, [target.name]: target.checked ? [...rest, target.value] : rest });
});
results.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const way = event.target.closest("[data-go], [data-query]");
  const more = event.target.closest("[data-more]");
  if (way) {
    event.preventDefault();
    history.pushState(null, "", way.href);
    length = OF_ONE_KIND;
    input.value = state().query;
    await show();
    document.getElementById("results")?.focus();
  } else if (more) {
    const shown = length;
    length += OF_ONE_KIND;
    await show();
    results.querySelectorAll(".bw-hit__title")[shown]?.focus();
  }
});
addEventListener("popstate", () => {
  input.value = state().query;
  show();
});
document.addEventListener("bw:judgement", show);

// Filters stand open beside the results where there is room.
const wide = matchMedia("(min-width: 60em)");
const fit = () => (filters.open = wide.matches);
wide.addEventListener("change", fit);
fit();

const key = part("-key");
try {
  const box = key.querySelector("input");
  box.checked = localStorage.getItem("bw-search-key") !== "off";
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem("bw-search-key") : localStorage.setItem("bw-search-key", "off")));
  key.hidden = false;
} catch {
  // Nothing can be kept on this machine: then there is nothing to choose.
}

input.value = new URLSearchParams(location.search).get("q") ?? "";
show();
