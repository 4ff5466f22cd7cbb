"""Keep a file of people with what its columns become, whoever hands it in: a page or a program."""

from __future__ import annotations

from django.core.files import File

from campaigns.accounts.models import User
from campaigns.audience.imports.forms import MappingForm
from campaigns.audience.imports.reading import Shape
from campaigns.audience.models import Import, List


def keep(onto: List, file: File[bytes], shape: Shape, by: User) -> Import:
    """Keep a file that is on its way into a list; it waits for its columns."""
    one = Import(
        workspace=onto.workspace,
        list=onto,
        filename=(file.name or "file.csv")[-200:],
        size=file.size or 0,
        encoding=shape.encoding,
        delimiter=shape.delimiter,
        has_header=shape.has_header,
        created_by=by,
    )
    # Under a name of ours: theirs is for showing only.
    one.file.save("people.csv", file, save=False)
    one.save()
    return one


def choose(one: Import, form: MappingForm, shape: Shape) -> None:
    """Write down what its columns become, unless it has begun meanwhile."""
    values = form.cleaned_data
    Import.objects.filter(pk=one.pk, status=Import.Status.UPLOADED).update(
        encoding=shape.encoding,
        delimiter=shape.delimiter,
        has_header=shape.has_header,
        names=form.names,
        mapping=form.mapping(),
        basis=values["basis"],
        basis_note=values["basis_note"],
        measuring=values["measuring"],
        measuring_statement=values["measuring_statement"],
        measuring_said_on=values["measuring_said_on"],
        known=values["known"] or Import.Known.OVERWRITE,
        everybody=values["everybody"],
        tags=form.tag_names(),
        kinds=form.kinds(),
    )
