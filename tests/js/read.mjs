// Reads references in one form and prints them as CSL-JSON: node read.mjs FILE.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

// Packages lie where the test has installed them, which is the folder it runs this in.
const require = createRequire(`${process.cwd()}/`);
const { Cite, plugins } = require("@citation-js/core");
for (const name of ["csl", "bibtex", "ris"]) {
  require(`@citation-js/plugin-${name}`);
}
// Titles keep their capitals: nothing is to be guessed at, only read.
plugins.config.get("@bibtex").parse.sentenceCase = "never";

const FORMS = { bib: "@biblatex/text", ris: "@ris/file", json: "@csl/list+object" };
const [file] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const form = FORMS[file.split(".").pop()];
const read = new Cite(form === FORMS.json ? JSON.parse(text) : text, { forceType: form });
process.stdout.write(JSON.stringify(read.format("data", { format: "object" })));
