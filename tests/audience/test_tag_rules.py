"""What the database itself holds about tags and fields, whoever writes to it."""

import pytest
from django.db import IntegrityError, transaction

from campaigns.audience.models import Field, Tag, Tagging
from tests import world


def refuses(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_a_tag_is_one_whatever_its_letters(workspace):
    workspace.tags.create(name="Été")
    refuses(lambda: workspace.tags.create(name="éTÉ"))
    refuses(lambda: workspace.tags.create(name=""))
    world.make_workspace().tags.create(name="été")
    assert Tag.objects.count() == 2


def test_a_contact_has_a_tag_once_and_loses_it_with_the_tag(workspace):
    tag = workspace.tags.create(name="Press")
    contact = world.make_contact(workspace)
    Tagging.objects.create(workspace=workspace, tag=tag, contact=contact)
    refuses(lambda: Tagging.objects.create(workspace=workspace, tag=tag, contact=contact))
    tag.delete()
    assert not Tagging.objects.exists()


def test_a_field_is_text_unless_it_says_otherwise(workspace):
    field = workspace.contact_fields.create(key="company", label="Company")
    assert (field.kind, field.choices) == (Field.Kind.TEXT, [])
    refuses(lambda: workspace.contact_fields.create(key="size", label="Size", kind="colour"))
