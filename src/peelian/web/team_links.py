"""Links that open one team's pack of one plan, and nothing else, until the shift is over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from peelian.store import Store
from peelian.terms import LOCAL_ZONE, NotAllowedNow, NotFound
from peelian.workflows.patrols.kept_plan import KeptPlan, KeptStop, read_plan

OPEN_AFTER = timedelta(hours=6)  # time to send what was written down out of reach
SALT = "peelian.team"
NO_SUCH_LINK = (
    "This link leads to no pack. Check that all of it was copied, or ask whoever sent it for "
    "a new one."
)


@dataclass(frozen=True, eq=False)
class TeamPack:
    """What a link opens: a team of a plan, its stops, and until when."""

    plan: KeptPlan
    number: int
    team: str

    @property
    def stops(self) -> tuple[KeptStop, ...]:
        """The team's stops in order."""
        return self.plan.teams[self.team]

    @property
    def until(self) -> datetime:
        """When the link ends."""
        return ends(self.plan)

    @property
    def name(self) -> str:
        """What the phone keeps this pack's reports under: no part of the link."""
        return f"{self.plan.short}-{self.number}"


def ends(plan: KeptPlan) -> datetime:
    """When the links of a plan end, local time."""
    zone = ZoneInfo(LOCAL_ZONE)
    return (plan.shift.end.astimezone(UTC) + OPEN_AFTER).astimezone(zone)


def link_of(plan: KeptPlan, number: int) -> str:
    """The address of the page of a plan's team; signed, so that no other can be guessed."""
    return reverse("team", args=(signer().sign(f"{plan.short}-{number}"),))


def open_pack(store: Store, token: str) -> TeamPack:
    """The pack that a link is for, ended or not; NotFound for any other link."""
    try:
        short, _, number = signer().unsign(token).rpartition("-")
        plan = read_plan(store, short)
        return TeamPack(plan, int(number), list(plan.teams)[int(number) - 1])
    except (BadSignature, NotFound, ValueError, IndexError):
        raise NotFound(NO_SUCH_LINK) from None


def require_open(pack: TeamPack, now: datetime) -> None:
    """Raise NotAllowedNow when a link has ended."""
    if now > pack.until:
        raise NotAllowedNow(
            f"This link ended on {pack.until:%A %-d %B at %H:%M}. Ask whoever planned the "
            "shift for the link of the next one."
        )


def signer() -> Signer:
    """What signs links: made from this workbench's own key, for this purpose only."""
    return Signer(salt=SALT, sep=".")
