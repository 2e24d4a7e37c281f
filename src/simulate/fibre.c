/* SPDX-License-Identifier: GPL-3.0-or-later
 * The surface potential of one fibre with a travelling action potential: the line of axial current
 * dipoles -dV/dz seen through the lead field of the electrodes. Where dipoles begin (end-plate) and
 * end (tendon, sealed fibre end) the effects of generation and extinction come by themselves.
 * Dimitrov and Dimitrova, Computer Methods and Programs in Biomedicine 8 (1974) and Medical
 * Engineering & Physics 20 (1998), 374.
 */
#include "simulate/fibre.h"

#include <math.h>

enum { ELECTRODE_POINTS = 3 }; /* an electrode is the mean of so many points along the fibre */
static const double point_spread = 0.8; /* of its length: a disc is narrow at its ends */

/* 4 pi sigma times the potential of a unit dipole. Unbounded medium: z / R^3. Cylinder of radius L,
 * far away: the current has spread over the section and the potential steps by 1 / (sigma pi L^2)
 * across the source, that is from -2 / L^2 to 2 / L^2; near it the step is as wide as the limb. */
static double field_of(double z_mm, double squared_mm2, double limb_mm)
{
    double squared = squared_mm2 + z_mm * z_mm;
    double field = -z_mm / (squared * sqrt(squared));
    if (limb_mm > 0.0)
        field -= 2.0 / (limb_mm * limb_mm) * z_mm / sqrt(z_mm * z_mm + limb_mm * limb_mm);
    return field;
}

double rv_lead_field(const struct rv_electrodes *electrodes, double z_mm, double depth_mm,
                     double anisotropy)
{
    double squared_mm2 = anisotropy * depth_mm * depth_mm, sum = 0.0;
    for (int i = 0; i < ELECTRODE_POINTS; i++) {
        double along =
            electrodes->length_mm * ((double)i / (ELECTRODE_POINTS - 1) - 0.5) * point_spread;
        double to_g1 = z_mm - along, to_g2 = to_g1 - electrodes->reference_mm;
        sum += field_of(to_g1, squared_mm2, electrodes->limb_mm);
        sum -= field_of(to_g2, squared_mm2, electrodes->limb_mm);
    }
    return sum / ELECTRODE_POINTS;
}

double rv_spike_slope(double x)
{
    return x > 0.0 ? x * x * (3.0 - 2.0 * x) * exp(-2.0 * x) : 0.0;
}

void rv_travel(const double *field, size_t field_count, const double *slope, size_t slope_count,
               double step_mm, double *out, size_t out_count)
{
    for (size_t k = 0; k < slope_count; k++) {
        double weight = slope[k] * step_mm;
        for (size_t i = 0; i < field_count && i + k < out_count; i++)
            out[i + k] += weight * field[i];
    }
}

double rv_table_at(const double *table, size_t count, double x)
{
    if (!(x >= 1.0) || x >= (double)count - 2.0)
        return 0.0;
    size_t i = (size_t)x;
    double u = x - (double)i;
    double a = table[i - 1], b = table[i], c = table[i + 1], d = table[i + 2];
    return b + u * (-a / 3.0 - b / 2.0 + c - d / 6.0 +
                    u * ((a + c) / 2.0 - b + u * ((d - a) / 6.0 + (b - c) / 2.0)));
}
