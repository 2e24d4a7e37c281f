#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the teaching studies of tests/interpret/studies and their expectations.

    make_studies.py FOLDER

Values are composed by hand around the limits: nobody measured them. Each study states in words why
the expectation follows (clinical specification sections 6 to 10). A study is a set of normal values
for the limbs that it names, with what differs written out.
"""
import json
import os
import sys

ARM = {  # kind nerve record stimulate: distance segment onset peak amplitude velocity
    "motor median APB wrist": (80, None, 3.5, None, 9.0, None), "motor median APB elbow": (None, 230, 7.6, None, 8.8, 56),
    "motor ulnar ADM wrist": (80, None, 2.8, None, 10.5, None), "motor ulnar ADM below elbow": (None, 220, 6.5, None, 10.2, 59),
    "motor ulnar ADM above elbow": (None, 100, 8.2, None, 10.0, 59),
    "sensory median D2 wrist": (140, None, 2.6, 3.3, 30, 54), "sensory ulnar D5 wrist": (140, None, 2.5, 3.2, 24, 56),
    "sensory radial thumb base forearm": (100, None, 1.8, 2.3, 24, 56)}
LEG = {
    "motor fibular EDB ankle": (80, None, 4.7, None, 5.0, None), "motor fibular EDB below fibular head": (None, 320, 11.7, None, 4.8, 46),
    "motor fibular EDB popliteal fossa": (None, 100, 13.8, None, 4.7, 48),
    "motor tibial AH ankle": (80, None, 4.4, None, 11.0, None), "motor tibial AH popliteal fossa": (None, 400, 13.1, None, 9.5, 46),
    "sensory sural ankle calf": (140, None, 3.0, 3.8, 13, 47), "sensory superficial fibular ankle calf": (140, None, 2.9, 3.7, 12, 48)}
LABC = {"sensory lateral antebrachial cutaneous forearm elbow": (100, None, 1.7, 2.2, 18, 59)}
MABC = {"sensory medial antebrachial cutaneous forearm elbow": (100, None, 1.7, 2.2, 12, 59)}
DUC = {"sensory dorsal ulnar cutaneous hand wrist": (80, None, 1.6, 2.1, 18, 50)}
SAPH = {"sensory saphenous ankle calf": (140, None, 2.9, 3.7, 7, 48)}
NR = (None,) * 6
NORMAL = ("0", "normal", "normal", "normal", "normal")
RECORDS = sorted(["APB", "ADM", "FDI", "EIP", "EDC", "EDB", "TA", "AH", "ADQP", "RF", "D1", "D2", "D3", "D4", "D5", "wrist", "hand",
                  "forearm", "thumb base", "ankle", "soleus", "thigh", "interossei", "2nd lumbrical", "deltoid"], key=len, reverse=True)
KINDS = ("motor", "sensory", "mixed", "f_wave", "h_reflex", "repetitive")


def split(key):
    kind = next(k for k in KINDS if key.startswith(k + " "))
    rest = key[len(kind) + 1:]
    for at in range(len(rest)):
        for record in RECORDS:
            if (rest[at:] + " ").startswith(" " + record + " "):
                return kind, rest[:at], record, rest[at + 1 + len(record):].strip() or "n/a"
    raise ValueError(key)


def fib(grade, units="normal", phases="normal", recruitment="reduced", size=None):
    return (grade, units, size or ("large" if units == "long" else "normal"), phases, recruitment)


STUDIES = {}


def study(name, why, expect, responses, needle, side="right", days=100, patient=None, extra=None, must_not=(), mention=()):
    """responses: {side: {key: values}}; needle: {side: {muscle: row}}; expect: (pattern, roots, side, least grade) or more."""
    STUDIES[name] = dict(why=why, expect=expect, responses=responses, needle=needle, side=side, days=days,
                         patient=patient or {}, extra=extra or {}, must_not=must_not, mention=mention)


def with_(base, *others, **changes):
    merged = dict(base)
    for other in others:
        merged.update(other)
    return merged


def normal(*muscles):
    return {m: NORMAL for m in muscles}


PSP = ("1+", "n/a", "n/a", "n/a", "n/a")
PSP0 = ("0", "n/a", "n/a", "n/a", "n/a")

study("c5_root", "spinati, deltoid, biceps, brachioradialis and rhomboid with normal pronator teres: C5 (Levin 1996)",
      [("radiculopathy", ["C5"], "right", "definite")], {"right": with_(ARM, LABC), "left": LABC},
      {"right": with_({"rhomboid major": fib("1+"), "infraspinatus": fib("2+"), "deltoid": fib("2+"), "biceps": fib("1+"),
                       "brachioradialis": fib("1+"), "cervical paraspinals": PSP}, normal("pronator teres", "triceps", "FDI"))},
      must_not=["plexopathy", "other_mononeuropathy"])
study("c5_or_c6_root", "muscles that C5 and C6 share equally: a pair, neither forced",
      [("radiculopathy", ["C5", "C6"], "right", "probable")], {"right": with_(ARM, LABC)},
      {"right": with_({"biceps": fib("2+"), "brachioradialis": fib("1+"), "deltoid": fib("1+")}, normal("triceps", "EDC", "FDI"))})
study("upper_trunk", "the muscles of C5 and C6 with a lost LABC and D1 and normal paraspinals: beyond the ganglion",
      [("plexopathy", None, "right", "probable")],
      {"right": with_(ARM, {"sensory lateral antebrachial cutaneous forearm elbow": NR, "sensory median D1 wrist": (100, None, 2.2, 2.8, 6, 47)}),
       "left": with_(LABC, {"sensory median D1 wrist": (100, None, 2.1, 2.7, 32, 48)})},
      {"right": with_({"infraspinatus": fib("2+"), "deltoid": fib("2+"), "biceps": fib("2+"), "brachioradialis": fib("1+"),
                       "cervical paraspinals": PSP0}, normal("triceps", "EDC", "FDI", "rhomboid major"))}, must_not=["radiculopathy"])
study("lower_trunk", "C8 and T1 muscles of three nerves with low D5 and MABC, paraspinals normal",
      [("plexopathy", None, "left", "probable")],
      {"left": with_(ARM, DUC, {"sensory ulnar D5 wrist": (140, None, 2.6, 3.3, 4, 54), "sensory medial antebrachial cutaneous forearm elbow": NR,
                                "motor median APB wrist": (80, None, 3.8, None, 2.1, None), "motor median APB elbow": (None, 230, 8.0, None, 2.0, 55)}),
       "right": with_({"sensory ulnar D5 wrist": (140, None, 2.5, 3.2, 24, 56)}, MABC)},
      {"left": with_({"APB": fib("2+", "long"), "FDI": fib("2+"), "FPL": fib("1+"), "EIP": fib("1+"), "cervical paraspinals": PSP0},
                     normal("triceps", "biceps", "pronator teres"))}, must_not=["radiculopathy", "ulnar_elbow", "median_wrist"])
study("c8_with_hand_only", "hand muscles alone: at most possible (18 % false positives without forearm muscles)",
      [("radiculopathy", ["C8", "T1"], "right", "possible")], {"right": with_(ARM, MABC)},
      {"right": with_({"FDI": fib("1+"), "APB": fib("1+")}, normal("triceps", "biceps"))}, must_not=["ulnar_elbow"])
study("posterior_interosseous", "radial muscles below the supinator, radial sensory response and ECRL spared",
      [("other_mononeuropathy", None, "right", "probable")], {"right": ARM, "left": {"sensory radial thumb base forearm": (100, None, 1.8, 2.3, 25, 56)}},
      {"right": with_({"EDC": fib("2+"), "EIP": fib("2+"), "ECU": fib("1+")},
                      normal("brachioradialis", "ECRL", "triceps", "FCR", "FDI"), {"cervical paraspinals": PSP0})}, must_not=["radiculopathy"])
study("radial_spiral_groove", "block between elbow and upper arm, brachioradialis abnormal, triceps spared",
      [("radial_arm", None, "right", "probable")],
      {"right": with_(ARM, {"motor radial EIP forearm": (60, None, 2.3, None, 4.5, None), "motor radial EIP elbow": (None, 150, 4.8, None, 4.2, 60),
                            "motor radial EIP upper arm": (None, 120, 7.6, None, 1.0, 43), "sensory radial thumb base forearm": (100, None, 1.9, 2.4, 6, 53)}),
       "left": {"sensory radial thumb base forearm": (100, None, 1.8, 2.3, 26, 56)}},
      {"right": with_({"brachioradialis": fib("1+"), "EDC": fib("2+"), "EIP": fib("2+")}, normal("triceps", "FCR", "pronator teres", "FDI"))},
      must_not=["radiculopathy", "plexopathy"])
study("anterior_interosseous", "FPL, pronator quadratus and FDP 2-3 with everything else of C8 spared",
      [("other_mononeuropathy", None, "right", "possible")], {"right": ARM},
      {"right": with_({"FPL": fib("2+"), "pronator quadratus": fib("2+"), "FDP 2-3": fib("1+")},
                      normal("FDI", "ADM", "EIP", "APB", "pronator teres"), {"cervical paraspinals": PSP0})}, must_not=["radiculopathy"])
study("ulnar_at_wrist", "long latency to FDI and ADM, dorsal branch and elbow spared, only hand muscles abnormal",
      [("ulnar_wrist", None, "right", "probable")],
      {"right": with_(ARM, DUC, {"motor ulnar ADM wrist": (80, None, 4.6, None, 4.5, None), "motor ulnar ADM below elbow": (None, 220, 8.3, None, 4.4, 59),
                                 "motor ulnar ADM above elbow": (None, 100, 10.0, None, 4.3, 59), "sensory ulnar D5 wrist": (140, None, 2.9, 3.8, 6, 48)}),
       "left": {"sensory ulnar D5 wrist": (140, None, 2.5, 3.2, 24, 56), "motor ulnar ADM wrist": (80, None, 2.8, None, 10.5, None)}},
      {"right": with_({"FDI": fib("2+"), "ADM": fib("1+")}, normal("FCU", "FDP 4-5", "APB", "EIP", "FPL"))},
      must_not=["ulnar_elbow", "radiculopathy", "plexopathy"])
study("ulnar_axonal", "ulnar muscles of forearm and hand with low D5 and DUC, no focal slowing: ulnar nerve, not C8",
      [("ulnar_elbow", None, "right", "possible")],
      {"right": with_(ARM, DUC, {"sensory ulnar D5 wrist": NR, "sensory dorsal ulnar cutaneous hand wrist": NR,
                                 "motor ulnar ADM wrist": (80, None, 3.2, None, 3.5, None), "motor ulnar ADM below elbow": (None, 220, 7.2, None, 3.4, 55),
                                 "motor ulnar ADM above elbow": (None, 100, 9.0, None, 3.3, 55)}),
       "left": with_(DUC, {"sensory ulnar D5 wrist": (140, None, 2.5, 3.2, 24, 56)})},
      {"right": with_({"FDI": fib("2+"), "ADM": fib("2+"), "FDP 4-5": fib("1+")}, normal("APB", "EIP", "FPL"), {"cervical paraspinals": PSP0})},
      must_not=["radiculopathy", "plexopathy"])
study("elbow_and_c8", "a block at the elbow, and EIP, FPL and paraspinals that the ulnar nerve does not reach: both",
      [("ulnar_elbow", None, "right", "probable"), ("radiculopathy", ["C8"], "right", "possible")],
      {"right": with_(ARM, MABC, {"motor ulnar ADM below elbow": (None, 220, 6.6, None, 10.0, 58), "motor ulnar ADM above elbow": (None, 100, 9.8, None, 5.0, 31)})},
      {"right": with_({"FDI": fib("2+"), "EIP": fib("2+"), "FPL": fib("2+"), "cervical paraspinals": PSP}, normal("triceps", "biceps", "pronator teres"))})
CTS = {"motor median APB wrist": (80, None, 4.0, None, 9.0, None), "mixed median wrist palm": (80, None, 1.9, 2.4, 60, 42),
       "mixed ulnar wrist palm": (80, None, 1.4, 1.8, 25, 57), "sensory median D4 wrist": (140, None, 3.0, 3.8, 18, 47),
       "sensory ulnar D4 wrist": (140, None, 2.5, 3.2, 20, 56), "sensory median D2 wrist": (140, None, 2.9, 3.7, 28, 48)}
study("carpal_tunnel_minimal", "comparative tests alone, latency and finger velocity normal: Bland 1",
      [("median_wrist", None, "right", "possible")], {"right": with_(ARM, CTS)}, {}, must_not=["radiculopathy"], mention=["Bland 1", "Padua minimal"])
study("carpal_tunnel_severe", "no sensory response, latency 6.2 ms: Bland 4, Padua severe",
      [("median_wrist", None, "left", "probable")],
      {"left": with_(ARM, {"sensory median D2 wrist": NR, "sensory median D4 wrist": NR, "sensory ulnar D4 wrist": (140, None, 2.5, 3.2, 20, 56),
                           "motor median APB wrist": (80, None, 6.2, None, 2.2, None), "motor median APB elbow": (None, 230, 10.5, None, 2.1, 53)})},
      {"left": with_({"APB": fib("2+", "long")}, normal("pronator teres", "triceps", "FDI"))}, must_not=["radiculopathy", "plexopathy"],
      mention=["Bland 4", "Padua severe"])
study("carpal_tunnel_extreme", "no thenar response: Bland 6, Padua extreme",
      [("median_wrist", None, "right", "possible")],
      {"right": with_(ARM, {"sensory median D2 wrist": NR, "sensory median D3 wrist": NR, "motor median APB wrist": NR, "motor median APB elbow": NR})},
      {"right": with_({"APB": fib("3+", recruitment="none")}, normal("pronator teres", "FPL", "triceps", "FDI"))}, must_not=["radiculopathy", "plexopathy"],
      mention=["Bland 6", "Padua extreme"])
study("femoral", "quadriceps with a lost saphenous response, adductor and paraspinals spared",
      [("other_mononeuropathy", None, "right", "probable")],
      {"right": with_(LEG, {"sensory saphenous ankle calf": NR, "motor femoral RF inguinal ligament": (None, None, 6.6, None, 2.0, None)}),
       "left": with_(SAPH, {"motor femoral RF inguinal ligament": (None, None, 6.0, None, 8.0, None)})},
      {"right": with_({"vastus medialis": fib("3+"), "vastus lateralis": fib("2+"), "rectus femoris": fib("2+"), "lumbar paraspinals": PSP0},
                      normal("adductor longus", "tibialis anterior", "gastrocnemius medial"))}, must_not=["radiculopathy", "plexopathy"])
study("meralgia", "one sensory response lost on one side, everything else normal",
      [("other_mononeuropathy", None, "left", "possible")],
      {"left": with_(LEG, {"sensory lateral femoral cutaneous thigh ASIS": NR}),
       "right": {"sensory lateral femoral cutaneous thigh ASIS": (120, None, 2.2, 2.5, 10, 55)}},
      {"left": normal("vastus medialis", "adductor longus", "tibialis anterior")}, must_not=["radiculopathy", "plexopathy"])
study("tarsal_tunnel", "plantar responses lost on one side, long latency to AH, fibrillation in AH alone",
      [("tibial_ankle", None, "right", "probable")],
      {"right": with_(LEG, {"motor tibial AH ankle": (80, None, 7.4, None, 5.5, None), "motor tibial AH popliteal fossa": (None, 400, 16.1, None, 4.6, 46),
                            "mixed medial plantar ankle sole": NR, "mixed lateral plantar ankle sole": NR}),
       "left": with_(LEG, {"mixed medial plantar ankle sole": (140, None, 2.8, 3.4, 9, 50), "mixed lateral plantar ankle sole": (140, None, 2.9, 3.5, 6, 48)})},
      {"right": with_({"abductor hallucis": fib("2+"), "ADQP": fib("1+")}, normal("gastrocnemius medial", "tibialis posterior", "tibialis anterior"))},
      patient={"age_years": 36}, must_not=["radiculopathy", "polyneuropathy_axonal"])
study("sacral_plexus", "muscles of gluteal, sciatic, tibial and fibular nerves with lost sural and superficial fibular, paraspinals normal",
      [("plexopathy", None, "right", "probable")],
      {"right": with_(LEG, {"sensory sural ankle calf": NR, "sensory superficial fibular ankle calf": NR}), "left": LEG},
      {"right": with_({"tensor fasciae latae": fib("2+"), "gluteus maximus": fib("2+"), "tibialis anterior": fib("2+"), "gastrocnemius medial": fib("2+"),
                       "biceps femoris short head": fib("1+"), "lumbar paraspinals": PSP0}, normal("vastus medialis", "adductor longus"))},
      must_not=["radiculopathy", "polyradiculopathy", "sciatic", "polyneuropathy_axonal"])
study("sciatic_both_divisions", "hamstrings, tibial and fibular muscles with lost sural; gluteal muscles and paraspinals spared",
      [("sciatic", None, "left", "probable")],
      {"left": with_(LEG, {"sensory sural ankle calf": NR, "sensory superficial fibular ankle calf": NR}), "right": LEG},
      {"left": with_({"tibialis anterior": fib("2+"), "gastrocnemius medial": fib("2+"), "tibialis posterior": fib("2+"),
                      "biceps femoris short head": fib("2+"), "semitendinosus": fib("1+"), "lumbar paraspinals": PSP0},
                     normal("tensor fasciae latae", "gluteus maximus", "vastus medialis"))}, must_not=["radiculopathy", "polyradiculopathy", "fibular_knee"])
study("fibular_axonal", "fibular muscles and the superficial fibular response alone, no block: fibular nerve",
      [("fibular_knee", None, "right", "probable")],
      {"right": with_(LEG, {"sensory superficial fibular ankle calf": NR, "motor fibular EDB ankle": (80, None, 5.4, None, 0.7, None),
                            "motor fibular EDB below fibular head": (None, 320, 13.0, None, 0.7, 42), "motor fibular EDB popliteal fossa": (None, 100, 15.2, None, 0.6, 45)}),
       "left": LEG},
      {"right": with_({"tibialis anterior": fib("3+"), "EHL": fib("3+"), "peroneus longus": fib("2+"), "lumbar paraspinals": PSP0},
                      normal("tibialis posterior", "tensor fasciae latae", "biceps femoris short head", "gastrocnemius medial"))},
      must_not=["radiculopathy", "sciatic", "plexopathy"])
study("s1_with_h_only", "an H-reflex lost on one side and nothing else: not enough for a root",
      [("radiculopathy", ["S1"], "right", "insufficient")],
      {"right": with_(LEG, {"h_reflex tibial soleus popliteal fossa": NR}), "left": {"h_reflex tibial soleus popliteal fossa": ("h", 30.0)}},
      {"right": normal("gastrocnemius medial", "tibialis anterior", "vastus medialis", "gluteus maximus")}, must_not=["sciatic", "polyneuropathy_axonal"])
study("paraspinals_only", "abnormal paraspinals alone are found in 14.5 % of people without complaints: never enough",
      [("radiculopathy", [], "right", "insufficient")], {"right": LEG},
      {"right": with_({"lumbar paraspinals": PSP}, normal("tibialis anterior", "vastus medialis", "gastrocnemius medial", "tensor fasciae latae"))})
study("one_muscle_only", "one limb muscle: insufficient", [("radiculopathy", None, "right", "insufficient")], {"right": LEG},
      {"right": with_({"tibialis anterior": fib("1+"), "lumbar paraspinals": PSP0}, normal("tibialis posterior", "vastus medialis", "gastrocnemius medial"))})
study("one_muscle_and_paraspinals", "one limb muscle with paraspinals: possible", [("radiculopathy", None, "right", "possible")], {"right": LEG},
      {"right": with_({"tibialis posterior": fib("1+"), "lumbar paraspinals": PSP}, normal("vastus medialis", "gastrocnemius medial"))})
study("chronic_l5", "remodelled units without fibrillation in two nerves: possible, chronic", [("radiculopathy", ["L5"], "left", "possible")],
      {"left": LEG}, {"left": with_({"tibialis anterior": fib("0", "long"), "tibialis posterior": fib("0", "long"), "tensor fasciae latae": fib("0", "long")},
                                   normal("vastus medialis", "gastrocnemius medial"))}, days=900, side="left")
study("too_early", "a normal needle study on day 9 says nothing about axon loss", [("indeterminate", None, None, "possible")], {"right": LEG},
      {"right": normal("tibialis anterior", "tibialis posterior", "vastus medialis", "gastrocnemius medial")}, days=9, must_not=["radiculopathy", "normal"],
      mention=["too early"])
study("stenosis", "L5 and S1 muscles of both sides with paraspinals, sensory responses spared: more than one root",
      [("polyradiculopathy", None, "both", "possible")], {"right": LEG, "left": LEG},
      {s: with_({"tibialis anterior": fib("1+", "long"), "tibialis posterior": fib("1+", "long"), "gastrocnemius medial": fib("1+", "long"),
                 "gluteus maximus": fib("1+"), "soleus": fib("1+"), "lumbar paraspinals": PSP}, normal("vastus medialis", "adductor longus")) for s in ("right", "left")},
      patient={"age_years": 68}, must_not=["plexopathy", "motor_neuron_red_flag", "polyneuropathy_axonal"], days=800)
MND = {"FDI": fib("2+", "long"), "biceps": fib("1+", "long"), "EDC": fib("1+", "long")}
MNDL = {"tibialis anterior": fib("2+", "long"), "vastus medialis": fib("1+", "long"), "gastrocnemius medial": fib("1+", "long")}
study("motor_neuron", "ongoing and chronic loss in arm, leg and tongue of both sides with normal sensory responses",
      [("motor_neuron_red_flag", None, "both", "probable")], {"right": with_(ARM, LEG), "left": {}},
      {"right": with_(MND, MNDL, {"tongue": fib("1+", "long")}), "left": with_(MND, {"tibialis anterior": fib("1+", "long")})},
      must_not=["radiculopathy", "polyradiculopathy", "plexopathy"], mention=["review"])
MYO = ("1+", "short", "small", "increased", "early")
study("myopathy", "short small units with early recruitment in proximal muscles, sensory responses normal",
      [("myopathy", None, "both", "probable")], {"right": with_(ARM, LEG)},
      {"right": with_({"deltoid": MYO, "biceps": MYO, "iliopsoas": MYO, "vastus lateralis": MYO}, normal("FDI", "tibialis anterior"))},
      must_not=["radiculopathy", "polyradiculopathy", "motor_neuron_red_flag"])
SLOWARM = {"motor median APB wrist": (80, None, 7.4, None, 7.0, None), "motor median APB elbow": (None, 230, 17.4, None, 6.4, 23),
           "motor ulnar ADM wrist": (80, None, 6.2, None, 8.5, None), "motor ulnar ADM below elbow": (None, 220, 15.0, None, 8.0, 25),
           "motor ulnar ADM above elbow": (None, 100, 19.0, None, 7.8, 25),
           "sensory median D2 wrist": NR, "sensory ulnar D5 wrist": NR, "sensory radial thumb base forearm": NR}
SLOWLEG = {"motor fibular EDB ankle": NR, "motor fibular EDB below fibular head": NR, "motor fibular EDB popliteal fossa": NR,
           "motor tibial AH ankle": (80, None, 10.5, None, 2.0, None), "motor tibial AH popliteal fossa": (None, 400, 30.5, None, 1.7, 20),
           "sensory sural ankle calf": NR, "sensory superficial fibular ankle calf": NR}
study("uniform_demyelination", "uniform slowing to 23 to 25 m/s without block: demyelination in every nerve",
      [("polyneuropathy_demyelinating", None, "both", "probable")], {"right": with_(SLOWARM, SLOWLEG), "left": SLOWLEG}, {}, days=4000,
      must_not=["radiculopathy", "median_wrist", "ulnar_elbow", "polyneuropathy_axonal"])
study("multifocal_block", "block of 60 % in median and fibular nerve outside entrapment sites, sensory responses normal",
      [("polyneuropathy_demyelinating", None, "both", "possible")],
      {"right": with_(ARM, LEG, {"motor median APB elbow": (None, 230, 8.0, None, 3.2, 51)}),
       "left": with_(LEG, {"motor fibular EDB below fibular head": (None, 320, 12.5, None, 1.6, 41)})}, {}, must_not=["radiculopathy", "motor_neuron_red_flag"])
study("two_entrapments", "carpal tunnel and ulnar at the elbow together are no polyneuropathy",
      [("median_wrist", None, "right", "probable"), ("ulnar_elbow", None, "right", "possible")],
      {"right": with_(ARM, CTS, {"motor median APB wrist": (80, None, 7.2, None, 6.0, None), "motor median APB elbow": (None, 230, 11.4, None, 5.8, 55),
                                 "sensory median D2 wrist": (140, None, 4.1, 5.0, 7, 34), "sensory median D4 wrist": (140, None, 3.9, 4.9, 6, 36),
                                 "motor ulnar ADM above elbow": (None, 100, 9.4, None, 7.0, 34)})}, {},
      must_not=["polyneuropathy_demyelinating", "polyneuropathy_axonal", "radiculopathy"])
study("length_dependent", "sural and superficial fibular lost on both sides, small motor responses in the feet, arms better",
      [("polyneuropathy_axonal", None, "both", "probable")],
      {s: with_(LEG, {"sensory sural ankle calf": NR, "sensory superficial fibular ankle calf": NR, "motor tibial AH ankle": (80, None, 5.6, None, 1.2, None),
                      "motor tibial AH popliteal fossa": (None, 400, 15.8, None, 0.9, 39), "motor fibular EDB ankle": (80, None, 5.9, None, 0.6, None),
                      "motor fibular EDB below fibular head": (None, 320, 14.1, None, 0.5, 39), "motor fibular EDB popliteal fossa": (None, 100, 16.4, None, 0.5, 43)}) for s in ("right", "left")},
      {s: with_({"abductor hallucis": fib("1+", "long"), "tibialis anterior": fib("0", "long"), "gastrocnemius medial": fib("0", "long")},
                normal("vastus medialis", "tensor fasciae latae")) for s in ("right", "left")}, days=1500,
      must_not=["radiculopathy", "polyradiculopathy", "fibular_knee", "tibial_ankle"])
study("accessory_fibular", "EDB larger from the knee than from the ankle in a normal study: a variant",
      [("normal", None, None, "possible")], {"right": with_(LEG, {"motor fibular EDB ankle": (80, None, 4.7, None, 3.4, None)})},
      {"right": normal("tibialis anterior", "EDB", "tibialis posterior")}, must_not=["fibular_knee", "radiculopathy"], mention=["accessory"])
study("tibial_drop", "a fall of 50 % of the tibial response to the knee is normal", [("normal", None, None, "possible")],
      {"right": with_(LEG, {"motor tibial AH popliteal fossa": (None, 400, 13.1, None, 5.4, 46)})}, {}, must_not=["polyneuropathy_demyelinating", "sciatic"])
study("one_stray_value", "one value of thirty beyond its limit is expected by chance and makes no pattern", [("normal", None, None, "possible")],
      {"right": with_(ARM, LEG, {"motor fibular EDB below fibular head": (None, 320, 13.1, None, 4.8, 35)})},
      {"right": normal("tibialis anterior", "vastus medialis", "gastrocnemius medial")}, must_not=["polyneuropathy_axonal", "fibular_knee", "radiculopathy"])
study("old_sural", "absent sural responses at 84 years, nothing else", [("normal", None, None, "possible")],
      {s: with_(LEG, {"sensory sural ankle calf": NR}) for s in ("right", "left")}, {"right": normal("tibialis anterior", "gastrocnemius medial")},
      patient={"age_years": 84}, must_not=["polyneuropathy_axonal", "sciatic", "radiculopathy"])
study("after_laminectomy", "paraspinals after surgery are not used; two muscles of two nerves still make L5 probable",
      [("radiculopathy", ["L5"], "right", "probable")], {"right": LEG},
      {"right": with_({"tibialis anterior": fib("2+"), "tibialis posterior": fib("2+"), "tensor fasciae latae": fib("1+"), "lumbar paraspinals": ("2+", "n/a", "n/a", "n/a", "n/a")},
                      normal("vastus medialis", "gastrocnemius medial"))}, extra={"history": {"laminectomy": ["L4-L5"]}})
study("injected_elsewhere", "an S1 root, an injection at L4-L5 on the other side: printed both",
      [("radiculopathy", ["S1"], "right", "probable")], {"right": with_(LEG, {"h_reflex tibial soleus popliteal fossa": NR}),
                                                          "left": {"h_reflex tibial soleus popliteal fossa": ("h", 30.0)}},
      {"right": with_({"gastrocnemius medial": fib("2+"), "gluteus maximus": fib("1+"), "biceps femoris short head": fib("1+"), "lumbar paraspinals": PSP},
                      normal("tibialis anterior", "tibialis posterior", "vastus medialis"))},
      extra={"injections": [{"date": "2026-01-10", "level": "L3-L4", "side": "left", "route": "transforaminal", "relief_percent": 0}],
             "imaging": [{"modality": "MRI", "level": "L5-S1", "side": "right", "finding": "paracentral disc"}]})
study("decrement_in_rows", "a train entered row by row that falls by 30 %: transmission",
      [("neuromuscular_junction", None, "both", "probable")],
      {"right": with_(ARM, {"repetitive ulnar ADM wrist": (None, None, None, None, 9.0, None), "repetitive ulnar ADM below elbow": (None, None, None, None, 6.3, None)})}, {},
      must_not=["radiculopathy", "myopathy"])
study("increment_in_rows", "1.5 mV at rest and 4.5 mV after exercise: presynaptic, not axon loss",
      [("neuromuscular_junction", None, "both", "definite")],
      {"right": with_(ARM, {"repetitive ulnar ADM wrist": (None, None, None, None, 1.5, None), "repetitive ulnar ADM below elbow": (None, None, None, None, 4.5, None)})}, {},
      must_not=["radiculopathy", "motor_neuron_red_flag"])
study("acute_demyelination", "three weeks after onset, latencies of 120 to 130 % and velocities below 90 %, sural spared",
      [("polyneuropathy_demyelinating", None, "both", "probable")],
      {"right": with_(ARM, LEG, {"motor median APB wrist": (80, None, 5.9, None, 5.0, None), "motor median APB elbow": (None, 230, 12.2, None, 4.4, 37),
                                 "motor ulnar ADM wrist": (80, None, 4.8, None, 8.5, None), "motor ulnar ADM below elbow": (None, 220, 9.9, None, 8.2, 43),
                                 "motor ulnar ADM above elbow": (None, 100, 12.4, None, 8.0, 40), "motor tibial AH ankle": (80, None, 7.6, None, 6.0, None),
                                 "sensory median D2 wrist": (140, None, 3.9, 4.8, 6, 36), "sensory ulnar D5 wrist": (140, None, 3.6, 4.6, 4, 39)})}, {},
      days=21, must_not=["median_wrist", "ulnar_elbow", "radiculopathy", "polyneuropathy_axonal"])
study("chronic_c7_and_carpal_tunnel", "two lesions, stated separately", [("median_wrist", None, "right", "probable"), ("radiculopathy", ["C7"], "right", "possible")],
      {"right": with_(ARM, CTS, {"motor median APB wrist": (80, None, 5.0, None, 7.0, None), "sensory median D2 wrist": (140, None, 3.8, 4.7, 9, 37)})},
      {"right": with_({"triceps": fib("0", "long"), "FCR": fib("0", "long"), "EDC": fib("0", "long")}, normal("biceps", "FDI", "APB"))}, days=1000)

study("carpal_tunnel_every_test", "every comparison of median and neighbours beyond its criterion: Bland 3, Padua moderate",
      [("median_wrist", None, "right", "definite")],
      {"right": with_(ARM, CTS, {"motor median APB wrist": (80, None, 5.2, None, 6.0, None), "motor median APB palm": (50, None, 1.9, None, 8.5, None),
                                 "motor median APB elbow": (None, 230, 9.4, None, 5.8, 55),
                                 "sensory median D2 wrist": (140, None, 3.9, 4.8, 8, 36), "sensory median D2 palm": (70, None, 1.3, 1.8, 30, 54),
                                 "sensory median D3 wrist": (140, None, 3.9, 4.8, 9, 36), "sensory median D1 wrist": (100, None, 2.9, 3.6, 10, 34),
                                 "sensory radial D1 forearm": (100, None, 1.9, 2.5, 11, 53),
                                 "motor median 2nd lumbrical wrist": (90, None, 4.9, None, 1.5, None), "motor ulnar interossei wrist": (90, None, 3.0, None, 5.0, None)})},
      {"right": normal("APB", "pronator teres", "triceps", "biceps", "FDI")}, must_not=["radiculopathy", "polyneuropathy_axonal"],
      mention=["Bland 3", "Padua moderate"])
study("ulnar_elbow_two_muscles", "block and slowing at the elbow to ADM and FDI, D5 and DUC low, muscles abnormal: definite",
      [("ulnar_elbow", None, "left", "definite")],
      {"left": with_(ARM, DUC, {"motor ulnar ADM above elbow": (None, 100, 9.6, None, 6.0, 32), "motor ulnar FDI wrist": (100, None, 3.8, None, 9.0, None),
                                "motor ulnar FDI below elbow": (None, 220, 7.6, None, 8.7, 58), "motor ulnar FDI above elbow": (None, 100, 10.8, None, 4.5, 31),
                                "sensory ulnar D5 wrist": (140, None, 2.9, 3.7, 5, 48), "sensory dorsal ulnar cutaneous hand wrist": NR}),
       "right": with_(DUC, {"sensory ulnar D5 wrist": (140, None, 2.5, 3.2, 24, 56)})},
      {"left": with_({"FDI": fib("1+"), "ADM": fib("1+")}, normal("FCU", "APB", "EIP", "FPL"))}, side="left", must_not=["radiculopathy", "plexopathy", "ulnar_wrist"])
study("ulnar_deep_branch", "FDI 3 ms later than ADM, everything sensory normal: deep branch in the hand",
      [("ulnar_wrist", None, "right", "possible")],
      {"right": with_(ARM, DUC, {"motor ulnar FDI wrist": (100, None, 6.4, None, 3.0, None)}), "left": {"motor ulnar FDI wrist": (100, None, 3.7, None, 11.0, None)}},
      {"right": with_({"FDI": fib("2+")}, normal("ADM", "FCU", "FDP 4-5", "APB", "EIP"))}, must_not=["ulnar_elbow", "radiculopathy"])
KNEE = {"motor fibular EDB popliteal fossa": (None, 100, 15.0, None, 1.6, 30), "motor fibular TA below fibular head": (80, None, 3.2, None, 6.0, None),
        "motor fibular TA popliteal fossa": (None, 100, 6.8, None, 2.0, 28)}
study("fibular_block", "block and slowing across the fibular head to EDB and TA: fibular nerve at the knee",
      [("fibular_knee", None, "left", "definite")], {"left": with_(LEG, KNEE), "right": LEG},
      {"left": with_({"tibialis anterior": fib("1+"), "peroneus longus": fib("1+")},
                     normal("tibialis posterior", "tensor fasciae latae", "biceps femoris short head", "gastrocnemius medial"))},
      side="left", must_not=["radiculopathy", "sciatic", "polyneuropathy_demyelinating"])
study("fibular_block_no_needle", "the same without a needle study, block and slowing alone", [("fibular_knee", None, "left", "probable")],
      {"left": with_(LEG, KNEE)}, {}, side="left", must_not=["radiculopathy", "sciatic"])
study("fibular_slow_and_sensory", "slowing across the knee with a low superficial fibular response, no block",
      [("fibular_knee", None, "right", "probable")],
      {"right": with_(LEG, {"motor fibular EDB popliteal fossa": (None, 100, 14.9, None, 4.2, 31), "sensory superficial fibular ankle calf": (140, None, 3.0, 3.8, 3, 46)}), "left": LEG},
      {}, must_not=["radiculopathy", "sciatic"])
study("tarsal_tunnel_slow", "slow plantar responses and late ADQP, gastrocnemius normal", [("tibial_ankle", None, "left", "possible")],
      {"left": with_(LEG, {"motor tibial ADQP ankle": (90, None, 7.6, None, 4.0, None), "mixed lateral plantar ankle sole": (140, None, 4.4, 5.2, 4, 32)}),
       "right": {"motor tibial ADQP ankle": (90, None, 5.4, None, 6.0, None), "mixed lateral plantar ankle sole": (140, None, 2.9, 3.5, 6, 48)}},
      {"left": normal("gastrocnemius medial", "abductor hallucis")}, side="left", patient={"age_years": 36}, must_not=["radiculopathy", "polyneuropathy_axonal"])
for site, key in (("groove", "motor radial EIP below spiral groove"), ("axilla", "motor radial EIP elbow")):
    top = "upper arm" if site == "groove" else "axilla"
    study("radial_block_" + site, "block of the radial nerve in the arm, triceps and median muscles normal", [("radial_arm", None, "left", "probable")],
          {"left": with_(ARM, {key: (None, 180, 5.0, None, 4.2, 60), "motor radial EIP " + top: (None, 120, 7.9, None, 1.2, 41)})},
          {"left": with_({"EDC": fib("0", recruitment="severely reduced"), "EIP": fib("0", recruitment="severely reduced")}, normal("triceps", "FCR", "pronator teres"))},
          side="left", must_not=["radiculopathy", "plexopathy"])
study("radial_block_edc", "the same to EDC", [("radial_arm", None, "right", "probable")],
      {"right": with_(ARM, {"motor radial EDC elbow": (60, None, 2.5, None, 6.0, None), "motor radial EDC upper arm": (None, 120, 5.4, None, 1.5, 41)})},
      {"right": with_({"EDC": fib("1+"), "brachioradialis": fib("1+")}, normal("triceps", "FCR"))}, must_not=["radiculopathy"])
study("martin_gruber", "forearm fall of the ulnar response, filled by a median stimulus at the elbow: a variant",
      [("normal", None, None, "possible")],
      {"right": with_(ARM, {"motor ulnar ADM below elbow": (None, 220, 6.5, None, 7.0, 59), "motor ulnar ADM above elbow": (None, 100, 8.2, None, 6.8, 59),
                            "motor median ADM wrist": NR, "motor median ADM elbow": (None, None, 6.9, None, 3.4, None),
                            "motor median FDI wrist": NR, "motor median FDI elbow": (None, None, 7.1, None, 2.0, None)})}, {},
      must_not=["ulnar_elbow", "polyneuropathy_demyelinating"], mention=["Martin-Gruber"])
study("current_spread", "a median stimulus that reaches ulnar muscles at the wrist too is spread of the stimulus, no variant",
      [("normal", None, None, "possible")],
      {"right": with_(ARM, {"motor median ADM wrist": (None, None, 3.0, None, 4.0, None), "motor median ADM elbow": (None, None, 6.9, None, 4.1, None),
                            "motor median FDI wrist": (None, None, 3.6, None, 3.0, None)})}, {}, must_not=["ulnar_elbow"])
study("s1_with_late_h", "S1 muscles of three nerves, H-reflex 3 ms later and smaller than on the other side",
      [("radiculopathy", ["S1"], "left", "definite")],
      {"left": with_(LEG, {"h_reflex tibial soleus popliteal fossa": ("h", 39.5, 1.0), "f_wave tibial AH ankle": ("f", 59.0)}),
       "right": {"h_reflex tibial soleus popliteal fossa": ("h", 31.0, 5.0)}},
      {"left": with_({"gastrocnemius medial": fib("2+"), "gluteus maximus": fib("1+"), "biceps femoris long head": fib("1+"), "lumbar paraspinals": PSP},
                     normal("tibialis anterior", "tibialis posterior", "vastus medialis"))}, side="left", must_not=["sciatic", "plexopathy"])
study("l5_with_f", "L5 muscles with an absent F-wave of the fibular and a late one on the other side", [("radiculopathy", ["L5"], "right", "definite")],
      {"right": with_(LEG, {"f_wave fibular EDB ankle": NR}), "left": {"f_wave fibular EDB ankle": ("f", 59.0)}},
      {"right": with_({"tibialis anterior": fib("2+"), "tibialis posterior": fib("2+"), "gluteus medius": fib("1+"), "lumbar paraspinals": PSP},
                      normal("vastus medialis", "gastrocnemius medial"))}, must_not=["fibular_knee"])
study("c8_with_f", "C8 muscles of forearm and hand with late F-waves", [("radiculopathy", ["C8"], "right", "definite")],
      {"right": with_(ARM, MABC, {"f_wave ulnar ADM wrist": ("f", 35.0), "f_wave median APB wrist": ("f", 34.0)})},
      {"right": with_({"FDI": fib("2+"), "EIP": fib("2+"), "FPL": fib("1+"), "FCU": fib("1+"), "cervical paraspinals": PSP}, normal("triceps", "biceps", "APB"))},
      must_not=["plexopathy", "ulnar_elbow"])
study("length_dependent_arm_too", "one leg and an arm: sural and superficial fibular lost, fibular and tibial late, D5 low",
      [("polyneuropathy_axonal", None, "both", "possible")],
      {"right": with_(ARM, LEG, {"sensory sural ankle calf": (140, None, 4.4, 5.4, 2, 32), "sensory superficial fibular ankle calf": NR, "sensory ulnar D5 wrist": (140, None, 3.0, 3.9, 4, 47),
                                 "motor tibial AH ankle": (80, None, 5.9, None, 2.0, None), "motor tibial AH popliteal fossa": (None, 400, 17.0, None, 1.6, 36),
                                 "motor fibular EDB ankle": (80, None, 6.8, None, 0.5, None), "motor fibular EDB below fibular head": (None, 320, 15.8, None, 0.5, 35)})}, {},
      days=1500, must_not=["radiculopathy", "polyneuropathy_demyelinating"])
study("sural_sparing", "arms lost, sural spared, velocities below 70 % of the limit: demyelination", [("polyneuropathy_demyelinating", None, "both", "probable")],
      {"right": with_(SLOWARM, LEG, {"sensory radial thumb base forearm": (100, None, 3.0, 3.7, 4, 33), "sensory ulnar D5 wrist": (140, None, 4.4, 5.6, 3, 32)})}, {}, must_not=["median_wrist", "polyneuropathy_axonal"],
      mention=["sural sparing"])

COLUMNS = ["kind", "nerve", "side", "record", "stimulate", "distance_mm", "segment_mm", "present", "onset_ms", "peak_ms", "amplitude_mv",
           "amplitude_uv", "velocity_m_s", "h_latency_ms", "h_amplitude_mv", "f_min_ms"]
NEEDLE = ["muscle", "side", "fibrillations", "sharp_waves", "fasciculations", "mup_duration", "mup_amplitude", "polyphasia", "recruitment"]


def cell(value):
    return "n/a" if value is None else str(value)


def response_row(side, key, values):
    kind, nerve, record, stimulate = split(key)
    row = dict.fromkeys(COLUMNS)
    row.update(kind=kind, nerve=nerve, side=side, record=record, stimulate=stimulate, present="yes")
    if values == NR:
        row["present"] = "no"
    elif values[0] == "h":
        row["h_latency_ms"] = values[1]
        row["h_amplitude_mv"] = values[2] if len(values) > 2 else None
    elif values[0] == "f":
        row["f_min_ms"] = values[1]
    else:
        distance, segment, onset, peak, amplitude, velocity = values
        row.update(distance_mm=distance, segment_mm=segment, onset_ms=onset, peak_ms=peak, velocity_m_s=velocity)
        row["amplitude_mv" if kind in ("motor", "repetitive") else "amplitude_uv"] = amplitude
    return "\t".join(cell(row[c]) for c in COLUMNS)


def write(folder, name, s):
    path = os.path.join(folder, name)
    os.makedirs(path, exist_ok=True)
    from datetime import date, timedelta
    visit = date(2026, 3, 2)
    about = {"format": "ranvier-study", "version": 1,
             "patient": dict({"id": name, "age_years": 50, "sex": "male", "height_cm": 175, "bmi_kg_m2": 23}, **s["patient"]),
             "visit": {"date": str(visit), "symptom_onset": str(visit - timedelta(days=s["days"])), "symptom_side": s["side"], "question": s["why"]},
             "temperature_c": {"hand_right": 33.0, "hand_left": 33.0, "foot_right": 31.5, "foot_left": 31.5}}
    about.update(s["extra"])
    with open(os.path.join(path, "study.json"), "w", encoding="utf-8") as f:
        json.dump(about, f, indent=1)
        f.write("\n")
    with open(os.path.join(path, "responses.tsv"), "w", encoding="utf-8") as f:
        f.write("\t".join(COLUMNS) + "\n")
        for side, responses in s["responses"].items():
            for key, values in responses.items():
                f.write(response_row(side, key, values) + "\n")
    if s["needle"]:
        with open(os.path.join(path, "needle.tsv"), "w", encoding="utf-8") as f:
            f.write("\t".join(NEEDLE) + "\n")
            for side, muscles in s["needle"].items():
                for muscle, (grade, units, size, phases, recruitment) in muscles.items():
                    f.write("\t".join([muscle, side, grade, "0" if grade == "0" else "n/a", "0", units, size, phases, recruitment]) + "\n")


def main():
    folder = sys.argv[1]
    lines = ["study\tpattern\troots\tside\tgrade\tmust_not\tmention\twhy"]
    for name, s in STUDIES.items():
        write(folder, name, s)
        for i, (pattern, roots, side, grade) in enumerate(s["expect"]):
            lines.append("\t".join([name, pattern, "|".join(roots) if roots else "n/a", side or "n/a", grade,
                                    "|".join(s["must_not"]) or "n/a" if i == 0 else "n/a",
                                    "|".join(s["mention"]) or "n/a" if i == 0 else "n/a", s["why"]]))
    with open(os.path.join(folder, "expected.tsv"), "w", encoding="utf-8") as f:
        f.write("# Made by make_studies.py. grade: the least that is expected; must_not: patterns that may not stand at possible or above.\n")
        f.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
