/* SPDX-License-Identifier: GPL-3.0-or-later
 * The surface potential of one fibre with a travelling action potential.
 */
#ifndef RV_SIMULATE_FIBRE_H
#define RV_SIMULATE_FIBRE_H

#include <stddef.h>

/* Electrodes over a fibre along z; G1 at 0, G2 at reference_mm. */
struct rv_electrodes {
    double reference_mm;
    double length_mm; /* of each, along the fibre */
    double limb_mm;   /* radius of the finger or limb that confines the current; 0: unbounded */
};

/* d/dz of (1/R to G1 - 1/R to G2) for a source at z, depth r (both mm): what a unit current dipole
 * pointing along the fibre gives. Radial distances count sqrt(anisotropy) times. In a limb the same
 * current flows on through its section: 2 / limb^2 more on one side, less on the other. */
double rv_lead_field(const struct rv_electrodes *electrodes, double z_mm, double depth_mm,
                     double anisotropy);

/* Slope of the action potential in space: d/dx of x^3 exp(-2 x), x = distance behind its front /
 * scale (Rosenfalck 1969 for muscle, scale 1 mm). 0 before the front. */
double rv_spike_slope(double x);

/* out[i] += sum over k of slope[k] * field[i - k] * step: the potential after i steps of travel. */
void rv_travel(const double *field, size_t field_count, const double *slope, size_t slope_count,
               double step_mm, double *out, size_t out_count);

/* table[x], x in steps, by four-point Lagrange interpolation; 0 outside. */
double rv_table_at(const double *table, size_t count, double x);

#endif
