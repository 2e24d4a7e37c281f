#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""html_page.py PROGRAM: the HTML of the fixture, parsed by html.parser, and by Chromium where it is.

Asserts that hostile texts are text (X-01), that nothing points outside (X-08), that the page is
small. Chromium is asked for the page's text and tree; a dialog or a request of its own would show.
"""
import html.parser
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading

VOID = {"meta", "link", "br", "path", "circle", "img"}
ALLOWED = set("""html head circle meta link title style body main header nav a h1 h2 h3 p section dl dt dd ul li b span
div table thead tbody tr th td small figure figcaption svg path text""".split())
ALLOWED_ATTRIBUTES = set("""cx cy r lang charset http-equiv content name rel href id class scope colspan viewbox role
aria-label d x y""".split())


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.problems, self.text, self.cells = [], [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in ALLOWED:
            self.problems.append("element %s" % tag)
        for name, value in attributes:
            if name not in ALLOWED_ATTRIBUTES:
                self.problems.append("attribute %s of %s" % (name, tag))
            if name in ("href", "src") and not (value.startswith("#") or value == "data:,"):
                self.problems.append("%s points to %s" % (tag, value))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1] != tag:
            self.problems.append("</%s> closes %s" % (tag, self.stack[-1:]))
        else:
            self.stack.pop()

    def handle_data(self, data):
        self.text.append(data)


def page_of(program, manner):
    return subprocess.run([program, "html", manner], stdout=subprocess.PIPE, check=True).stdout.decode("utf-8")


def check_parsed(source, wanted):
    page = Page()
    page.feed(source)
    page.close()
    if page.stack:
        page.problems.append("left open: %s" % page.stack)
    text = "".join(page.text)
    page.problems += ["the page does not show %r" % w for w in wanted if w not in text]
    return page.problems


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "</td></table><script>alert(3)</script>",
           "javascript:alert(4)", "' onmouseover='alert(5)", "one\\x0aline \\x1b[2J\\x07 \\u202etxet"]
CALM = ["5.12", "\u2264 4.5, z +3.0", "entered 5.2, \u0394\u00a0\u22120.08", "withheld", "artefact overlaps onset", "NR",
        "2 ms/div", "negative up", "not a medical device", "requires review and signature by a qualified physician",
        "reference set NDTF 2016 v1", "Radiculopathy, right, C8 > T1: probable, active on chronic"]


class Recorder(http.server.BaseHTTPRequestHandler):
    asked, page = [], b""

    def do_GET(self):
        Recorder.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(Recorder.page if self.path == "/report" else b"")

    def log_message(self, *arguments):
        pass


def in_chromium(chromium, source):
    """Problems that the browser sees: other requests, console messages, elements that must not be."""
    Recorder.page, Recorder.asked = source.encode("utf-8"), []
    server = http.server.HTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    profile = tempfile.mkdtemp()
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync",
               "--enable-logging=stderr", "--user-data-dir=" + profile, "--dump-dom",
               "http://127.0.0.1:%d/report" % server.server_port]
    try:
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90)
    finally:
        server.shutdown()
        shutil.rmtree(profile, ignore_errors=True)
    tree, log = run.stdout.decode("utf-8", "replace"), run.stderr.decode("utf-8", "replace")
    problems = ["it asked for %s" % path for path in Recorder.asked if path != "/report"]
    problems += ["console: %s" % line for line in log.splitlines() if "CONSOLE" in line]
    problems += ["its tree holds %s" % word for word in ("<script", "<img", "onerror=alert(2)\"", "<iframe")
                 if word in tree]
    if "<svg" not in tree or "</section>" not in tree:
        problems.append("the browser gave no whole page")
    return problems


def main():
    program = sys.argv[1]
    pages = {manner: page_of(program, manner) for manner in ("calm", "hostile", "bare")}
    problems = check_parsed(pages["calm"], CALM) + check_parsed(pages["hostile"], HOSTILE)
    problems += check_parsed(pages["bare"], ["Patient and technique"])
    # 12 responses with sweeps; 30 responses are to stay below 1.5 MB.
    size = len(pages["calm"].encode("utf-8"))
    if size > 600000:
        problems.append("%d bytes for 12 responses" % size)
    chromium = shutil.which("chromium")
    if chromium and not problems and os.environ.get("RANVIER_NO_BROWSER") is None:
        problems += in_chromium(chromium, pages["hostile"]) + in_chromium(chromium, pages["calm"])
    elif not chromium:
        print("chromium is not installed: parsed by html.parser only")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
