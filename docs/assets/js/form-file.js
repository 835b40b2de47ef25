// Makes the file of a contribution from the answers to a form: what stands where, BibTeX, YAML.

// What may not stand in a file: control characters, and those that change the order in which text is shown.
const REFUSED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SAFE = /^\p{L}[\p{L}\p{N} ,.;()’“”–—…%/+-]*$/u;
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

export const clean = (text) => text.replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n").replace(REFUSED, "").trim();

export const slug = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").replace(/['’]/g, "").toLowerCase().match(/[a-z0-9]+/g)?.join("-").slice(0, 60).replace(/-$/, "") ?? "";

/** Return a contribution and, for a document that the bibliography lacks, its description. */
export function assemble(answers, rules, today) {
  const { document: given = {}, passages = [], account = {}, send = {} } = answers;
  const id = send.id || slug(account.title ?? "");
  const work = !rules.ids.source.includes(given.source) ? describe(given, today) : null;
  const known = work && rules.dois[work.fields.doi?.toLowerCase()];
  const source = work ? known || key(work, rules) : given.source;
  const uid = (index) => `${source}/${id}-${Number(index) + 1}`;
  const quotes = [];
  const claims = passages.map(({ numbers = [], ...claim }, index) => {
    const figures = numbers.map((each, at) => {
      const number = numbers.length > 1 ? { key: `n${at + 1}` } : {};
      const figure = (each.printed ?? "").match(/-?\d[\d,]*(?:\.\d+)?/)?.[0].replaceAll(",", "") ?? each.printed;
      if (each.printed && /\d/.test(each.printed)) quotes.push([each.printed, `[[value:${uid(index)}${number.key ? `#${number.key}` : ""}]]`]);
      return { ...number, ...(figure ? { value: figure } : {}), ...each };
    });
    return { id: `${id}-${index + 1}`, ...claim, ...(figures.length ? { numbers: figures } : {}) };
  });
  // Links to records are for those who know what is there; what looks like one is taken for text.
  const told = each(account, (text, name) => {
    if (name === "claim" || name === "claims") return uid(text);
    text = text.replace(/\[\[/g, "[ [").replace(/\[@/g, "[ @");
    for (const [printed, pointer] of ["what", "summary", "done", "reason", "note"].includes(name) ? quotes : []) {
      const literal = printed.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      text = text.replace(new RegExp(`(?<![\\p{L}\\p{N}_.,/])${literal}(?![\\p{L}\\p{N}_])`, "gu"), () => pointer);
    }
    return text;
  });
  const countries = [];
  const placed = each(told, (text) => {
    if (!text.startsWith("+")) return text;
    const notation = text.slice(1);
    if (!/^[A-Z]{2}$/.test(notation)) return text;
    const country = notation.toLowerCase();
    if (!countries.some((one) => one.id === country)) countries.push({ id: country, label: countryName(notation), notation });
    return country;
  });
  const contribution = {
    sent: today,
    source,
    ...(work && !known ? { reference: bibtex(source, work) } : {}),
    ...(work && !rules.ids.source.includes(source) ? { document: { title: sourceTitle(work), ...pick(given, "type", "summary") } } : {}),
    ...(countries.length ? { countries } : {}),
    passages: each(claims, (text) => text.replace(/\[\[/g, "[ [").replace(/\[@/g, "[ @")),
    [rules.account]: { ...placed, claims: claims.map((claim) => `${source}/${claim.id}`) },
  };
  return { id, contribution, work: known ? null : work };
}

export const countryName = (code) => new Intl.DisplayNames("en", { type: "region", fallback: "none" }).of(code) ?? "";

const pick = (from, ...names) => Object.fromEntries(names.filter((name) => from[name]).map((name) => [name, from[name]]));

/** Map every text in a piece of data; `name` is the field that it stands in. */
function each(data, change, name = "") {
  if (typeof data === "string") return change(data, name);
  if (Array.isArray(data)) return data.map((item) => each(item, change, name));
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, each(value, change, key)]));
}

/** Return the entry of a document's description, its fields as BibTeX names them. */
export function describe(given, today) {
  const line = (text) => (text ?? "").replace(/[{}\\\p{Cf}]/gu, "").replace(/\s+/g, " ").trim();
  const entry = given.entry ?? "";
  const persons = (given.authors ?? []).flatMap((name) => line(name).split(/ and /i)).map((name) => {
    const [family, ...rest] = name.split(",").map((part) => part.trim()).filter(Boolean);
    return [family, rest.join(" ")].filter(Boolean).join(", ");
  }).filter(Boolean);
  const organisation = line(given.organisation);
  const issuer = { report: "institution", thesis: "institution", online: "organization", book: "publisher" }[entry];
  const doi = line(given.doi).replace(/^(?:(?:https?:\/\/)?(?:dx\.|www\.)?doi\.org\/|doi:\s*|info:doi\/)/i, "");
  const url = line(given.url);
  const fields = {
    author: persons.length ? persons.join(" and ") : organisation && (issuer !== "institution" || entry !== "thesis") ? `{${organisation}}` : "",
    ...(organisation && issuer && (persons.length || entry === "thesis") ? { [issuer]: organisation } : {}),
    title: line(given.title),
    ...(entry === "article" ? { journaltitle: line(given.journal) } : {}),
    date: line(given.date),
    doi,
    url,
    ...(url ? { urldate: today } : {}),
    provenance: `The document itself, read by the contributor on ${today}`,
  };
  Object.defineProperty(fields, "persons", { value: persons });
  return { entry, fields };
}

const VERBATIM = ["doi", "url", "urldate", "date", "provenance"];

function bibtex(key, { entry, fields }) {
  const escaped = (name, text) => (VERBATIM.includes(name) ? text : text.replace(/[&%$#_]/g, "\\$&"));
  const lines = Object.entries(fields).filter(([, text]) => text).map(([name, text]) => `  ${name} = {${escaped(name, text)}},`);
  return [`@${entry}{${key},`, ...lines, "}"].join("\n");
}

const who = ({ fields }) => (fields.persons[0] ?? fields.author).split(",")[0].replace(/[{}]/g, "");

function key(work, rules) {
  const year = work.fields.date.match(/^\d{4}/)?.[0] ?? "";
  const start = (slug(who(work)) || slug(work.fields.title) || "document").slice(0, 40) + year;
  const taken = new Set([...rules.ids.source, ...rules.ids.reference]);
  let found = start;
  for (let more = 2; taken.has(found); more += 1) found = `${start}-${more}`;
  return found;
}

function sourceTitle(work) {
  const before = [who(work), work.fields.date.match(/^\d{4}/)?.[0]].filter(Boolean).join(", ");
  return [before, work.fields.title].filter(Boolean).join(": ");
}

/** Write data as YAML; every text that might be read as anything else stands in quotation marks. */
export function yaml(data, indent = "") {
  return Object.entries(data)
    .map(([name, value]) => {
      if (name === "reference") return `${indent}reference: |\n${value.split("\n").map((line) => `  ${line}`).join("\n")}\n`;
      return `${indent}${name}:${below(value, `${indent}  `)}`;
    })
    .join("");
}

function below(value, indent) {
  if (typeof value === "string") return ` ${scalar(value)}\n`;
  if (!Array.isArray(value)) return Object.keys(value).length ? `\n${yaml(value, indent)}` : " {}\n";
  if (!value.length) return " []\n";
  const items = value.map((item) => (typeof item === "string" ? `${scalar(item)}\n` : yaml(item, `${indent}  `).trimStart() || "{}\n"));
  return `\n${items.map((item) => `${indent}- ${item}`).join("")}`;
}

export function scalar(text) {
  if (SAFE.test(text) && !WORDS.test(text)) return text;
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (sign) => `\\u${sign.codePointAt(0).toString(16).padStart(4, "0")}`);
}
