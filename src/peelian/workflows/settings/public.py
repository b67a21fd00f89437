"""Choices of the public pages."""

from dataclasses import dataclass

from peelian.workflows.options import option


@dataclass(frozen=True)
class BulletinSettings:
    """What the public pages are about, and whether they are released."""

    force: str = option("Essex", "police force, by its name")
    months: int = option(24, "how many of the newest months are shown by month")
    draft: bool = option(
        False, "look at it first: marked as a draft, and not released", page=False
    )
    contacts: str = option("", "TOML file of whom to ask for help", page=False)
    words: str = option("", "TOML file of the words, in another language", page=False)
