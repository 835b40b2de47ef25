// Searching: the index and the words that stand for each other, and how a result is written.
// Nothing here draws on a particular topic: filters and synonyms come from assets/search.json.

export const ROOT = new URL("../../", import.meta.url);
const JUDGED = "~"; // before a value that a page has by our judgement only
const SIGN = "pagefind_dcd".length; // before the data in each piece of the index
const MOST_VARIANTS = 3;
const VARIANT_WEIGHT = 0.7;
const FEW = 8; // results below which other words are tried too

let opened;

/** Load the index and the words, once; try again at the next call if that fails. */
export function open() {
  opened ??= load().catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function load() {
  const [engine, words, pages] = await Promise.all([
    import(new URL("pagefind/pagefind.js", ROOT)),
    get("assets/search.json").then((answer) => answer.json()),
    get("pagefind/pages.json").then((answer) => answer.json()),
  ]);
  const index = engine.createInstance({ noWorker: true, baseUrl: ROOT.pathname, excerptLength: 24 });
  await index.init();
  return new Search(index, words, pages);
}

async function get(path) {
  const answer = await fetch(new URL(path, ROOT));
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

/** Whether the reader wants only what the sources state. */
const statedOnly = () => document.documentElement.dataset.judgement === "stated";

export class Search {
  #index;
  #words;
  #sets = {};
  #ids;
  #known;
  #furnished;

  constructor(index, { filters, words }, pages) {
    this.#index = index;
    this.#ids = pages.ids;
    this.#known = filters;
    this.#furnish(pages.filters);
    this.#words = words.map(([address, ...names]) => ({ address, names, keys: names.map((name) => tokens(name).map(stem).join(" ")) }));
  }

  /** Fetch which pages fit which filters; only their kinds are known before. */
  furnish() {
    return (this.#furnished ??= get("pagefind/filters.json").then((answer) => answer.json()).then((found) => this.#furnish(found)));
  }

  #furnish(found) {
    for (const { name, terms } of this.#known) {
      if (!found[name]) continue;
      const set = (value) => {
        let number = 0;
        return (found[name][value] ?? []).map((step) => this.#ids[(number += step)]);
      };
      this.#sets[name] = terms.map(([term]) => [term, new Set(set(term)), new Set([...set(term), ...set(JUDGED + term)])]);
    }
    this.filters = this.#known.filter(({ name }) => this.#sets[name]);
  }

  /** Find pages by words; where they are few, also by their synonyms and other spellings. All pages without words. */
  async find(query) {
    if (!tokens(query).length) return this.#ids.map((id) => ({ id, score: 0, data: () => fragment(id) }));
    const [typed, ...others] = variants(query, this.#words);
    const found = new Map();
    const add = (results, weight) => {
      for (const { id, score, data } of results) {
        if (!(found.get(id)?.score >= score * weight)) found.set(id, { id, score: score * weight, data });
      }
    };
    add(await this.#look(typed), 1);
    if (found.size < FEW) for (const results of await Promise.all(others.map((words) => this.#look(words)))) add(results, VARIANT_WEIGHT);
    return [...found.values()].sort((a, b) => b.score - a.score);
  }

  /** Ask the index. It takes an ever shorter beginning of a word that it lacks; such results are left out. */
  async #look(words) {
    const { results } = await this.#index.search(words);
    if (!results.length) return results;
    const { content, locations } = await results[0].data();
    const all = content.split(/\s+/);
    const hits = locations.flatMap((place) => tokens(all[place] ?? ""));
    const alike = (word, hit) => hit.startsWith(word.slice(0, Math.max(Math.min(3, word.length), Math.ceil(word.length / 2))));
    return tokens(words).every((word) => hits.some((hit) => alike(word, hit))) ? results : [];
  }

  /** Ids of the pages that have each term of a filter. */
  sets(name) {
    return new Map(this.#sets[name].map(([term, stated, all]) => [term, statedOnly() ? stated : all]));
  }

  /** Keep what has one of the chosen terms of every filter; `but` names a filter to pass over. */
  narrow(found, chosen, but = "") {
    let kept = found;
    for (const [name, terms] of Object.entries(chosen)) {
      if (!terms.length || name === but) continue;
      const sets = this.sets(name);
      kept = kept.filter(({ id }) => terms.some((term) => sets.get(term)?.has(id)));
    }
    return kept;
  }

  /** Part results by kind, in the order in which kinds are listed. */
  byKind(found) {
    const sets = this.sets("kind");
    return this.filters[0].terms
      .map(([kind, label]) => ({ kind, label, results: found.filter(({ id }) => sets.get(kind).has(id)) }))
      .filter(({ results }) => results.length);
  }

  /** Pages that explain what was typed: glossary terms and themes of that name. */
  named(query) {
    const key = tokens(query).map(stem).join(" ");
    return key ? this.#words.filter(({ address, keys }) => address && keys.includes(key)) : [];
  }

  /** Names near to what was typed, nearest first. */
  near(query) {
    const typed = tokens(query);
    const scored = [];
    for (const { names } of this.#words) {
      for (const name of names) {
        const parts = tokens(name);
        const whole = distance(typed.join(" "), parts.join(" "));
        const best = Math.min(whole / Math.max(4, name.length), ...typed.filter((word) => word.length > 3).flatMap((word) => parts.map((part) => 0.05 + distance(word, part) / Math.max(4, word.length))));
        if (best <= 0.34) scored.push([best, name]);
      }
    }
    scored.sort(([a], [b]) => a - b);
    const once = new Map();
    for (const [, name] of scored) {
      const key = tokens(name).map(stem).join(" ");
      if (!once.has(key)) once.set(key, name);
    }
    return [...once.values()].slice(0, 5);
  }

  /** How many pages have each word by itself, for a search that finds nothing with all of them. */
  async apart(query) {
    const words = [...new Set(tokens(query))];
    if (words.length < 2) return [];
    return Promise.all(words.slice(0, 6).map(async (word) => ({ word, count: (await this.find(word)).length })));
  }
}

/** Read a page's piece of the index, as for a list without a search. */
async function fragment(id) {
  const packed = (await get(`pagefind/fragment/${id}.pf_fragment`)).body.pipeThrough(new DecompressionStream("gzip"));
  const page = JSON.parse((await new Response(packed).text()).slice(SIGN));
  return { url: ROOT.pathname + page.url.slice(1), meta: page.meta, sub_results: [], excerpt: shortened(page.content.slice((page.meta.title ?? "").length + 2)) };
}

const shortened = (text) => (text.length > 180 ? `${text.slice(0, 180).replace(/\s\S*$/, "")} …` : text);

/** Return the words of a text, in small letters. */
export const tokens = (text) => text.toLowerCase().normalize("NFC").match(/[\p{L}\p{N}]+/gu) ?? [];

const stem = (word) => (word.length > 3 ? word.replace(/(?<=[^s])s$/, "") : word);

/** Return a query as typed, then with synonyms and the other side of the Atlantic's spelling in their place. */
export function variants(query, words) {
  const typed = tokens(query);
  const found = new Map([[typed.join(" "), query.trim()]]);
  const add = (list) => found.size <= MOST_VARIANTS && list.length && found.set(list.join(" "), list.join(" "));
  const respelt = typed.map(respell);
  if (respelt.join() !== typed.join()) add(respelt);
  for (const { names, keys } of words) {
    for (const key of keys) {
      const parts = key.split(" ");
      for (const form of [typed, respelt]) {
        const at = form.findIndex((_, start) => parts.every((part, step) => form[start + step] && stem(form[start + step]) === part));
        if (at < 0) continue;
        const others = new Map(names.map((name, nth) => [keys[nth], tokens(name)]));
        others.delete(key);
        for (const other of others.values()) add([...form.slice(0, at), ...other, ...form.slice(at + parts.length)]);
      }
    }
  }
  return [...found.values()].slice(0, MOST_VARIANTS + 1);
}

// British and American spelling, each way; the first that fits is taken.
const SPELLINGS = [
  [/isation(s?)$/, "ization$1"], [/ization(s?)$/, "isation$1"],
  [/([^aeiou])is(e[ds]?|ing|er)$/, "$1iz$2"], [/([^aeiou])iz(e[ds]?|ing|er)$/, "$1is$2"],
  [/lys(e[ds]?|ing)$/, "lyz$1"], [/lyz(e[ds]?|ing)$/, "lys$1"],
  [/^(behavi|col|fav|hon|lab|neighb|harb|hum|rum|tum|endeav|vig|sav)our/, "$1or"], [/^(behavi|col|fav|hon|lab|neighb|harb|hum|rum|tum|endeav|vig|sav)or/, "$1our"],
  [/^(cent|theat|lit|fib|calib|meag|mit)re(s?)$/, "$1er$2"], [/^(cent|theat|lit|fib|calib|meag|mit)er(s?)$/, "$1re$2"],
  [/^programme/, "program"], [/^program(?!m)/, "programme"],
  [/(ell|all|oll)(ing|ed|er)$/, (all, vowel, end) => vowel.slice(0, -1) + end], [/^(couns|trav|lab|mod|sign|canc)el(ing|ed|er)$/, "$1ell$2"],
  [/^(lic|def|off|pret)ence/, "$1ense"], [/^(lic|def|off|pret)ense/, "$1ence"], [/^practise/, "practice"], [/^judgement/, "judgment"], [/^judgment/, "judgement"],
  [/^(enrol|instal|fulfil)ment/, "$1lment"], [/^(enrol|instal|fulfil)lment/, "$1ment"], [/^skilful/, "skillful"], [/^skillful/, "skilful"],
  [/^ageing/, "aging"], [/^aging/, "ageing"], [/^(catal|dial|anal)ogue/, "$1og"], [/^(catal|dial|anal)og(?!u)/, "$1ogue"], [/^sceptic/, "skeptic"], [/^skeptic/, "sceptic"],
  [/aem|paed|aest|haem|oedem|oest/, (all) => all.replace(/[ao]e/, "e")], [/^ped(?=i)|(?<=orthop)ed/, "paed"], [/^anem/, "anaem"], [/^anesth/, "anaesth"], [/^hem(?=[oa])/, "haem"], [/^gynec/, "gynaec"], [/^gynaec/, "gynec"],
];

function respell(word) {
  const rule = SPELLINGS.find(([pattern]) => pattern.test(word));
  return rule ? word.replace(...rule) : word;
}

function distance(a, b) {
  if (Math.abs(a.length - b.length) > 4) return Infinity;
  let before = [];
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + !same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}

// How results are written -----------------------------------------------------------------------

/** Make an element; text is text, never markup. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== "" && child != null && child !== false));
  return made;
}

/** Write one result: the page, the section that fits best, and the words around. */
export async function item(result) {
  const { url, meta, sub_results: parts, excerpt } = await result.data();
  const weight = (part) => part.weighted_locations.reduce((sum, place) => sum + place.balanced_score, 0);
  const best = parts.reduce((a, b) => (a && weight(a) >= weight(b) ? a : b), undefined);
  const inside = best?.anchor && best.anchor.element !== "h1" ? best : undefined;
  return el(
    "li",
    { class: "bw-hit" },
    el("a", { class: "bw-hit__title", href: url }, meta.title ?? url),
    inside ? el("a", { class: "bw-hit__section", href: inside.url }, inside.title) : "",
    el("p", { class: "bw-hit__text" }, ...marked((best ?? { excerpt }).excerpt, (inside ?? meta).title)),
  );
}

/** Turn an excerpt into text and marks, without what it begins with of a title that stands above it already. */
function* marked(excerpt, title = "") {
  const parts = excerpt.split(/<\/?mark>/).map((part) => part.replaceAll("&lt;", "<").replaceAll("&gt;", ">"));
  const whole = parts.join("");
  const tail = `${title.replace(/[.?!]$/, "")}.`;
  const start = [...tail].findIndex((_, at) => whole.startsWith(tail.slice(at)));
  let skip = title && start >= 0 ? tail.length - start : 0;
  if (!skip && /^\p{Ll}/u.test(whole)) yield "… ";
  for (const [nth, part] of parts.entries()) {
    const rest = part.slice(skip);
    skip = Math.max(0, skip - part.length);
    if (rest) yield nth % 2 ? el("mark", {}, rest) : rest;
  }
  if (/[^\s.?!…]\s*$/.test(whole)) yield " …";
}

/** The search page's address for a query and chosen terms. */
export function address(query, chosen = {}) {
  const asked = new URLSearchParams();
  if (query) asked.set("q", query);
  for (const [name, terms] of Object.entries(chosen)) for (const term of terms) asked.append(name, term);
  const text = asked.toString();
  return new URL(`search.html${text ? `?${text}` : ""}`, ROOT).href;
}

export const counted = (count, one = "result", many = `${one}s`) => `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;

/** Pages that explain a term of that name. */
export function explained(search, query) {
  return search.named(query).map(({ address: where, names }) =>
    el("p", { class: "bw-hit__named" }, "What it means: ", el("a", { href: new URL(where, ROOT).href }, names[0])),
  );
}

/** What to say, and where to go, when nothing is found. */
export async function nothing(search, query) {
  const [apart, near] = [await search.apart(query), search.near(query)];
  const box = el("div", { class: "bw-search__nothing" });
  box.append(
    el("p", {}, el("strong", {}, `Nothing here fits “${query}”.`), " That nothing is found here does not mean that there is nothing: this site holds what has been read so far, in its own words."),
  );
  const link = (word, more = "") => el("li", {}, el("a", { href: address(word), "data-query": word }, word), more);
  if (near.length) box.append(el("p", {}, "Did you mean"), el("ul", {}, ...near.map((name) => link(name))));
  if (apart.some(({ count }) => count)) {
    const rows = apart.map(({ word, count }) => (count ? link(word, `: ${counted(count)}`) : el("li", {}, `${word}: nothing`)));
    box.append(el("p", {}, "Each word by itself"), el("ul", {}, ...rows));
  }
  return box;
}
