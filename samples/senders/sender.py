#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a made nerve conduction study as Ranvier frames (docs/stream.md) to standard output:

    python3 sender.py | ranvier stream

Replace samples() by what your amplifier delivers."""
import json
import math
import struct
import sys

RATE, CHUNK, STIMULI = 20000, 400, 10
HEADER = {"format": "ranvier-frames", "version": 1, "rate_hz": RATE, "encoding": "s16le",
          "channels": [{"label": "R APB", "uv": 1}]}
TABLE = []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    TABLE.append(byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class Sender:
    def __init__(self, out):
        self.out, self.sequence, self.counter, self.label_number = out, 0, 0, 0

    def frame(self, kind, payload=b""):
        head = struct.pack("<4scBHIII", b"RVF1", kind, 0, self.label_number, len(payload),
                           self.sequence, self.counter)
        self.out.write(head + struct.pack("<I", crc32c(head + payload)) + payload)
        self.out.flush()  # what is not flushed is late
        self.sequence = (self.sequence + 1) & 0xFFFFFFFF

    def header(self, header):
        self.frame(b"H", json.dumps(header).encode())

    def label(self, text):
        self.label_number = (self.label_number + 1) & 0xFFFF
        self.frame(b"L", json.dumps({"label": text}).encode())

    def stimulus(self, after=0.0, milliampere=math.nan, volt=math.nan, pulse_ms=math.nan, text=""):
        self.frame(b"T", struct.pack("<4f", after, milliampere, volt, pulse_ms) + text.encode())

    def samples(self, values):  # of all channels, one sample of each in turn
        self.frame(b"S", struct.pack("<%dh" % len(values), *values))
        self.counter = (self.counter + len(values) // len(HEADER["channels"])) & 0xFFFFFFFF


def samples(since_ms, noise=[1]):
    """A response that begins 3.5 ms after the stimulus, negative (down) first, and some noise; in uV."""
    values = []
    for _ in range(CHUNK):
        t = (since_ms - 3.5) / 6.0
        response = -8000 * math.sin(math.pi * t) * math.sin(math.pi * t / 2) if 0 < t < 2 else 0
        noise[0] = noise[0] * 1664525 + 1013904223 & 0xFFFFFFFF
        values.append(round(response) + (noise[0] >> 28) - 8)
        since_ms += 1000.0 / RATE
    return values


if __name__ == "__main__":
    sender = Sender(sys.stdout.buffer)
    sender.header(HEADER)
    sender.label("median motor R wrist 80mm")
    for chunk in range(25 * STIMULI):  # 25 chunks of 20 ms: 2 stimuli a second
        if chunk % 25 == 5:
            sender.stimulus(0, 12.5, pulse_ms=0.2)
        samples_now = samples(chunk % 25 * 20 - 100)
        sender.samples(samples_now)
    sender.frame(b"E")
