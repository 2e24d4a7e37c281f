#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole processes on one job: 20-3000 Hz and a 50 Hz notch over ten minutes of two channels at
48 kHz, read from a 16 bit WAV file and written as float32. CPU times of runs in turn, the median of
the pair ratios. liquid-dsp and sox do the band only: for an FIR filter the notch costs nothing.

    peers.py RANVIER [LIQUID_PEER] [--pairs N]
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

RATE, SECONDS, TAPS = 48000, 600, 8193

SOS = """
import sys; from scipy.io import wavfile
from scipy.signal import butter, iirnotch, sosfiltfilt, tf2sos
import numpy as np
r, x = wavfile.read(sys.argv[1]); y = np.empty(x.shape, np.float32)
s = np.vstack([butter(int(sys.argv[3]), [20, 3000], "band", fs=r, output="sos"),
               tf2sos(*iirnotch(50, 30, fs=r))])
for c in range(x.shape[1]): y[:, c] = sosfiltfilt(s, x[:, c] / 32768)
wavfile.write(sys.argv[2], r, y)
"""
OVERLAP = """
import sys; from scipy.io import wavfile; from scipy.signal import firwin, oaconvolve
import numpy as np
r, x = wavfile.read(sys.argv[1]); y = np.empty(x.shape, np.float32)
h = firwin(%d, [20, 3000], pass_zero=False, fs=r)
for c in range(x.shape[1]): y[:, c] = oaconvolve(x[:, c] / 32768, h, "same")
wavfile.write(sys.argv[2], r, y)
""" % TAPS
MNE = """
import sys; from scipy.io import wavfile; import mne, numpy as np
r, x = wavfile.read(sys.argv[1])
y = mne.filter.filter_data(x.T / 32768.0, r, 20, 3000, verbose=False)
y = mne.filter.notch_filter(y, r, 50, verbose=False)
wavfile.write(sys.argv[2], r, y.T.astype(np.float32))
"""


def cost(words, stdin=None):
    """CPU seconds and peak memory in MiB of one process and its children."""
    source = open(stdin, "rb") if stdin else subprocess.DEVNULL
    process = subprocess.Popen(words, stdin=source, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status  # taken by wait4
    if status != 0:
        raise SystemExit("%r ended with status %d" % (words[:3], status))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


MAKE = """
import sys; from scipy.io import wavfile; import numpy as np
second = (np.random.default_rng(1).standard_normal((%d, 2)) * 3000 + 1000).astype(np.int16)
wavfile.write(sys.argv[1], %d, np.tile(second, (int(sys.argv[2]), 1)))
""" % (RATE, RATE)


def make_input(path, seconds):
    """In a process of its own: a large parent would count as the peak memory of its children."""
    subprocess.run([sys.executable, "-c", MAKE, path, str(seconds)], check=True)


def compare(name, ours, theirs, goal, pairs, stdin=None):
    """Our time as a share of theirs."""
    ratios, our_s, their_s, memory = [], [], [], 0
    for _ in range(pairs):
        a, _ = cost(ours, stdin)
        b, memory = cost(theirs)
        ratios.append(a / b)
        our_s.append(a)
        their_s.append(b)
    ratio = statistics.median(ratios)
    print("%-35s ours %5.2f s  theirs %6.2f s  %5.0f MiB  ratio %.3f  goal %.3f  %s"
          % (name, statistics.median(our_s), statistics.median(their_s), memory, ratio, goal,
             "reached" if ratio <= goal else "NOT REACHED"), flush=True)


def memory_rows(ranvier, folder, long_file):
    short_file = os.path.join(folder, "short.wav")
    make_input(short_file, 60)
    for what, more in (("%d taps" % TAPS, ["--band", "20:3000", "--taps", str(TAPS)]),
                       ("motor", ["--band", "motor"]), ("motor,sensory", ["--band", "motor,sensory"]),
                       ("motor minimum phase", ["--band", "motor", "--phase", "minimum"])):
        peaks = []
        for path in (short_file, long_file):
            out = os.path.join(folder, "memory.wav")
            peaks.append(cost([ranvier, "filter", path, out, "-q", "--force", *more])[1])
        good = max(peaks) <= 32 and abs(peaks[0] - peaks[1]) <= 2
        print("memory %-27s 1 min %5.1f MiB  10 min %5.1f MiB  goal 32, alike  %s"
              % (what, *peaks, "reached" if good else "NOT REACHED"), flush=True)


def main():
    words = [w for w in sys.argv[1:] if not w.startswith("--pairs")]
    pairs = next((int(w.split("=")[1]) for w in sys.argv if w.startswith("--pairs=")), 7)
    ranvier = os.path.abspath(words[0])
    folder = tempfile.mkdtemp(prefix="ranvier-peers-")
    try:
        source, out = os.path.join(folder, "in.wav"), os.path.join(folder, "out.wav")
        other = os.path.join(folder, "other.wav")
        make_input(source, SECONDS)

        def filtered(taps, path=source):
            return [ranvier, "filter", path, out, "-q", "--force", "--band", "20:3000",
                    "--notch", "50", "--taps", str(taps)]
        if len(words) > 1:
            compare("liquid-dsp fftfilt 8193 (goal 4)", filtered(TAPS),
                    [words[1], source, other, str(TAPS)], 1 / 2.5, pairs)
        if shutil.which("sox"):
            compare("sox sinc 2049 (goal 4)", filtered(2049),
                    ["sox", "-D", source, "-e", "float", "-b", "32", other, "sinc", "-n", "2049",
                     "20-3000"], 1 / 3, pairs)
        python = sys.executable
        compare("SciPy oaconvolve 8193", filtered(TAPS), [python, "-c", OVERLAP, source, other], 1,
                pairs)
        for order in (2, 4):
            compare("SciPy sosfiltfilt order %d (goal 4)" % order, filtered(TAPS),
                    [python, "-c", SOS, source, other, str(order)], 1 / 6, pairs)
        if subprocess.run([python, "-c", "import mne"], stderr=subprocess.DEVNULL).returncode == 0:
            compare("MNE defaults (goal 4)", filtered(TAPS), [python, "-c", MNE, source, other],
                    1 / 25, pairs)
        compare("standard input against a file (11)", filtered(TAPS, "-"), filtered(TAPS), 1.6,
                pairs, stdin=source)
        memory_rows(ranvier, folder, source)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
