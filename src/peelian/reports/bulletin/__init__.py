"""The public bulletin: a site of plain files, from numbers that are fit to publish."""

from peelian.reports.bulletin.archive import SITE_RECORD, site_files, site_zip
from peelian.reports.bulletin.render import render_bulletin
from peelian.reports.bulletin.values import (
    BY,
    Bulletin,
    Change,
    District,
    Latest,
    PublicTable,
    Topic,
)

__all__ = [
    "BY",
    "SITE_RECORD",
    "Bulletin",
    "Change",
    "District",
    "Latest",
    "PublicTable",
    "Topic",
    "render_bulletin",
    "site_files",
    "site_zip",
]
