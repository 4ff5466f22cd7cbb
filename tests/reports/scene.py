"""A campaign that went out, and readers who did what the test says, through spool and drainer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from campaigns.accounts.models import Sender, Workspace
from campaigns.audience.models import Contact
from campaigns.composing.models import Campaign
from campaigns.sending import launch
from campaigns.sending.models import Delivery
from tests import world
from tests.sending import stage
from tracking import draining, hits, keys, spool
from tracking.hits import Hit
from tracking.tokens import Kind, Mode

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1"
)
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
APPLE = "Mozilla/5.0"
SCANNER = "Barracuda Sentinel (EE)"
DUTCH, GERMAN, GOOGLE = "77.160.1.1", "87.128.1.1", "66.249.84.1"
BROWSER = hits.FETCH_METADATA + hits.LANGUAGE
BODY = (
    "Hello {{ contact.first_name | default: 'friend' }}\n\n"
    "[First](https://shop.example/first) and [second](https://shop.example/second)"
)


class Scene:
    """A launched campaign, its people by name, and what they do next."""

    def __init__(
        self,
        workspace: Workspace,
        sender: Sender,
        folder: Path,
        *,
        granted: int = 0,
        unknown: int = 0,
        refused: int = 0,
        sent_at: datetime | None = None,
        domain: str = "example.com",
    ) -> None:
        self.workspace = workspace
        self.sent_at = sent_at or timezone.now() - timedelta(hours=5)
        self._folder = folder
        self._hits: list[Hit] = []
        said = ["granted"] * granted + ["unknown"] * unknown + ["refused"] * refused
        readers = world.make_list(workspace)
        self.people: list[Contact] = [
            world.make_contact(
                workspace,
                readers,
                email=f"{answer}{number}@{domain}",
                first_name=answer.title(),
                last_name=f"Number {number}",
                measuring=answer,
            )
            for number, answer in enumerate(said)
        ]
        self.campaign = world.make_campaign(
            workspace, sender=sender, lists=[readers], body=BODY, name="Autumn letter"
        )
        assert launch.launch(self.campaign)
        assert launch.prepare(self.campaign.pk)
        times = {"done_at": self.sent_at, "sending_at": self.sent_at}
        stage.become(Delivery.objects.filter(campaign=self.campaign), "sent", code=250, **times)
        Campaign.objects.filter(pk=self.campaign.pk).update(
            status="sent", launched_at=self.sent_at, finished_at=self.sent_at
        )
        self.campaign.refresh_from_db()
        self.deliveries = {
            row.contact_id: row for row in Delivery.objects.filter(campaign=self.campaign)
        }

    def opens(
        self, person: int, agent: str = THUNDERBIRD, *, ip: str = DUTCH, after: float = 3600
    ) -> None:
        """The person's mail is loaded, `after` seconds."""
        self._hit(Kind.OPEN, person, 0, agent, ip, after)

    def clicks(
        self,
        person: int,
        number: int = 1,
        agent: str = PHONE,
        *,
        ip: str = DUTCH,
        after: float = 3660,
    ) -> None:
        """A link of the person's mail is followed, `after` seconds."""
        self._hit(Kind.CLICK, person, number, agent, ip, after)

    def drain(self) -> int:
        """Let tracking count all that was done until now."""
        writer = spool.Writer(self._folder)
        for hit in self._hits:
            writer.append(hits.pack(hit))
        writer.close()
        self._hits = []
        return draining.drain(self._folder)

    def delivery(self, person: int) -> Delivery:
        return self.deliveries[self.people[person].pk]

    def _hit(self, kind: Kind, person: int, number: int, agent: str, ip: str, after: float) -> None:
        at = self.sent_at + timedelta(seconds=after)
        self._hits.append(
            Hit(
                at_ns=round(at.timestamp() * 1_000_000) * 1000,
                kind=kind,
                token=self._token(kind, person),
                number=number,
                ip=ip,
                agent=agent,
                flags=BROWSER,
            )
        )

    def _token(self, kind: Kind, person: int) -> str:
        row = self.delivery(person)
        mode = Mode.INDIVIDUAL if row.mode == "individual" else Mode.AGGREGATE
        maker = keys.signer().pair(self.campaign.pk, mode)
        opened, clicked = maker(row.pk, row.contact_id or 0, row.consent_epoch)
        return opened if kind is Kind.OPEN else clicked
