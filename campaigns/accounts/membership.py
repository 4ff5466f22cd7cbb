"""Bring members in, change what they may do, and let them go; an owner always stays."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from campaigns.accounts.models import Member, User, Workspace


class LastOwnerError(Exception):
    """The workspace would be left without an owner."""


class ForeignMemberError(Exception):
    """The person works in other workspaces too: an owner of one must not take them over."""


class AlreadyMemberError(Exception):
    """The person is in this workspace already."""


@dataclass(frozen=True)
class Newcomer:
    """Somebody to bring in. The password counts only where the person is new here."""

    email: str
    name: str
    password: str
    role: str


def add(workspace: Workspace, newcomer: Newcomer) -> Member:
    """Make the person a member, and a user first where the address is new.

    Raises `AlreadyMemberError`.
    """
    with transaction.atomic():
        user = _user(newcomer)
        member, created = Member.objects.get_or_create(
            workspace=workspace, user=user, defaults={"role": newcomer.role}
        )
    if not created:
        raise AlreadyMemberError
    return member


def _user(newcomer: Newcomer) -> User:
    known = User.objects.filter(email__iexact=newcomer.email)
    if (user := known.first()) is not None:
        return user
    try:
        with transaction.atomic():
            return User.objects.create_user(newcomer.email, newcomer.password, name=newcomer.name)
    except IntegrityError:
        # Somebody else made them at the same moment.
        return known.get()


def change_role(member: Member, role: str) -> None:
    """Give the member another role. Raises `LastOwnerError`."""
    with transaction.atomic():
        if role != Member.Role.OWNER:
            _keep_an_owner(member)
        Member.objects.filter(pk=member.pk).update(role=role)


def remove(member: Member) -> None:
    """End the membership; the next request of the person finds the door shut.

    Raises `LastOwnerError`.
    """
    with transaction.atomic():
        _keep_an_owner(member)
        Member.objects.filter(pk=member.pk).delete()


def set_password(member: Member, password: str) -> None:
    """Give the member a new password, which ends their sessions.

    Raises `ForeignMemberError`.
    """
    if Member.objects.filter(user=member.user).exclude(pk=member.pk).exists():
        raise ForeignMemberError
    member.user.set_password(password)
    member.user.save(update_fields=["password"])


def _keep_an_owner(member: Member) -> None:
    owners = Member.objects.owners(member.workspace_id).lock()
    if owners == [member.pk]:
        raise LastOwnerError
