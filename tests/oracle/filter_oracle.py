#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a dumped filter run with SciPy: the response of its taps (freqz), what is said of it,
and its output (oaconvolve in double precision on the held-out signal)."""
import subprocess
import sys

try:
    import numpy as np
    from scipy.signal import freqz, oaconvolve
except ImportError:
    print("SciPy is not installed")
    sys.exit(77)

CASES = [  # rate, band, notch, phase, taps, high-pass edge, low-pass edge
    (48000, "motor", 0, "linear", 0, 2, 10000),
    (48000, "sensory", 50, "linear", 0, 20, 3000),
    (48000, "sensory", 0, "minimum", 0, 20, 3000),
    (10000, "motor", 0, "linear", 0, 2, None),
    (48000, "20:3000", 50, "linear", 8193, None, None),
    (48000, "20:3000", 0, "linear", 513, None, 3000),
    (48000, "0:3000", 0, "linear", 101, None, 3000),
    (48000, "needle", 0, "minimum", 0, 10, 10000),
]


def dump(program, case, signal):
    words = [str(w) for w in case[:5]]
    run = subprocess.run([program, *words], input=signal.astype("<f4").tobytes(),
                         stdout=subprocess.PIPE, check=True)
    lines = run.stdout.decode().split("\n")
    facts, i = {}, 0
    while not lines[i].startswith("taps"):
        name, value = lines[i].split()
        facts[name] = float(value)
        i += 1
    count = int(lines[i].split()[1])
    taps = np.array(lines[i + 1:i + 1 + count], float)
    i += 1 + count
    count = int(lines[i].split()[1])
    return facts, taps, np.array(lines[i + 1:i + 1 + count], float)


def held(signal, before, after):
    return np.concatenate([np.full(before, signal[0]), signal, np.full(after, signal[-1])])


def check(case, facts, taps, signal, output):
    rate, _, notch, phase, _, high, low = case
    problems = []

    def expect(what, got, wanted, tolerance):
        if not abs(got - wanted) <= tolerance:
            problems.append(f"{what}: {got} instead of {wanted}")

    at = np.arange(1 << 21) * (rate / 2 / (1 << 21))
    spectrum = np.fft.rfft(taps, 1 << 22)[:-1]
    decibel = 20 * np.log10(np.maximum(np.abs(spectrum), 1e-12))
    half = len(taps) // 2
    if phase == "linear":
        expect("symmetry", np.max(np.abs(taps - taps[::-1])), 0, 0)
    for name, edge, order in (("high_pass_3db_hz", high, 1), ("low_pass_3db_hz", low, -1)):
        said = facts[name]
        if np.isfinite(said):
            _, value = freqz(taps, worN=[said], fs=rate)
            expect(name + " response dB", 20 * np.log10(abs(value[0])), -3.0103, 0.02)
        if edge:
            expect(name, said, edge, 0.005 * edge)
    passed = (at >= facts["pass_low_hz"]) & (at <= facts["pass_high_hz"])
    if notch:
        passed &= np.abs(at - notch) >= facts["notch_guard_hz"]
        _, value = freqz(taps, worN=[notch - 0.2, notch + 0.2], fs=rate)
        expect("notch", facts["notch_attenuation_db"], -20 * np.log10(np.max(np.abs(value))), 0.05)
    if passed.any():
        worst = np.max(np.abs(decibel[passed]))
        expect("ripple", facts["ripple_db"], worst, 0.02 + 0.1 * worst)
    stopped = (at <= facts["stop_low_hz"]) | (at >= facts["stop_high_hz"])
    if stopped.any():
        expect("attenuation", facts["attenuation_db"], min(140, -np.max(decibel[stopped])), 1.0)
    before, after = (half, half) if phase == "linear" else (len(taps) - 1, 0)
    wanted = oaconvolve(held(signal, before, after), taps, "valid")
    expect("length", len(output), len(wanted), 0)
    expect("output", np.max(np.abs(output - wanted)), 0, 2e-6 * np.max(np.abs(signal)))
    return problems


def main():
    rng = np.random.default_rng(20260302)
    bad = 0
    for case in CASES:
        signal = np.float32(rng.standard_normal(150001) + 3.0).astype(float)
        facts, taps, output = dump(sys.argv[1], case, signal)
        problems = check(case, facts, taps, signal, output)
        print("not ok" if problems else "ok", case, len(taps), "taps", *problems,
              {k: round(v, 3) for k, v in facts.items()})
        bad += bool(problems)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
