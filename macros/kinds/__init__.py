"""The kinds of record: one module and one frozen model for each."""
