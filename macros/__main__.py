"""Entry point of `python -m macros`."""

from macros.cli import main

raise SystemExit(main())
