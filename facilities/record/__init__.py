"""What makes a record of the registry whole: details, rows of its own, eligibility, its past, persons.

Models, actions, forms and pages of one subject; the book itself (list, entry, status) stands beside it.
"""
