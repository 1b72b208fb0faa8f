"""Writes down each reading of personal data (Luật 91/2025/QH15)."""

from django.db import models

from khuyencong.audit.models import AccessMeans, PersonalDataAccess


def subject_of(record: models.Model) -> str:
    """How the log names a record: its model and key."""
    return f"{record._meta.label_lower} {record.pk}"


def log_page_access(user, record: models.Model) -> None:
    """A page showed a record's personal data to a user."""
    PersonalDataAccess.objects.create(
        user=user,
        means=AccessMeans.PAGE,
        subject=subject_of(record),
        subject_name=str(record)[:250],
    )


def log_export_access(user, *, kind: str, name: str, records: int) -> None:
    """A sheet with the personal data of `records` records was built for a user."""
    PersonalDataAccess.objects.create(
        user=user,
        means=AccessMeans.EXPORT,
        subject=kind,
        subject_name=name[:250],
        records=records,
    )
