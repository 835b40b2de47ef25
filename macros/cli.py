import sys, argparse
from pathlib import Path
from macros.base import load
def main():
    ap=argparse.ArgumentParser(); ap.add_argument("cmd"); ap.add_argument("--sources", type=Path, default=None); a=ap.parse_args()
    from macros.check import check
    base, problems = check(Path.cwd())
    if a.cmd=="passages":
        from macros.passage import check_passages, read_sources
        problems=list(check_passages(base, read_sources(a.sources, base.records["source"].keys() | {c.source for c in base.claims.values()})))
        print("claims checked:", len(base.claims), file=sys.stderr)
    for p in sorted(problems, key=lambda p:p.sort_key): print(f"{p.place}: {p.severity} {p.code} {p.message} {p.suggestion}")
    print(f"{len(problems)} problems; {len(base.claims)} claims; "+", ".join(f"{k}: {len(v)}" for k,v in base.records.items()), file=sys.stderr)
    return 1 if problems else 0
