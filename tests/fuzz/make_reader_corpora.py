#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of the fuzz targets sndfile, text, wfdb and raw: make_reader_corpora.py FOLDER

Small files, one for each path through a reader; the standard library is enough to make them.
"""
import os
import struct
import sys


def write(folder, name, data):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as out:
        out.write(data)


# --- audio ---------------------------------------------------------------------------------------

SAMPLES = struct.pack("<8h", 0, 100, -100, 32767, -32768, 5, 6, 7)


def fmt(tag=1, channels=2, rate=10000, bits=16):
    return struct.pack("<HHIIHH", tag, channels, rate, rate * channels * bits // 8,
                       channels * bits // 8, bits)


def riff(chunks, magic=b"RIFF", order="<"):
    body = b"WAVE" + b"".join(
        name + struct.pack(order + "I", len(data)) + data + b"\0" * (len(data) % 2)
        for name, data in chunks)
    return magic + struct.pack(order + "I", len(body)) + body


def w64(chunks):
    tails = {b"fmt ": b"\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A"}
    tails[b"data"] = tails[b"fmt "]
    body = b"wave" + tails[b"data"]
    for name, data in chunks:
        body += name + tails[name] + struct.pack("<Q", 24 + len(data)) + data
        body += b"\0" * (-len(data) % 8)
    head = b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00"
    return head + struct.pack("<Q", 24 + len(body)) + body


def aiff(form, comm, samples):
    chunks = [(b"COMM", comm), (b"SSND", struct.pack(">II", 0, 0) + samples)]
    if form == b"AIFC":
        chunks.insert(0, (b"FVER", struct.pack(">I", 0xA2805140)))
    body = form + b"".join(name + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)
                           for name, data in chunks)
    return b"FORM" + struct.pack(">I", len(body)) + body


def caf(samples):
    desc = struct.pack(">d4sIIIII", 10000, b"lpcm", 2, 4, 1, 2, 16)
    return (b"caff\0\1\0\0desc" + struct.pack(">q", len(desc)) + desc + b"data" +
            struct.pack(">qI", 4 + len(samples), 0) + samples)


def mat5(samples):
    """As libsndfile writes it: the rate packed into its tag."""
    def matrix(name, rows, columns, element):
        body = (struct.pack("<IIII", 6, 8, 6, 0) + struct.pack("<IIII", 5, 8, rows, columns) +
                struct.pack("<II", 1, len(name)) + name + b"\0" * (-len(name) % 8) + element)
        return struct.pack("<II", 14, len(body)) + body
    head = b"MATLAB 5.0 MAT-file, test".ljust(116) + b"\0" * 8 + struct.pack("<H2s", 0x100, b"IM")
    return (head + matrix(b"samplerate", 1, 1, struct.pack("<HHI", 4, 2, 10000)) +
            matrix(b"wavedata", 2, len(samples) // 4,
                   struct.pack("<II", 3, len(samples)) + samples))


def mat4(samples):
    return (struct.pack("<5I", 0, 1, 1, 0, 11) + b"samplerate\0" + struct.pack("<d", 10000) +
            struct.pack("<5I", 30, 2, len(samples) // 4, 0, 9) + b"wavedata\0" + samples)


def crc(data, polynomial, bits):
    value, top, mask = 0, 1 << (bits - 1), (1 << bits) - 1
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
    return value


def flac(values):
    """One frame of one channel, 16 bit, stored verbatim (RFC 9639)."""
    count = len(values)
    packed = 10000 << 44 | 0 << 41 | 15 << 36 | count
    info = struct.pack(">HH", count, count) + b"\0" * 6 + struct.pack(">Q", packed) + b"\0" * 16
    head = b"\xFF\xF8\x7D\x08\x00" + struct.pack(">H", count - 1) + struct.pack(">H", 10000)
    head += bytes([crc(head, 0x07, 8)])
    frame = head + b"\x02" + b"".join(struct.pack(">h", value) for value in values)
    frame += struct.pack(">H", crc(frame, 0x8005, 16))
    return b"fLaC\x80" + struct.pack(">I", len(info))[1:] + info + frame


def audio(folder):
    pcm = [(b"fmt ", fmt()), (b"data", SAMPLES)]
    floats = struct.pack("<4f", 0.5, -0.5, 1e-40, 2)
    extensible = fmt(0xFFFE) + struct.pack("<HHI", 22, 16, 3) + b"\1\0\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71"
    comm = struct.pack(">hIh", 2, 4, 16) + b"\x40\x0C\x9C\x40" + b"\0" * 6
    write(folder, "pcm.wav", riff(pcm))
    write(folder, "chunks.wav", riff([(b"LIST", b"abc"), *pcm, (b"note", b"z")]))
    write(folder, "float.wav", riff([(b"fmt ", fmt(3, 1, 10000, 32)), (b"data", floats)]))
    write(folder, "extensible.wav", riff([(b"fmt ", extensible), (b"data", SAMPLES)]))
    write(folder, "open.wav", riff(pcm)[:-20] + b"\xFF" * 4 + SAMPLES)
    write(folder, "big.wav", riff([(b"fmt ", struct.pack(">HHIIHH", 1, 2, 10000, 40000, 4, 16)),
                                   (b"data", SAMPLES)], b"RIFX", ">"))
    ds64 = struct.pack("<QQQI", 100, len(SAMPLES), 4, 0)
    rf64 = riff([(b"ds64", ds64), *pcm], b"RF64")
    write(folder, "a.rf64", rf64[:4] + b"\xFF" * 4 + rf64[8:-20] + b"\xFF" * 4 + SAMPLES)
    write(folder, "a.w64", w64(pcm))
    write(folder, "a.aiff", aiff(b"AIFF", comm, SAMPLES))
    write(folder, "a.aifc", aiff(b"AIFC", comm + b"sowt\0\0", SAMPLES))
    write(folder, "a.caf", caf(SAMPLES))
    write(folder, "a.au", struct.pack(">4s5I", b".snd", 24, 16, 3, 10000, 2) + SAMPLES)
    write(folder, "b.au", struct.pack("<4s5I", b"dns.", 24, 16, 6, 10000, 2) + SAMPLES)
    write(folder, "a4.mat", mat4(SAMPLES))
    write(folder, "a5.mat", mat5(SAMPLES))
    write(folder, "a.flac", flac([0, 100, -100, 32767, -32768, 5, 6, 7] * 4))


# --- text ----------------------------------------------------------------------------------------

TABLES = {
    "comma.csv": "time_ms,R APB (mV),R ADM (uV)\n-0.1,1,2\n0,3,4\n0.1,5,6\n",
    "semicolon.csv": "Zeit (s);APB [mV]\n0,0000;1,5\n0,0001;-2\n0,0002;0,25\n",
    "tab.tsv": "time\tAPB\ns\tmV\n0\t1\n0.001\t2\n0.002\t3\n",
    "blank.txt": "# Sampling Rate (Hz):= 1000.00\n# Resolution:= 12\n# Labels:= A, B\n# Units: mV\n 1 2\n3  4\n",
    "quotes.csv": '"time_ms","a ""b"" (mV)"\r\n"0","1"\r\n"0.1","2"\r\n',
    "sweeps.csv": "time_ms,r000_stim0.55V,r001_stim8.2mA\n-0.1,1,4\n0,2,5\n0.1,3,6\n",
    "long.csv": "recording_index,channel_index,stimulus_V,time_point,amplitude_mV\n"
                "0,1,0.5,0,1\n0,1,0.5,0.1,2\n1,1,0.6,0,3\n1,1,0.6,0.1,4\n0,2,0.5,0,5\n0,2,0.5,0.1,6\n",
    "single.txt": "# sampling interval (ms): 0.1\nAPB (mV)\n1,5\n-2,0\n",
    "named.txt": "% remark\n# time_us,a_uV\n0,1\n100,2\n200,3\n",
    "sample.csv": "sample,a_uV,time_s,trigger\n1,1,0,0\n2,2,0.0001,1\n3,1,0.0002,0\n",
}


def text(folder):
    for name, table in TABLES.items():
        write(folder, name, table.encode())
    write(folder, "bom.csv", b"\xEF\xBB\xBF" + TABLES["comma.csv"].encode())
    write(folder, "latin1.csv", "time_ms,a (\u00b5V)\n0,1\n0.1,2\n".encode("latin-1"))
    write(folder, "utf16.csv", TABLES["comma.csv"].encode("utf-16"))


# --- WFDB ----------------------------------------------------------------------------------------

def record(header, samples, notes=b""):
    header = header.encode()
    return struct.pack("<HH", len(header), len(samples)) + header + samples + notes


def wfdb(folder):
    notes = bytes([0x01, 0x04, 0x01, 0x58, 0x03, 0xFC]) + b"abc\0" + struct.pack(
        "<HHHHH", 59 << 10, 0, 1, 5 << 10, 0)
    for code, size in ((8, 4), (16, 8), (24, 12), (32, 16), (61, 8), (80, 4), (160, 8), (212, 6),
                       (310, 6), (311, 6)):
        write(folder, f"format{code}",
              record(f"r 1 1000 4\nr.dat {code} 200/mV 8 0 1 5 0 R APB\n", bytes(range(size)), notes))
    write(folder, "mixed", record("r 2 500/100(3) 2 10:20:30 05/06/2020\nr.dat 80x2 1(5)/uV 8 0\n"
                                  "r.dat 80:1 12.5/mmHg\n# <sex>: F\n", bytes(range(120, 126))))
    write(folder, "offset", record("r 1\nr.dat 16+2\n", bytes(range(8))))
    write(folder, "segments", record("r/4 1 1000 12\ns 4\ns 4\n~ 0\ns 4\n", bytes(range(8)), notes))
    write(folder, "null", record("r 1 1000 4\n* 0\n", b""))


def raw(folder):
    for code in range(11):
        write(folder, f"encoding{code}", bytes([code, 1 + code % 3]) + bytes(range(48)))


if __name__ == "__main__":
    root = sys.argv[1]
    audio(os.path.join(root, "sndfile"))
    text(os.path.join(root, "text"))
    wfdb(os.path.join(root, "wfdb"))
    raw(os.path.join(root, "raw"))
