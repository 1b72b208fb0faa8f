"""A report as a workbook: filled in without a connection, taken back cell by cell.

`layout` says what stands where, `write` makes the file, `read` takes it apart, `compare` holds it
against the draft. What may be written, and when, is `reports.actions.workbook`'s matter.
"""
