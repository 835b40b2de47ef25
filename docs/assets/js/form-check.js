// Holds a contribution against the rules, in the words of `python -m macros check`: the same codes, fields and
// sentences (tests/golden/form.yaml is run through both). The rules are data: assets/form/KIND.json.

const POINTER = /\[\[[a-z-]+:[^[\]|\s]+(?:\|[^[\]]+)?\]\]|\[@[\w:.-]+(?:\s*;\s*@[\w:.-]+)*\]/g;
const FIGURE = /\d[\d,]*(?:\.\d+)?/g;
const SENTINELS = ["not stated", "not applicable"];
const LATE = ["adopted", "spread", "routine"];

const named = (path) => path.findLast((step) => typeof step === "string") ?? "the record";
const plain = (figure) => {
  const text = String(figure).replaceAll(",", "");
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
};
const blank = (text, pattern) => text.replace(pattern, (match) => " ".repeat(match.length));

/** Return what is wrong, as {code, path, message, at}; `at` leads on from the path to where a form shows it. */
export function check(contribution, rules, work = null, today = new Date().toISOString().slice(0, 10)) {
  const problems = [];
  const roles = (scheme, term) => rules.roles[scheme]?.[term] ?? "";
  const pattern = (name, flags = "gu") => new RegExp(rules.patterns[name], flags);
  const placeholder = pattern("placeholder", "iu");
  const number = pattern("number");
  const asides = ["quoted", "date", "names"].map((name) => pattern(name));
  const year = new RegExp(`^(?:${rules.patterns.year})$`);
  const { passages = [], document: source } = contribution;
  const account = contribution[rules.account] ?? {};
  const own = new Map(passages.map((claim) => [`${contribution.source}/${claim.id}`, claim]));

  /** Walk data along its schema; tell what does not fit, and hand on each text with what its field is for. */
  function walk(root, data, place, leaf, tell) {
    const shape = (node, value, path) => {
      const say = (code, message) => tell(code, place(path), message);
      const expected = (what, shown) => say("E203", `“${named(path)}” should be ${what}${shown ? `, not “${shown.slice(0, 60)}”` : ""}.`);
      while (node.$ref) node = root.$defs[node.$ref.split("/").pop()];
      if (node.anyOf) {
        const some = node.anyOf.filter((each) => each.type !== "null");
        if (some.some((each) => each.enum)) {
          const text = String(value).trim();
          const whole = some[0].type === "integer";
          if (!SENTINELS.includes(text) && !(whole ? /^\d{1,15}$/ : /^-?\d{1,18}(\.\d{1,9})?$/).test(text))
            say("E204", `“${named(path)}”: “${text}” is not a ${whole ? "whole number" : "plain number such as 27.3"}, nor “not stated” or “not applicable”.`);
          return;
        }
        // A term may be written short, in place of a group of fields.
        return shape(some.find((each) => (typeof value === "string") === !each.$ref) ?? some[0], value, path);
      }
      if (node.type === "object") {
        if (value === null || typeof value !== "object" || Array.isArray(value))
          return expected("a group of fields (“name: value”), indented below it", typeof value === "string" ? value : "");
        const known = node.properties ?? {};
        for (const name of node.required ?? [])
          if (!(name in value))
            tell("E201", place([...path, name]), `The field “${name}”${path.length ? ` of “${named(path)}”` : ""} is missing.`);
        for (const [name, inner] of Object.entries(value))
          if (name in known) shape(known[name], inner, [...path, name]);
          else tell("E202", place([...path, name]), `There is no field “${name}” here.`);
        return;
      }
      if (node.type === "array") {
        if (!Array.isArray(value)) return expected("a list (lines that start with “- ”)", typeof value === "string" ? value : "");
        if (value.length < (node.minItems ?? 0)) say("E204", `“${named(path)}” needs at least ${node.minItems} entry.`);
        value.forEach((item, index) => shape(node.items, item, [...path, index]));
        return;
      }
      const text = typeof value === "string" ? value.trim() : value;
      if (node.type === "integer") {
        if (!/^[+-]?\d+$/.test(text)) expected("a whole number", String(text));
        else if (Number(text) < (node.minimum ?? -Infinity)) expected("larger", text);
        return;
      }
      if (node.type === "boolean") return void (/^(true|false)$/.test(text) || expected("“true” or “false”", String(text)));
      if (typeof text !== "string") return expected("text", "");
      const wrong = (what) => say("E204", `“${named(path)}”: ${what}.`);
      if (node.format === "date") {
        if (!isDay(text)) expected("a date as YYYY-MM-DD", text);
      } else if (node.pattern && !new RegExp(node.pattern).test(text) && text.includes("\n"))
        wrong("this field holds one line of text, not several");
      else if (node.minLength && !text) wrong("this field is empty");
      else if (node.pattern?.startsWith("^[a-z0-9]") && !new RegExp(node.pattern).test(text))
        wrong(`“${text}” is not an id: use small letters, digits and single hyphens`);
      else if (node.pattern?.startsWith("^https") && !new RegExp(node.pattern).test(text))
        wrong(`“${text}” is not a web address that starts with http:// or https://`);
      else if (node["x-vocabulary"]) {
        if (!(rules.terms[node["x-vocabulary"]] ?? []).includes(text) && !(node["x-vocabulary"] === "countries" && contribution.countries?.some((c) => c.id === text)))
          say("E301", `“${text}” is not a term of the vocabulary “${node["x-vocabulary"]}”.`);
      } else if (node["x-record"]?.join() === "claim") {
        if (text.startsWith(`${contribution.source}/`) && source && !own.has(text)) say("E302", `There is no claim with the id “${text}”.`);
      } else if (!node["x-record"]) leaf(text, path, node["x-prose"]);
    };
    shape(root, data, []);
  }

  function* figures(text) {
    for (const aside of [POINTER, ...asides]) text = blank(text, aside);
    for (const [figure] of text.matchAll(number)) if (!year.test(figure)) yield figure;
  }

  function hold(schema, data, place, mayCount) {
    walk(
      schema,
      data,
      place,
      (text, path, prose) => {
        const match = placeholder.exec(text);
        if (match) tell("E405", place(path), `“${named(path)}” still holds “${match[0]}”.`);
        if (prose && !mayCount)
          for (const figure of figures(text)) tell("E410", place(path), `The number ${figure} is typed into “${named(path)}”.`);
      },
      tell,
    );
  }
  function tell(code, path, message, at = []) {
    problems.push({ code, path, message, at });
  }

  if (source) hold(rules.schemas.source, source, (path) => ["document", ...path], false);
  if (!passages.length) tell("E204", ["passages"], "“passages” needs at least 1 entry.");
  else hold(rules.schemas.sheet, { claims: passages }, (path) => ["passages", ...path.slice(1)], true);
  hold(rules.schemas.account, account, (path) => [rules.account, ...path], false);

  passages.forEach((claim, index) => {
    const locator = claim.locator ?? {};
    const [least, most] = rules.words;
    const words = (name) => String(locator[name] ?? "").split(/\s+/).filter(Boolean).length;
    for (const name of ["start", "end"])
      if (words(name) > most)
        tell("E401", ["passages", index, "locator", name], `“${name}” has ${words(name)} words; a locator quotes at most ${most}.`);
    if (locator.start && !locator.table && words("start") < least && !locator.end)
      tell("E401", ["passages", index, "locator", "start"], `“${locator.start}” is too little to find a passage by.`);
    const known = new Set();
    for (const each of Array.isArray(claim.numbers) ? claim.numbers : []) {
      for (const figure of [each.value, each.numerator, each.denominator]) known.add(plain(figure));
      for (const figure of String(each.printed).match(FIGURE) ?? []) known.add(plain(figure));
    }
    for (const figure of figures(String(claim.statement ?? "")))
      if (!known.has(plain(figure)))
        tell("E411", ["passages", index, "statement"], `The statement says ${figure}, which is not among the claim's numbers.`);
  });

  (Array.isArray(account.learning) ? account.learning : []).forEach((flow, index) => {
    const basis = roles("link-bases", flow.basis);
    const path = [rules.account, "learning", index];
    if (basis === "judged" && !flow.reason) tell("E420", path, "This is marked as our judgement and gives no reason.", ["reason"]);
    if (basis === "stated" && !flow.claim)
      tell("E421", path, "This is marked as stated by the source and names no claim that states it.", ["claim"]);
  });
  (Array.isArray(account.path) ? account.path : []).forEach((stage, index) => {
    const path = [rules.account, "path", index];
    const state = roles("stage-states", stage.state);
    const claims = stage.claims ?? [];
    if (["evidenced", "asserted"].includes(state) && !claims.length)
      tell("E440", path, `The stage “${stage.stage}” is called ${stage.state} and names no claim.`, ["claims"]);
    if (!LATE.includes(roles("stages", stage.stage)) || state !== "evidenced") return;
    if (roles("sides", stage.side) !== "adopter" || !claims.some((uid) => roles("bases", own.get(uid)?.basis) === "own"))
      tell("E440", path, `The stage “${stage.stage}” is called evidenced without a claim reported from the adopting side.`, ["side"]);
  });

  if (work) holdWork(work, contribution.source, rules, today, (code, field, message) => tell(code, ["reference", field], message));
  return problems;
}

const ASKED_AS = { author: "authors", institution: "organisation", organization: "organisation", publisher: "organisation", journaltitle: "journal" };

/** Hold the description of a document against the rules for entries of the bibliography. */
function holdWork({ entry, fields }, key, rules, today, tell) {
  const placeholder = new RegExp(rules.patterns.placeholder, "iu");
  for (const group of [["title"], ...(rules.required[entry] ?? []), ["date", "year"]]) {
    if (group.some((name) => fields[name])) continue;
    const name = group.length > 2 ? "author" : group[0];
    tell("E505", ASKED_AS[name] ?? name, `The ${entry} “${key}” has no ${name}.`);
  }
  for (const [name, text] of Object.entries(fields)) {
    const match = placeholder.exec(text.replace(/^\{(.*)\}$/, "$1"));
    if (match) tell("E529", ASKED_AS[name] ?? name, `“${name}” still holds “${match[0]}”.`);
  }
  const { date, doi, url } = fields;
  if (date && date.toLowerCase() !== "not stated") {
    const parts = date.split("/").filter((part) => part !== "" && part !== "..");
    if (parts.length > 2 || parts.some((part) => !/^\d{4}(-\d{2}){0,2}[~?%]?$/.test(part) || !isDay(`${part.replace(/[~?%]$/, "")}-01-01`.slice(0, 10))))
      tell("E513", "date", `“${date.slice(0, 40)}” is not a date.`);
    else {
      const odd = parts.map((part) => Number(part.slice(0, 4))).find((each) => each < 1450 || each > Number(today.slice(0, 4)) + 1);
      if (odd !== undefined) tell("E513", "date", `The year ${odd} is not plausible.`);
    }
  }
  if (doi && !/^10\.\d{4,9}(?:\.\d+)*\/[^\s"<>{}\\]+$/.test(doi)) tell("E509", "doi", `“${doi.slice(0, 80)}” is not a DOI.`);
  if (url && !/^https?:\/\/[^\s<>"'`\\{}]+$/.test(url)) tell("E510", "url", `“${url.slice(0, 80)}” is not a web address.`);
  for (const name of fields.persons ?? [])
    if (name.split(/[\s,]+/).some((word) => rules.bodies.includes(word)))
      tell("E520", "authors", `“${name}” looks like an organisation and would be printed as a person.`);
}

function isDay(text) {
  const day = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(+day) && day.toISOString().startsWith(text);
}
