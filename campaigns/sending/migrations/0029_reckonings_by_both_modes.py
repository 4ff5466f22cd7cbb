from django.db import migrations

# They are counted anew at the next look; what was remembered did not tell clicks apart.
FORGET = "DELETE FROM sending_reckoning"


class Migration(migrations.Migration):
    dependencies = [
        ("sending", "0028_acquaintances"),
    ]

    operations = [migrations.RunSQL(FORGET, FORGET)]
