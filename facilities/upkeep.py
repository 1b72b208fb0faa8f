"""What is kept beside the registry by the worker: its words."""

from datetime import datetime

from django.db import connection, transaction

# Words of names and products; what holds a digit may be a telephone or a tax code. `folded` has
# nothing else. Several same words of one record count once.
_WORDS = """
    SELECT word, count(*) AS uses
    FROM facilities_establishment e,
         LATERAL (SELECT DISTINCT unnest(string_to_array(btrim(e.folded), ' ')) AS word) AS w
    WHERE e.status <> 'merged' AND word ~ '^[a-z]{{2,20}}$' {only}
    GROUP BY word
    ORDER BY word
"""


@transaction.atomic
def refresh_words(*, since: datetime | None = None) -> int:
    """Bring `SearchWord` up to what the registry holds; returns how many words were written.

    With `since` only records changed from then on are read, and only new words are added (every few
    minutes); without, all is counted anew and words that nobody uses any more go (every night).
    """
    with connection.cursor() as cursor:
        if since is not None:
            cursor.execute(
                "INSERT INTO facilities_searchword (word, uses) "
                + _WORDS.format(only="AND e.updated_at >= %s")
                + " ON CONFLICT (word) DO NOTHING",
                [since],
            )
            return cursor.rowcount
        cursor.execute("DROP TABLE IF EXISTS counted_words")
        cursor.execute(
            "CREATE TEMPORARY TABLE counted_words ON COMMIT DROP AS " + _WORDS.format(only="")
        )
        cursor.execute(
            "DELETE FROM facilities_searchword s"
            " WHERE NOT EXISTS (SELECT 1 FROM counted_words c WHERE c.word = s.word)"
        )
        cursor.execute(
            "INSERT INTO facilities_searchword AS s (word, uses) SELECT word, uses FROM counted_words"
            " ORDER BY word ON CONFLICT (word) DO UPDATE SET uses = EXCLUDED.uses"
            " WHERE s.uses <> EXCLUDED.uses"
        )
        return cursor.rowcount
