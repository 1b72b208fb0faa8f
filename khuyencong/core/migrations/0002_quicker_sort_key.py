from django.db import migrations

from khuyencong.core import text


class Migration(migrations.Migration):
    """The same keys by a shorter way: what is stored stays right."""

    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunSQL(text.SORT_KEY_SQL, migrations.RunSQL.noop)]
