/* SPDX-License-Identifier: GPL-3.0-or-later
 * Local polynomials of a trace: value, slope, bend between samples, and the SD of any linear
 * combination of them under the trace's noise.
 */
#ifndef RV_MARK_LOCAL_H
#define RV_MARK_LOCAL_H

#include "mark/compound.h"

enum { RV_LOCAL_TERMS = 5 };

/* u = (index - middle) / half; value(u) = sum coefficient[m] u^m. */
struct rv_local {
    size_t from, count, terms;
    double half, middle;
    double inverse[RV_LOCAL_TERMS][RV_LOCAL_TERMS];
    double coefficient[RV_LOCAL_TERMS];
    double misfit; /* mean square of the whitened residuals over what noise gives, in its SDs */
};

/* Fits indices [from, to] of y. false: too few samples. */
bool rv_local_fit(const struct rv_wave *wave, size_t from, size_t to, size_t terms,
                  struct rv_local *local);
double rv_local_value(const struct rv_local *local, double u, int derivative);
double rv_local_ms(const struct rv_wave *wave, const struct rv_local *local, double u);
double rv_local_u(const struct rv_wave *wave, const struct rv_local *local, double ms);

/* A linear combination of the coefficients as a row: add the value or a derivative at u. */
void rv_local_row(const struct rv_local *local, double u, int derivative, double factor,
                  double row[RV_LOCAL_TERMS]);
/* Its weights, times `factor`, are added to those on the samples of the trace. */
void rv_local_weights(const struct rv_local *local, const double row[RV_LOCAL_TERMS], double factor,
                      double *weight);
double rv_local_sd(const struct rv_wave *wave, const struct rv_local *local,
                   const double row[RV_LOCAL_TERMS]);

#endif
