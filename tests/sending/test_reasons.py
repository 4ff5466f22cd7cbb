"""Why mails did not arrive, sorted as a marketer would: the same for all who say it differently."""

import pytest

from campaigns.sending import reasons
from campaigns.sending.querysets.reasons import groups
from tests.sending import stage

pytestmark = pytest.mark.django_db

# As real servers put it: code, enhanced code, words, and what is meant.
SAID = [
    (550, "5.1.1", "The email account that you tried to reach does not exist", "no_mailbox"),
    (550, "", "No such user here", "no_mailbox"),
    (550, "5.1.10", "RESOLVER.ADR.RecipientNotFound; not found by SMTP lookup", "no_mailbox"),
    (550, "5.7.1", "User unknown", "no_mailbox"),
    (552, "5.2.2", "Mailbox full", "full"),
    (552, "", "Requested mail action aborted: exceeded storage allocation", "full"),
    (550, "5.2.1", "The account is disabled", "closed"),
    (550, "5.1.2", "Host or domain name not found", "no_domain"),
    (501, "", "Bad address syntax", "address"),
    (550, "5.7.26", "Unauthenticated email is not accepted due to DMARC policy", "sender"),
    (550, "5.7.1", "Message rejected due to local policy", "spam"),
    (554, "", "Your address is on a blocklist", "spam"),
    (554, "5.7.1", "Relay access denied", "relay"),
    (552, "5.3.4", "Message too big for system", "large"),
    (None, "", "the provider says: rejected", "provider"),
    (422, "", "the recipient is on our stop list", "provider"),
    (554, "5.4.14", "Hop count exceeded - possible mail loop", "refused"),
    (550, "5.4.1", "Recipient address rejected: Access denied", "no_mailbox"),
    (554, "", "Transaction failed", "refused"),
]
GIVEN_UP = [
    (452, "4.2.2", "The recipient's inbox is out of storage space", "full"),
    (450, "4.7.1", "Greylisted, come back later", "busy"),
    (421, "4.7.0", "Our system has detected an unusual rate of spam", "rate"),
    (421, "4.7.28", "Gmail has detected mail originating from your IP", "rate"),
    (451, "4.7.500", "Server busy. Too many messages from your network", "rate"),
    (421, "4.7.27", "SPF did not pass", "sender"),
    (451, "4.3.0", "Temporary server error", "busy"),
    (450, "4.1.1", "Recipient address rejected: unverified address", "busy"),
]


@pytest.fixture
def fail(workspace, handed_over):
    campaign = stage.make_sending(workspace, people=0)

    def make(state, code, enhanced, words, times=1, **fields):
        for contact in stage.make_people(workspace, campaign.lists.get(), times):
            values = {"state": state, "code": code, "enhanced_code": enhanced, "reason": words}
            stage.make_delivery(campaign, contact, **(handed_over | values | fields))
        return campaign

    return make


@pytest.mark.parametrize(("code", "enhanced", "words", "kind"), SAID)
def test_a_refusal_for_good_is_understood(fail, code, enhanced, words, kind):
    [row] = groups(fail("failed", code, enhanced, words).pk)
    assert row.kind == kind
    assert not row.is_transient


@pytest.mark.parametrize(("code", "enhanced", "words", "kind"), GIVEN_UP)
def test_what_was_given_up_may_be_tried_again(fail, code, enhanced, words, kind):
    [row] = groups(fail("expired", code, enhanced, words).pk)
    assert row.kind == kind
    assert row.is_transient


def test_a_mail_that_could_not_be_made_may_be_tried_again(fail):
    [row] = groups(fail("failed", None, "", "ValueError: no such date", sending_at=None).pk)
    assert (row.kind, row.is_transient) == ("unmade", True)


@pytest.mark.parametrize("code", [450, 451])
def test_a_refusal_for_now_is_transient_without_an_enhanced_code_too(fail, code):
    [row] = groups(fail("failed", code, "", "later").pk)
    assert row.is_transient


def test_those_who_failed_alike_are_one_line_with_the_commonest_words(fail):
    fail("failed", 550, "5.1.1", "no such user a", times=2)
    campaign = fail("failed", 550, "5.1.1", "no such user b", times=3)
    fail("failed", 552, "5.2.2", "full")
    fail("sent", 250, "2.0.0", "ok")
    fail("unknown", None, "", "the connection broke")
    first, second = groups(campaign.pk)
    assert (first.deliveries, first.words, first.wordings) == (5, "no such user b", 2)
    assert (second.kind, second.deliveries) == ("full", 1)
    assert first.key != second.key


def test_every_kind_has_words_for_a_marketer(fail):
    campaign = fail("failed", 550, "5.1.1", "x")
    [group] = reasons.groups(campaign)
    assert str(group.title) == "The mailbox does not exist"
    assert str(group.advice).startswith("Trying again changes nothing.")
    kinds = {kind for *_said, kind in SAID + GIVEN_UP} | {"unmade"}
    assert kinds == set(reasons.WORDS)
