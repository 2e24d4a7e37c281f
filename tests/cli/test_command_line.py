#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line, the environment, outputs and hostile names: rows C, K and X."""
import html.parser
import json
import os
import resource
import signal
import subprocess
import time

from harness import STUDY, Skip, check, edf, main, study


def c_01_no_arguments_give_a_short_usage(t):
    result = t.refused(2, "no command")
    check("usage:" in result.words and not result.out, "usage belongs on standard error")


def c_02_unknown_and_repeated_options_are_named(t):
    t.refused(2, "--nonsense", "report", "--nonsense", "x")
    t.refused(2, "twice", "report", "--format", "json", "--format", "tsv", "x")
    t.refused(2, "needs a value", "report", "--format")
    t.refused(2, "unknown command", "rapport")
    t.refused(2, "operands", "report")


def c_04_names_that_look_like_options(t):
    t.write("-x.edf", edf())
    t.done("inspect", "--", "-x.edf")
    t.done("inspect", "./-x.edf")


def c_06_nothing_is_overwritten_without_force(t):
    folder = study(t)
    t.write("out.html", "mine")
    t.refused(73, "out.html", "report", folder, "-o", "out.html")
    with open(t.path("out.html")) as file:
        check(file.read() == "mine", "it was overwritten")
    t.done("report", folder, "-o", "out.html", "--force")
    with open(t.path("out.html")) as file:
        check("<html" in file.read(), "not written")


def c_06_an_input_is_never_an_output(t):
    folder = study(t)
    before = open(os.path.join(folder, "responses.tsv")).read()
    result = t.run("report", folder, "-o", os.path.join(folder, "responses.tsv"), "--force")
    check(result.code in (2, 73), "exit %d" % result.code)
    check(open(os.path.join(folder, "responses.tsv")).read() == before, "the table was lost")


def c_07_an_output_that_cannot_be_made_is_said_before_measuring(t):
    t.refused(73, "", "report", study(t), "-o", t.path("no", "such", "folder", "a.html"))


def c_08_the_environment_changes_nothing(t):
    folder = study(t)
    plain = t.done("report", folder, "--format", "json").out
    for env in ({"LC_ALL": "de_DE.UTF-8"}, {"LC_ALL": "C"}, {"LC_ALL": "tr_TR.UTF-8"},
                {"TZ": "Asia/Kathmandu"}, {"TZ": ":nonsense"}, {"COLUMNS": "0"}, {"PATH": ""},
                {"TMPDIR": "/no/such"}):
        other = t.done("report", folder, "--format", "json", env=env).out
        check(other == plain, "%s changed the report" % env)


def c_10_files_are_private_whatever_the_umask(t):
    t.done("report", study(t), "-o", "out.html", preexec_fn=lambda: os.umask(0))
    mode = os.stat(t.path("out.html")).st_mode & 0o777
    check(mode == 0o600, "mode %o" % mode)


def c_12_all_descriptors_closed(t):
    folder = study(t)
    out = t.path("out.html")
    process = subprocess.Popen(
        ["sh", "-c", 'exec "$0" report "$1" -o "$2" <&- >&- 2>&-', t.program, folder, out])
    check(process.wait(timeout=20) == 0, "exit %s" % process.returncode)
    with open(out) as file:
        check(file.read().rstrip().endswith("</html>"), "the page is damaged")


def c_13_an_empty_name_and_no_environment_are_no_crash(t):
    code = subprocess.run(["bash", "-c", 'exec -c -a "" "$1"', "-", t.program],
                          stderr=subprocess.DEVNULL).returncode
    check(code == 2, "exit %d" % code)


def c_14_a_full_standard_output_is_an_error(t):
    for args in (["--version"], ["--help"], ["report", "--help"], ["report", study(t)],
                 ["report", study(t), "--format", "json"], ["manual"]):
        with open("/dev/full", "wb") as full:
            process = subprocess.run([t.program, *args], stdout=full, stderr=subprocess.PIPE,
                                     timeout=30)
        check(process.returncode == 74, "%s: exit %d" % (args, process.returncode))


def c_15_the_same_twice_is_the_same_bytes(t):
    folder = t.sample("carpal_tunnel")
    for form in ("json", "html", "tsv", "text"):
        first = t.done("report", folder, "--format", form).out
        check(first == t.done("report", folder, "--format", form).out, form)


def k_02_a_full_disk_leaves_the_old_report(t):
    folder = study(t)
    t.write("out.html", "old")
    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    result = t.run("report", folder, "-o", "out.html", "--force", preexec_fn=small_files)
    check(result.code == 74, "exit %d: %s" % (result.code, result.words))
    check(open(t.path("out.html")).read() == "old", "the old report is gone")
    check(sorted(os.listdir(t.folder)) == ["out.html", "study"], str(os.listdir(t.folder)))


def k_06_killed_while_writing_the_name_holds_a_whole_file(t):
    folder = study(t)
    t.done("report", folder, "-o", "out.html")
    whole = open(t.path("out.html"), "rb").read()
    for i in range(40):
        process = subprocess.Popen([t.program, "report", folder, "-o", "out.html", "--force"],
                                   cwd=t.folder)
        time.sleep(0.0004 * (i % 20))
        process.kill()
        process.wait()
        check(open(t.path("out.html"), "rb").read() == whole, "a torn report after %d kills" % i)


def k_18_a_small_stack_is_enough(t):
    if "ASAN_OPTIONS" in os.environ:
        raise Skip("sanitized programs need more stack")
    limit = lambda: resource.setrlimit(resource.RLIMIT_STACK, (256 << 10, 256 << 10))
    t.done("report", t.sample("carpal_tunnel"), "--format", "json", preexec_fn=limit)


def s_11_a_reader_that_leaves_ends_us_quietly(t):
    process = subprocess.run("'%s' report '%s' --format html | head -c 1 >/dev/null" %
                             (t.program, t.sample("carpal_tunnel")), shell=True,
                             stderr=subprocess.PIPE, timeout=30)
    check(not process.stderr.strip(), "said: %r" % process.stderr)


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)",
           "=HYPERLINK(\"http://x\")", "+1+1", "@SUM(1)", "a\x1b[2Jb\x07", "line\nforged: entry",
           "\u202egnp.exe", "\u2028", "')--", "%s%n"]


def hostile_study(t, name):
    made = json.loads(json.dumps(STUDY))
    made["patient"]["id"] = made["patient"]["name"] = name
    made["visit"] = {"examiner": name, "laboratory": name, "question": name}
    return study(t, json_text=json.dumps(made))


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def x_01_hostile_names_are_text_in_the_page(t):
    for name in HOSTILE:
        page = Page()
        page.feed(t.done("report", hostile_study(t, name), "--format", "html").text)
        check("script" not in page.tags and "img" not in page.tags, name)
        check(not any(a.startswith("on") for a, _ in page.attributes), name)
        check(not any((v or "").lower().startswith(("http:", "https:", "javascript:", "//"))
                      for a, v in page.attributes if a in ("href", "src", "xlink:href")), name)


def x_02_formulas_are_not_run_by_a_spreadsheet(t):
    for name in HOSTILE:
        for line in t.done("report", hostile_study(t, name), "--format", "tsv").text.splitlines():
            for cell in line.split("\t"):
                if cell[:1] in "=+@" and cell:
                    check(cell.lstrip("+").replace(".", "").isdigit(), "cell %r" % cell)


def x_03_no_control_byte_reaches_the_terminal(t):
    for name in HOSTILE:
        out = t.done("report", hostile_study(t, name), "--colour", "never").out
        check(b"\x1b" not in out and b"\x07" not in out, name)
        check("\u202e" not in out.decode("utf-8"), name)


def x_03_messages_hold_no_control_character(t):
    """C1 too: U+009B begins an escape sequence as ESC [ does, as a character or as a byte."""
    for name in (b"a\xc2\x9b31m.edf", b"a\x9b31m.edf", b"a\x1b[31m.edf", b"a\xe2\x80\xae.edf"):
        path = os.path.join(os.fsencode(t.folder), name)
        with open(path, "wb") as file:
            file.write(b"no recording")
        for words in (("report",), ("inspect",), ("batch", "--out", "out.sqlite", "--resume")):
            err = t.run(words[0], path, *words[1:]).err
            shown = err.decode("utf-8", "replace")
            check(not [c for c in shown if c < " " and c != "\n"], repr(shown))
            check(not [c for c in shown if c in "\x7f\x9b\u202e\ufffd"], repr(shown))
            check("\\" in shown, "not made visible: %r" % shown)


def x_05_json_is_always_json(t):
    for name in HOSTILE:
        report = t.report(hostile_study(t, name))
        check(report["patient"]["id"] == name, "%r became %r" % (name, report["patient"]["id"]))


main(globals())
