#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The samples were simulated with one disease each: the report must lead with it.

    sample_conclusions.py RANVIER SAMPLES
"""
import json
import os
import subprocess
import sys

# What is true of each sample (samples/README.md); a single nerve is no basis for a conclusion.
EXPECTED = {
    "normal_arm": "normal",
    "carpal_tunnel": "median_wrist",
    "ulnar_elbow": "ulnar_elbow",
    "l5_radiculopathy": "radiculopathy",
    "axonal_polyneuropathy": "polyneuropathy_axonal",
    "motor_edf_d/median_APB_motor_right.edf": "indeterminate",
}


def main():
    program, samples = sys.argv[1:3]
    wrong = 0
    for name, expected in EXPECTED.items():
        done = subprocess.run([program, "report", os.path.join(samples, name), "--format", "json"],
                              stdout=subprocess.PIPE, check=True)
        report = json.loads(done.stdout.decode("utf-8"))
        found = report["impression"]["primary"]
        wrong += found != expected
        for notice in report["notices"]:
            # The simulated muscles are at rest.
            if notice["code"] == "voluntary_background":
                wrong += 1
                print("WRONG " + name + ": " + notice["where"] + " " + notice["text"])
        print(("ok    " if found == expected else "WRONG ") + name + ": " + str(found))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
