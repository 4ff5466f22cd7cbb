"""Whatever a workspace keeps is in its archive, or a room says why it is not."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings

from campaigns.archives import catalogue, describing
from tracking.parts import Part

# Columns that no file has, since the file says them otherwise or the new house makes them.
OTHERWISE = {
    "contacts": {"email_key", "fingerprint"},
    "fields": {"retyped_by_id"},
    "suppressions": {"fingerprint"},
    "members": {"user_id"},
    "providers": {"sealed_settings"},
    "sign_up_forms": {"key"},
    "public_pages": {"key"},
    "former_addresses": {"merged_id"},
    "campaigns": {"last_tab"},
    "sunset_rules": {"automatic_by_id", "last_edit_id"},
    "versions": {"tab"},
    "changes": {"of_id"},
    "comments": {"told_at"},
    "imports": {"file", "claim_token", "lease_until", "attempts", "bytes_read"},
    "share_links": {"digest"},
    "deliveries": {"uuid", "address_key", "claim_token", "troubled_at"},
    "provider_events": {"event_key"},
}
OURS = ("campaigns", "tracking")
# What is about archives themselves, and Django's own.
NOT_OF_A_WORKSPACE = {"Archive", "Restoration"}


def models():
    found = [one for one in apps.get_models() if one.__module__.split(".")[0] in OURS]
    return sorted(found, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", models(), ids=lambda model: model._meta.label)
def test_every_sort_of_row_is_in_a_file_or_left_for_a_reason(model):
    reasons = {name for room in catalogue.ROOMS for name in room.LEFT}
    told = {part.model for part in catalogue.PARTS}
    assert (model in told) != (model.__name__ in reasons | NOT_OF_A_WORKSPACE)


@pytest.mark.parametrize("part", catalogue.PARTS, ids=lambda part: part.name)
def test_every_column_is_in_the_file_or_made_anew(part: Part):
    told = {catalogue.source(part, column) for column in part.columns}
    fields = {one.column for one in part.model._meta.concrete_fields if not one.generated}
    left = fields - told - {"id", "workspace_id"} - OTHERWISE.get(part.name, set())
    assert not left


def test_files_are_named_once_and_references_name_files():
    assert len(catalogue.BY_NAME) == len(catalogue.PARTS)
    for part in catalogue.PARTS:
        for column in part.columns:
            for of in [*column.numbers.values(), *([column.of] if column.of else [])]:
                assert catalogue.BY_NAME[of].key


def test_the_documentation_names_every_file_and_column():
    """Written by `manage.py describe_archive`."""
    page = (settings.BASE_DIR / "docs" / "export.md").read_text()
    assert describing.tables() in page


SECRETS = {"sealed_settings", "sealed_private", "password", "claim_token", "nonce", "digest"}
SECRETS |= {"fingerprint", "uuid"}


@pytest.mark.parametrize("part", catalogue.PARTS, ids=lambda part: part.name)
def test_no_file_has_a_column_that_is_secret(part):
    assert not {catalogue.source(part, one) for one in part.columns} & SECRETS
