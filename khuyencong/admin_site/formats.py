"""The spreadsheet formats of the admin: XLSX and CSV, safe in both directions, and ODS out."""

import tempfile
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import tablib
import xlsxwriter
from import_export.formats import base_formats

from khuyencong.exports import ods
from khuyencong.exports.registry import ExportColumn, Sheet

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Xlsx(base_formats.XLSX):
    """Written with XlsxWriter: texts stay texts, also those that look like a formula or an address."""

    def get_title(self):
        return "Excel (.xlsx)"

    def export_data(self, dataset, **kwargs):
        stream = BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(stream, options) as book:
            head = book.add_format({"bold": True, "bg_color": "#E3EEF0", "text_wrap": True})
            day = book.add_format({"num_format": "dd/mm/yyyy"})
            moment = book.add_format({"num_format": "hh:mm dd/mm/yyyy"})
            sheet = book.add_worksheet("Dữ liệu")
            sheet.freeze_panes(1, 0)
            for column, header in enumerate(dataset.headers or ()):
                sheet.write_string(0, column, str(header), head)
                sheet.set_column(column, column, max(12, min(40, len(str(header)) + 4)))
            for number, row in enumerate(dataset, start=1):
                for column, value in enumerate(row):
                    if value is None or value == "":
                        continue
                    if hasattr(value, "hour"):
                        sheet.write_datetime(number, column, value, moment)
                    elif hasattr(value, "year"):
                        sheet.write_datetime(number, column, value, day)
                    elif isinstance(value, (int, float)) and abs(value) < 10**15:
                        sheet.write_number(number, column, value)
                    else:
                        sheet.write_string(number, column, str(value))
        return stream.getvalue()

    def create_dataset(self, in_stream):
        """The first sheet. Formulas are not computed: a cell keeps its `=…`, which resources refuse."""
        book = openpyxl.load_workbook(BytesIO(in_stream), read_only=True, data_only=False)
        rows = book.worksheets[0].iter_rows(values_only=True)
        dataset = tablib.Dataset()
        headers = [str(value).strip() if value is not None else "" for value in next(rows, ())]
        while headers and not headers[-1]:
            headers.pop()
        dataset.headers = headers
        for row in rows:
            values = [value if value is not None else "" for value in row[: len(headers)]]
            values += [""] * (len(headers) - len(values))
            if any(value != "" for value in values):
                dataset.append(values)
        return dataset


class Csv(base_formats.CSV):
    """UTF-8 with its mark, so that Excel opens it right; a text like a formula gets an apostrophe."""

    CONTENT_TYPE = "text/csv; charset=utf-8"

    def get_title(self):
        return "CSV (.csv)"

    def export_data(self, dataset, **kwargs):
        safe = tablib.Dataset(headers=dataset.headers)
        for row in dataset:
            safe.append([_harmless(value) for value in row])
        return "\ufeff" + safe.export("csv")

    def create_dataset(self, in_stream, **kwargs):
        text = in_stream.decode("utf-8-sig") if isinstance(in_stream, bytes) else in_stream
        text = text.removeprefix("\ufeff")
        first_line = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first_line.count)
        dataset = tablib.Dataset().load(StringIO(text), format="csv", delimiter=delimiter)
        dataset.headers = [header.strip() for header in dataset.headers or ()]
        return dataset


class Ods(base_formats.Format):
    """OpenDocument, by the writer of the portal's own tables."""

    CONTENT_TYPE = ods.MEDIA_TYPE

    def get_title(self):
        return "OpenDocument (.ods)"

    def get_extension(self):
        return "ods"

    def get_content_type(self):
        return self.CONTENT_TYPE

    def is_binary(self):
        return True

    def can_export(self):
        return True

    def export_data(self, dataset, **kwargs):
        columns = [ExportColumn(str(header), "number", 20) for header in dataset.headers or ()]
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            path = Path(folder) / "table.ods"
            ods.write_ods(path, [Sheet("Dữ liệu", columns, iter(dataset))], [])
            return path.read_bytes()


def _harmless(value):
    if hasattr(value, "hour"):
        return f"{value:%H:%M %d/%m/%Y}"
    if hasattr(value, "year"):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


EXPORT_FORMATS = [Xlsx, Csv, Ods]
IMPORT_FORMATS = [Xlsx, Csv]
