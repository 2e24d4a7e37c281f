#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of the fuzz target frames with the sender of samples/senders:
make_frames_corpus.py FOLDER"""
import io
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../samples/senders"))
from sender import HEADER, Sender  # noqa: E402


def plain():
    sender = Sender(io.BytesIO())
    sender.header(dict(HEADER, patient={"id": "P1", "sex": "female"}, start="2026-03-02T10:00:00"))
    sender.label("median motor R wrist 80mm")
    sender.samples(list(range(40)))
    sender.stimulus(0.25, 12.5, text="first")
    sender.samples(list(range(40)))
    sender.frame(b"N", b"cough")
    sender.frame(b"E")
    return sender.out.getvalue()


def gaps():
    sender = Sender(io.BytesIO())
    sender.sequence = sender.counter = 0xFFFFFFF0
    sender.header(HEADER)
    sender.samples(list(range(10)))
    sender.counter = (sender.counter + 100) & 0xFFFFFFFF
    sender.samples(list(range(10)))
    sender.counter = 5
    sender.sequence += 3
    sender.samples(list(range(10)))
    sender.label_number += 1
    sender.stimulus()
    sender.frame(b"E")
    return sender.out.getvalue()


def main(folder):
    os.makedirs(folder, exist_ok=True)
    whole = plain()
    seeds = {"plain": whole, "gaps": gaps(), "cut": whole[:-30], "garbage": whole[:300] + b"RVF1RVF"
             + whole[300:], "twice": whole + whole, "late": whole[200:]}
    for name, data in seeds.items():
        with open(os.path.join(folder, name), "wb") as out:
            out.write(data)


main(sys.argv[1])
