"""Pages of the reports: scoped object, form, action, message, redirect."""
