"""Members see who is not mailed, stop one or many, allow again with a reason, take a file along."""

import io
from datetime import timedelta

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts.models import AuditEntry
from campaigns.audience import suppression
from campaigns.audience.models import SuppressedDomain, Suppression
from tests import world

CHECK = "audience:check_suppression"
ADD = "audience:add_suppression"
LIFT = "audience:lift_suppression"


@pytest.fixture
def ann(workspace):
    return world.make_contact(workspace, email="ann@example.com")


def stopped(workspace):
    return set(
        SuppressedDomain.objects.filter(workspace=workspace).values_list("domain", flat=True)
    )


def test_an_address_is_checked_stopped_and_allowed_again_with_a_reason(alice, workspace, ann):
    assert b"may be mailed" in alice.post(reverse(CHECK), {"entry": "ann@example.com"}).content
    alice.post(reverse(ADD), {"entries": "ANN@example.com", "note": "Our own inbox"})
    found = Suppression.objects.get()
    assert (found.reason, found.source, found.note) == ("manual", "member", "Our own inbox")
    page = alice.post(reverse(CHECK), {"entry": "ann@example.com"})
    assert b"is not mailed" in page.content
    assert b"Our own inbox" in page.content
    alice.post(reverse(LIFT), {"entry": "ann@example.com", "why": "Was a mistake"})
    assert suppression.find(workspace.pk, "ann@example.com") is None
    entry = AuditEntry.objects.get(action="suppression_lifted")
    assert entry.details == {"domain": False, "why": "Was a mistake"}
    assert alice.post(reverse(CHECK), {"entry": "nonsense"}).status_code == 422


@pytest.mark.parametrize("why", ["", "ann@example.com asked us"])
def test_nothing_is_allowed_again_without_a_reason_that_names_nobody(alice, workspace, ann, why):
    suppression.suppress(workspace.pk, [ann.fingerprint], Suppression.Reason.MANUAL)
    response = alice.post(reverse(LIFT), {"entry": "ann@example.com", "why": why})
    assert response.status_code == 422
    assert suppression.find(workspace.pk, "ann@example.com")


@pytest.mark.parametrize("reason", ["complaint", "unsubscribed_all", "erased"])
def test_what_a_person_asked_is_not_lifted_by_a_member(alice, workspace, ann, reason):
    suppression.suppress(workspace.pk, [ann.fingerprint], reason)
    page = alice.post(reverse(CHECK), {"entry": "ann@example.com"})
    assert b"only they can change this" in page.content
    alice.post(reverse(LIFT), {"entry": "ann@example.com", "why": "They phoned"})
    assert suppression.find(workspace.pk, "ann@example.com")
    assert not AuditEntry.objects.filter(action="suppression_lifted").exists()


def test_many_are_pasted_addresses_and_domains_together(alice, workspace):
    pasted = "bob@example.org, @example.net\n*.Example.COM; Bücher.example\nwhat? <cid@example.org>"
    page = alice.post(reverse(ADD), {"entries": pasted}, follow=True)
    assert stopped(workspace) == {"example.net", "example.com", "xn--bcher-kva.example"}
    assert suppression.find(workspace.pk, "Bob@example.org")
    assert suppression.find(workspace.pk, "cid@example.org")
    text = page.content.decode()
    assert "5 are not mailed any more" in text
    assert "1 is neither an address nor a domain: what?" in text
    again = alice.post(reverse(ADD), {"entries": "bob@example.org example.net"}, follow=True)
    assert "2 were stopped already" in again.content.decode()
    more = alice.post(reverse(ADD), {"entries": "example.net what? why?"}, follow=True)
    assert "1 was stopped already" in more.text
    assert "2 are neither an address nor a domain, such as: what?, why?" in more.text


def workbook(*rows):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"email;name\nbob@example.org;Bob\nexample.net;\n",
        b"example.net\nbob@example.org\n",
        workbook(["Name", "Mail"], ["Bob", "bob@example.org"], ["example.net", ""]),
    ],
)
def test_a_file_stops_whom_it_names(alice, workspace, content):
    file = SimpleUploadedFile("stop.csv", content)
    page = alice.post(reverse(ADD), {"entries": "", "file": file}, follow=True)
    assert stopped(workspace) == {"example.net"}
    assert Suppression.objects.get().source == "import"
    assert "2 are not mailed any more" in page.content.decode()
    assert "neither" not in page.content.decode()


@pytest.mark.parametrize("entries", ["", "nobody here", "x" * 600_000])
def test_what_names_nobody_is_refused(alice, workspace, entries):
    assert alice.post(reverse(ADD), {"entries": entries}).status_code == 422
    assert not Suppression.objects.exists()


def test_a_domain_is_freed_where_it_was_stopped(alice, workspace):
    suppression.suppress_domains(workspace.pk, ["example.com"], "A competitor")
    page = alice.post(reverse(CHECK), {"entry": "mail.example.com"}).content.decode()
    assert "Allow the domain that is named" in page
    alice.post(reverse(LIFT), {"entry": "mail.example.com", "why": "Ours"})
    assert stopped(workspace) == {"example.com"}
    alice.post(reverse(LIFT), {"entry": "example.com", "why": "Ours"})
    assert not stopped(workspace)
    assert AuditEntry.objects.get(action="suppression_lifted").details["domain"] is True


def test_suppressions_are_counted_by_reason_and_domains_listed(alice, workspace):
    suppression.suppress(workspace.pk, [b"1" * 16, b"2" * 16], "complaint")
    suppression.suppress(workspace.pk, [b"3" * 16], "manual")
    suppression.suppress_domains(workspace.pk, ["example.com"], "A competitor")
    response = alice.get(reverse("audience:suppressions"))
    counts = {str(label): n for label, n in response.context["reasons"] if n}
    assert counts == {"Reported as spam": 2, "Added by a member": 1}
    assert response.context["total"] == 3
    assert "A competitor" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_file_names_contacts_and_gives_a_fingerprint_of_others(alice, workspace, ann):
    suppression.suppress(workspace.pk, [ann.fingerprint], "complaint")
    suppression.suppress(workspace.pk, [b"1" * 16], "erased")
    suppression.suppress_domains(workspace.pk, ["example.net"], "=cmd()")
    elsewhere = world.make_workspace()
    suppression.suppress_domains(elsewhere.pk, ["example.org"])
    response = alice.get(reverse("audience:export_suppressions"))
    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("example.net,Domain,Added by a member,")
    assert ",'=cmd()," in lines[1]
    assert lines[2].startswith("ann@example.com,Address,Reported as spam,A complaint,,")
    assert lines[3].startswith(",Address,Asked to be erased,An erasure,,")
    assert lines[3].endswith(f",{b'1'.hex() * 16}")


def test_addresses_that_were_given_up_for_half_a_year_are_mailed_again_on_record(workspace, alice):
    world.make_workspace()
    for email, age in (("a@example.com", 181), ("b@example.com", 179)):
        contact = world.make_contact(workspace, email=email)
        suppression.suppress(workspace.pk, [contact.fingerprint], Suppression.Reason.SOFT_BOUNCES)
        mine = Suppression.objects.filter(fingerprint=bytes(contact.fingerprint))
        mine.update(at=timezone.now() - timedelta(days=age))
    assert suppression.expire() == 1
    assert suppression.find(workspace.pk, "a@example.com") is None
    assert suppression.find(workspace.pk, "b@example.com")
    entry = AuditEntry.objects.get(action="suppression_expired")
    assert (entry.workspace, entry.user, entry.details) == (workspace, None, {"addresses": 1})
    assert "where nothing got through half a year ago" in alice.get(reverse("accounts:audit")).text
    assert suppression.expire() == 0
    assert AuditEntry.objects.filter(action="suppression_expired").count() == 1
