"""What public pages say besides numbers: words in one language, and whom to ask for help."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    """Every sentence of the public pages in one language, by key.

    ``language`` is its BCP 47 tag, such as ``en-GB`` or ``cy``. A text has named places,
    such as ``{area}``, that the pages fill.
    """

    language: str
    name: str
    texts: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Contact:
    """Someone who helps: when to ask them, and how to reach them.

    ``kind`` is ``emergency``, ``non-emergency``, ``anonymous``, ``victims``, ``young-people``,
    ``other``, or ``corrections`` for mistakes on the pages. ``phone``, ``text`` and ``page``
    (an https address) are empty where there is none. ``checked`` is the day someone last tried
    them, as YYYY-MM-DD.
    """

    kind: str
    name: str
    when: str
    phone: str = ""
    text: str = ""
    page: str = ""
    checked: str = ""
