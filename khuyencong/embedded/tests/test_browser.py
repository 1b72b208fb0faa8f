"""The browser that the tests of all apps use."""

import http.server
import threading

import pytest

PAGES = {
    "/good": "<!doctype html><title>Tốt</title><p id=width></p>",
    "/broken": "<!doctype html><title>Hỏng</title><script>undefinedName()</script>",
}


@pytest.fixture
def address():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = PAGES.get(self.path, "Không tìm thấy").encode()
            self.send_response(200 if self.path in PAGES or self.path == "/favicon.ico" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_desktop_and_phone_have_their_sizes_and_speak_vietnamese(address, page, phone_page):
    page.goto(address + "/good")
    phone_page.goto(address + "/good")
    assert page.evaluate("[innerWidth, navigator.language]") == [1366, "vi-VN"]
    assert phone_page.evaluate("navigator.maxTouchPoints > 0") is True
    assert phone_page.viewport_size == {"width": 360, "height": 740}


def test_a_script_error_is_a_complaint(address, page):
    page.goto(address + "/broken")
    assert "undefinedName" in page.watch.unexpected()[0]
    page.watch.complaints.clear()


def test_a_page_refused_on_purpose_is_none(address, page):
    page.goto(address + "/missing")
    assert page.watch.unexpected() == []
