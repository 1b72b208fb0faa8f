"""What a file is, by its content: its name and what the browser says about it count for nothing."""

import zipfile

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Media type → the ending it is offered with.
EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    DOCX: ".docx",
    XLSX: ".xlsx",
}
# What a browser may show within itself without running anything of the file's.
INLINE = frozenset({"image/jpeg", "image/png", "image/webp", "application/pdf"})
ALLOWED_IN_WORDS = "ảnh (JPG, PNG, WebP), PDF, Word (.docx) hoặc Excel (.xlsx)"


def sniff(stream) -> str | None:
    """The media type of an allowed kind, else None. Leaves the stream at its start.

    Office files with macros are not allowed, whatever they call themselves.
    """
    stream.seek(0)
    head = stream.read(16)
    kind = None
    if head.startswith(b"\xff\xd8\xff"):
        kind = "image/jpeg"
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        kind = "image/png"
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        kind = "image/webp"
    elif head.startswith(b"%PDF-"):
        kind = "application/pdf"
    elif head.startswith(b"PK\x03\x04"):
        kind = _office(stream)
    stream.seek(0)
    return kind


def _office(stream) -> str | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any("vbaproject" in n.lower() for n in names):
        return None
    if "word/document.xml" in names:
        return DOCX
    return XLSX if "xl/workbook.xml" in names else None
