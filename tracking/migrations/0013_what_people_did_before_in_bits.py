"""Keep in bits also what people did before, campaign by campaign."""

from typing import Any

from django.db import migrations

NEXT = "SELECT min(campaign_id) FROM tracking_engagement WHERE campaign_id > %s"


def one_by_one(_apps: Any, editor: Any) -> None:
    campaign = 0
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT, [campaign])
            (campaign,) = cursor.fetchone()
            if campaign is None:
                return
            cursor.execute("SELECT tracking_renew_campaign(%s)", [campaign])


class Migration(migrations.Migration):
    # Drainers wait for one campaign at a time.
    atomic = False

    dependencies = [
        ("tracking", "0012_what_people_did_in_bits"),
    ]

    operations = [migrations.RunPython(one_by_one, migrations.RunPython.noop)]
