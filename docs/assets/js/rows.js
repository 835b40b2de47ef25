// The explorer's rows: sets of rows as bits, so that ten thousand of them are counted at once.

const PLACES = 32;

export function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function ones(word) {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return (((word + (word >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

function shared(a, b) {
  let count = 0;
  for (let n = 0; n < a.length; n++) {
    const word = a[n] & b[n];
    if (word) count += ones(word);
  }
  return count;
}

export const has = (bits, row) => (bits[row >>> 5] >>> (row & 31)) & 1;

export class Rows {
  constructor(data) {
    Object.assign(this, data.rows);
    this.kinds = data.kinds;
    this.classes = data.classes;
    this.length = this.id.length;
    this.words = Math.ceil(this.length / PLACES);
    this.everything = new Uint32Array(this.words);
    for (let row = 0; row < this.length; row++) this.everything[row >>> 5] |= 1 << (row & 31);
    this.ours = this.bits(data.judged);
    this.facets = data.facets.map((facet) => ({
      ...facet,
      terms: facet.terms.map(([id, label, members, judged]) => {
        const all = this.bits(members);
        const ours = this.bits(judged);
        return { id, label, all, stated: all.map((word, n) => word & ~ours[n]) };
      }),
    }));
    this.references = data.references.map(([key, members]) => ({ key, bits: this.bits(members) }));
    this.byName = new Map(this.id.map((_, row) => [this.name(row), row]));
    this.ranks = {};
    this.rest("all");
  }

  bits(steps) {
    const found = new Uint32Array(this.words);
    let row = 0;
    for (const step of steps) {
      row += step;
      found[row >>> 5] |= 1 << (row & 31);
    }
    return found;
  }

  /** Count everything, or only what the sources state. */
  rest(judgement) {
    const stated = judgement === "stated";
    this.base = stated ? this.everything.map((word, n) => word & ~this.ours[n]) : this.everything;
    for (const facet of this.facets) for (const term of facet.terms) term.bits = stated ? term.stated : term.all;
    this.uses = stated ? this.usedStated : this.used;
    delete this.ranks.used;
    this.total = shared(this.base, this.base);
    this.leftOut = this.length - this.total;
  }

  name(row) {
    return `${this.kinds[this.kind[row]].id}:${this.id[row]}`;
  }

  address(row) {
    return `${this.kinds[this.kind[row]].folder}${this.id[row]}/`;
  }

  className(row) {
    return this.classes[this.class[row]];
  }

  termsOf(row, facet) {
    return this.facets.find(({ id }) => id === facet)?.terms.filter((term) => has(term.bits, row)) ?? [];
  }

  containing(query) {
    const wanted = fold(query).split(/\s+/).filter(Boolean);
    if (!wanted.length) return null;
    this.hay ??= this.id.map((id, row) => fold(`${this.title[row]} ${this.text[row]} ${id} ${this.className(row)}`));
    const found = new Uint32Array(this.words);
    this.hay.forEach((text, row) => {
      if (wanted.every((word) => text.includes(word))) found[row >>> 5] |= 1 << (row & 31);
    });
    return found;
  }

  /** Select rows: OR within a facet, AND across; `chosen` maps a facet's id to a set of terms. */
  select(query, chosen) {
    const text = this.containing(query);
    const start = text ? this.base.map((word, n) => word & text[n]) : this.base;
    const unions = new Map();
    for (const facet of this.facets) {
      const terms = chosen.get(facet.id);
      if (!terms?.size) continue;
      const union = new Uint32Array(this.words);
      for (const term of facet.terms) if (terms.has(term.id)) for (let n = 0; n < this.words; n++) union[n] |= term.bits[n];
      unions.set(facet.id, union);
    }
    const meet = (except) => {
      const found = start.slice();
      for (const [id, union] of unions) if (id !== except) for (let n = 0; n < this.words; n++) found[n] &= union[n];
      return found;
    };
    const bits = meet();
    const counts = new Map();
    for (const facet of this.facets) {
      const others = unions.has(facet.id) ? meet(facet.id) : bits;
      counts.set(facet.id, facet.terms.map((term) => shared(term.bits, others)));
    }
    return { bits, counts };
  }

  citing(bits) {
    return this.references.filter((reference) => shared(reference.bits, bits)).map(({ key }) => key);
  }

  /** Rows in order; without a column, in reading order. */
  sorted(bits, column, descending) {
    const rows = [];
    for (let row = 0; row < this.length; row++) if (has(bits, row)) rows.push(row);
    if (column) {
      const rank = this.rank(column);
      rows.sort((a, b) => (descending ? rank[b] - rank[a] : rank[a] - rank[b]) || a - b);
    }
    return rows;
  }

  rank(column) {
    return (this.ranks[column] ??= this.makeRank(column));
  }

  makeRank(column) {
    if (column === "used") return this.uses;
    if (column === "kind") return this.kind.map((kind, row) => kind * this.classes.length + this.class[row]);
    if (column === "source") {
      const rank = new Array(this.length).fill(Infinity);
      const sources = this.facets.find(({ id }) => id === "source")?.terms ?? [];
      for (let n = sources.length - 1; n >= 0; n--)
        for (let row = 0; row < this.length; row++) if (has(sources[n].all, row)) rank[row] = n;
      return rank.map((place) => Math.min(place, sources.length));
    }
    const compare = new Intl.Collator(document.documentElement.lang || "en", { numeric: true }).compare;
    const rank = new Array(this.length);
    [...this.title.keys()].sort((a, b) => compare(this.title[a], this.title[b])).forEach((row, place) => (rank[row] = place));
    return rank;
  }
}
