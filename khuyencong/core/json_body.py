"""What our own scripts send."""

import json

from django.http import HttpRequest

from khuyencong.core.exceptions import InvalidInput

MAX_JSON_BYTES = 2_000_000


def json_body(request: HttpRequest, limit: int = MAX_JSON_BYTES) -> dict:
    """The object in the body of a request; InvalidInput where it is too large or none."""
    if len(request.body) > limit:
        raise InvalidInput("Dữ liệu gửi lên quá lớn.")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("Dữ liệu gửi lên không đọc được.") from error
    if not isinstance(body, dict):
        raise InvalidInput("Dữ liệu gửi lên không đọc được.")
    return body
