"""Workbooks made by hand, part by part, as a spreadsheet program would write them."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def formula(text, value=""):
    """A cell with a formula and, if it was ever calculated, its value."""
    return ("formula", text, value)


def made_workbook(path, sheets, *, merged=(), extra=()):
    """A workbook of sheets by name, each of rows of text, numbers, formulas or None.

    ``merged`` are ranges of every sheet, such as ``A1:D1``; ``extra`` are further members.
    """
    names = list(sheets)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" '
        f'ContentType="{SHEET_TYPE}.worksheet+xml"/>'
        for n in range(1, len(names) + 1)
    )
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(names, start=1)
    )
    ids = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" '
        f'Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}.sheet.main+xml"/>'
        f"{types}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{ids}</Relationships>",
    }
    for n, name in enumerate(names, start=1):
        parts[f"xl/worksheets/sheet{n}.xml"] = _sheet(sheets[name], merged)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (*parts.items(), *extra):
            archive.writestr(name, text)
    return Path(path)


def _sheet(rows, merged):
    body = "".join(
        f'<row r="{r}">{"".join(_cell(v, r, c) for c, v in enumerate(row))}</row>'
        for r, row in enumerate(rows, start=1)
    )
    spans = "".join(f'<mergeCell ref="{span}"/>' for span in merged)
    spans = f'<mergeCells count="{len(merged)}">{spans}</mergeCells>' if merged else ""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{spans}</worksheet>'


def _cell(value, row, column):
    at = f"{chr(ord('A') + column)}{row}"
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        _, text, cached = value
        stored = f"<v>{cached}</v>" if cached != "" else ""
        return f'<c r="{at}"><f>{escape(text)}</f>{stored}</c>'
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{at}"><v>{value!r}</v></c>'
