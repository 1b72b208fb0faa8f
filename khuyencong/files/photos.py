"""What a photograph tells and how it is shown: when and where it was taken, and two smaller copies.

The copies carry nothing of what the camera wrote into the file (its position above all); whoever may
read the record reads the position as data. The file itself stays as it was taken.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from PIL import ExifTags, Image, ImageOps

# Longest side in pixels: in the gallery, and on the page of one photograph.
THUMBNAIL, PREVIEW = 360, 1600
# Beyond this a picture is not taken apart: a small file can claim to be huge.
MOST_PIXELS = 80_000_000
# What Pillow raises on broken pictures.
BROKEN = (OSError, ValueError, SyntaxError, ArithmeticError, KeyError, Image.DecompressionBombError)


@dataclass(frozen=True)
class Photograph:
    """Copies as JPEG without metadata; time and position as the camera wrote them, if it did."""

    thumbnail: bytes
    preview: bytes
    taken_at: datetime | None
    latitude: Decimal | None
    longitude: Decimal | None


def read_photograph(stream) -> Photograph | None:
    """The copies and facts of a picture; None of what cannot be read as one. Leaves the stream at its
    start."""
    stream.seek(0)
    try:
        with Image.open(stream) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            exif = image.getexif()
            taken_at, position = _taken_at(exif), _position(exif)
            image.draft("RGB", (PREVIEW, PREVIEW))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            preview = _copy(upright, PREVIEW)
            thumbnail = _copy(upright, THUMBNAIL)
    except BROKEN:
        return None
    finally:
        stream.seek(0)
    return Photograph(thumbnail, preview, taken_at, *(position or (None, None)))


def _copy(image: Image.Image, side: int) -> bytes:
    small = image.copy()
    small.thumbnail((side, side))
    # Made anew from the pixels, so that nothing comes along.
    clean = Image.new("RGB", small.size)
    clean.paste(small)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _taken_at(exif: Image.Exif) -> datetime | None:
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    text = detail.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    try:
        moment = datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    # A camera knows no time zone: it shows the clock of where it was.
    return timezone.make_aware(moment) if 1990 <= moment.year <= 2100 else None


def _position(exif: Image.Exif) -> tuple[Decimal, Decimal] | None:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    try:
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S")
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W")
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude


def _degrees(parts, side: str, negative: str) -> Decimal:
    degrees, minutes, seconds = (Decimal(str(float(part))) for part in parts)
    value = (degrees + minutes / 60 + seconds / 3600).quantize(Decimal("0.000001"))
    return -value if side == negative else value
